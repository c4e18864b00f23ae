/* SPDX-License-Identifier: Apache-2.0
 * From DUAL to COVARIANCE form: with V = U'^-1 X, P = I - V'V. One more observation with row x adds one row to V:
 *
 *     g = P x = x - V' V x,   s = x'g,   P <- I - V'V - g g' / (1 + s)
 */
#include <math.h>
#include <string.h>

#include "posterior.h"

/* V in place of X. */
static void forward_rows(thaw__posterior *p)
{
    for (int32_t i = 0; i < p->n_rows; i++) {
        const float *coefficients = p->side + i * p->stride;
        float *vi = p->main + i * p->stride;
        for (int64_t c = 0; c < p->stride; c++) vi[c] /= coefficients[i];
        for (int32_t j = i + 1; j < p->n_rows; j++)
            p->kernels->axpy(p->stride, -coefficients[j], vi, p->main + j * p->stride);
    }
}

/* P = I - V'V takes the place of U, which is used up. */
static void make_covariance(thaw__posterior *p)
{
    p->kernels->crossprod(p->n_rows, p->rank, p->stride, 1, -1, p->main, p->side);
    float *swap = p->main;
    p->main = p->side;
    p->side = swap;
    p->form = THAW__COVARIANCE;
    p->n_rows = 0;
}

void thaw__posterior_expand(thaw__posterior *p)
{
    if (p->form == THAW__COVARIANCE) return;
    if (p->information) p->kernels->crossprod(p->n_rows, p->rank, p->stride, 0, 1, p->main, p->information);
    forward_rows(p);
    make_covariance(p);
}

float thaw__posterior_expand_with(thaw__posterior *p, const float *x, float *g)
{
    forward_rows(p);
    memcpy(g, x, (size_t)p->stride * sizeof *g);
    for (int32_t k = 0; k < p->n_rows; k++) {
        const float *v = p->main + k * p->stride;
        p->kernels->axpy(p->stride, -p->kernels->dot(p->stride, v, x), v, g);
    }
    const float s = p->kernels->dot(p->stride, x, g);
    p->kernels->scale(p->stride, 1 / sqrtf(1 + s), g, p->main + p->n_rows++ * p->stride);
    make_covariance(p);
    return s;
}
