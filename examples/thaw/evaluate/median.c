/* SPDX-License-Identifier: Apache-2.0 */
#include "median.h"

#include <math.h>
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, int64_t n)
{
    qsort(values, (size_t)n, sizeof *values, by_size);
    return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : NAN;
}
