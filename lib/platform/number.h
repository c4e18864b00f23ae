/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_PLATFORM_NUMBER_H
#define THAW_PLATFORM_NUMBER_H

#include <stddef.h>

/** Read all n bytes as a finite decimal number: [+-] digits [. digits] [e [+-] digits], in every locale alike.
 *  Numbers of at most 19 digits are within one unit in the last place.
 *  @return 1, or 0 if the text is anything else, NaN and infinity included. */
int thaw__number_parse(double *out, const char *text, size_t n);

#endif
