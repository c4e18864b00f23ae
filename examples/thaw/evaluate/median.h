/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_MEDIAN_H
#define THAW_CLI_MEDIAN_H

#include <stdint.h>

/** The median of n values; NaN for n = 0. Sorts the values. */
double median(double *values, int64_t n);

#endif
