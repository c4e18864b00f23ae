/* SPDX-License-Identifier: Apache-2.0
 * Validation of UTF-8. */
#ifndef THAW_PLATFORM_UTF8_H
#define THAW_PLATFORM_UTF8_H

#include <stddef.h>

/** Whether bytes [n] are UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
int thaw__utf8_valid(const char *bytes, size_t n);

#endif
