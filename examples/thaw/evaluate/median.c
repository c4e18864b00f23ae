/* SPDX-License-Identifier: Apache-2.0 */
#include "median.h"

#include <math.h>
#include <stdlib.h>

#include "compare.h"

double median(double *values, int64_t n)
{
    qsort(values, (size_t)n, sizeof *values, compare_double);
    return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : NAN;
}
