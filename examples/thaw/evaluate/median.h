/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_MEDIAN_H
#define THAW_CLI_MEDIAN_H

#include <stdint.h>

/** The median of n values, which it sorts; NaN for none. */
double median(double *values, int64_t n);

#endif
