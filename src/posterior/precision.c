/* SPDX-License-Identifier: Apache-2.0 */
#include "precision.h"

#include <string.h>

#include "linalg.h"

void thaw__precision_clear(thaw__precision p)
{
    memset(p.A, 0, (size_t)p.rank * (size_t)p.stride * sizeof *p.A);
}

void thaw__precision_set_identity(thaw__precision p)
{
    thaw__precision_clear(p);
    for (int32_t c = 0; c < p.rank; c++) p.A[c * p.stride + c] = 1;
}

void thaw__precision_add_identity(thaw__precision p)
{
    for (int32_t c = 0; c < p.rank; c++) p.A[c * p.stride + c] += 1;
}

void thaw__precision_add_rows(thaw__precision p, int64_t n, const float *X)
{
    thaw__syrk_t(p.rank, n, 1, X, p.stride, 1, p.A, p.stride);
}

void thaw__precision_mirror(thaw__precision p)
{
    for (int32_t r = 0; r < p.rank; r++)
        for (int32_t c = 0; c < r; c++) p.A[c * p.stride + r] = p.A[r * p.stride + c];
}

int thaw__precision_factor(thaw__precision p)
{
    return thaw__potrf(p.rank, p.A, p.stride) != 0;
}

void thaw__precision_solve(thaw__precision p, float *b)
{
    thaw__potrs(p.rank, p.A, p.stride, b);
}

int thaw__precision_invert(thaw__precision p)
{
    return thaw__potrf(p.rank, p.A, p.stride) || thaw__potri(p.rank, p.A, p.stride);
}
