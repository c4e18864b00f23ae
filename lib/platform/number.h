/* SPDX-License-Identifier: Apache-2.0
 * Numbers to and from text, the same in every locale (strtod and printf use the decimal separator of the locale). */
#ifndef THAW_PLATFORM_NUMBER_H
#define THAW_PLATFORM_NUMBER_H

#include <stddef.h>

enum { THAW__NUMBER_BYTES = 32 };

/** Parse text [n bytes] as one decimal number, such as -12, .5 or 1e-3. Returns 1 if all of it is a finite number, else
 *  0. No spaces, hexadecimal, "nan" or "inf". Exact for digits up to 2^53 with at most 22 decimal places, else within
 *  one unit in the last place. */
int thaw__number_parse(double *out, const char *text, size_t n);

/** The shortest text that parses to the same finite float, zero-terminated; returns its length. */
size_t thaw__number_print(char out[THAW__NUMBER_BYTES], float value);

#endif
