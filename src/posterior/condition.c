/* SPDX-License-Identifier: Apache-2.0
 * Conditioning on all rows at once. Few rows need a system of n x n, many one of d x d; by the Woodbury identity both
 * give the same:
 *
 *     m0 + X' (I + XX')^-1 t = m0 + (I + X'X)^-1 X't
 *     b - X' (I + XX')^-1 X b = (I + X'X)^-1 b
 */
#include <string.h>

#include "finite.h"
#include "linalg.h"
#include "posterior.h"

/* m += X' (I + XX')^-1 t; the kernel returns 1 unless its solution is finite. */
static int add_dual(thaw__posterior *p, int32_t n, float *t)
{
    p->form = THAW__DUAL;
    p->n_rows = n;
    return p->kernels->ridge_dual(n, p->stride, p->main, p->side, p->stride, t, p->mean) ||
           !thaw__is_bounded(p->mean, p->stride);
}

int thaw__posterior_condition_dual(thaw__posterior *p, int32_t n, float *t)
{
    memcpy(p->mean, p->prior, (size_t)p->stride * sizeof(float));
    return add_dual(p, n, t);
}

int thaw__posterior_solve_dual(thaw__posterior *p, int32_t n, const float *b)
{
    float t[THAW__STRIDE_MAX];
    for (int32_t k = 0; k < n; k++) t[k] = p->kernels->dot(p->stride, p->main + k * p->stride, b);
    memset(p->mean, 0, (size_t)p->stride * sizeof(float));
    if (add_dual(p, n, t)) return 1;
    for (int64_t c = 0; c < p->stride; c++) p->mean[c] = b[c] - p->mean[c];
    return 0;
}

/* P = A^-1 where A was, m = P b. */
static int invert(thaw__posterior *p, const float *b)
{
    if (thaw__precision_invert(thaw__posterior_precision(p))) return 1;
    p->form = THAW__COVARIANCE;
    p->n_rows = 0;
    thaw__gemv(p->rank, p->rank, 1, p->main, p->stride, b, 0, p->mean);
    return 0;
}

int thaw__posterior_solve_primal(thaw__posterior *p, const float *b)
{
    return invert(p, b) || !thaw__is_bounded(p->mean, p->stride);
}

/* J stays at `side` while A = I + J is inverted; if it fades, the two places are exchanged. */
int thaw__posterior_condition_primal(thaw__posterior *p, const float *h)
{
    memcpy(p->main, p->side, (size_t)p->rank * (size_t)p->stride * sizeof(float));
    thaw__precision_add_identity(thaw__posterior_precision(p));
    if (invert(p, h)) return 1;
    for (int32_t j = 0; j < p->rank; j++) p->mean[j] += p->prior[j];
    if (p->information) {
        thaw__precision_mirror(thaw__posterior_information(p));
        float *swap = p->information;
        p->information = p->side;
        p->side = swap;
    }
    return !thaw__is_bounded(p->mean, p->stride);
}
