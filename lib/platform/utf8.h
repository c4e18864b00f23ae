/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_PLATFORM_UTF8_H
#define THAW_PLATFORM_UTF8_H

#include <stddef.h>

/** Whether n bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
int thaw__utf8_valid(const char *bytes, size_t n);

#endif
