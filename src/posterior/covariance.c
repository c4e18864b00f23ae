/* SPDX-License-Identifier: Apache-2.0
 * P from either form, which stays: along given rows, times a vector, and in full. */
#include <string.h>

#include "posterior.h"

void thaw__posterior_variances(const thaw__posterior *p, float *out, const float *const *rows, int64_t n)
{
    const float *lanes[THAW__LANES];
    float explained[THAW__LANES];
    if (p->form == THAW__COVARIANCE) {
        for (int64_t k = 0; k < n; k++) {
            const float variance = p->kernels->quadratic(p->rank, p->stride, p->main, rows[k]);
            out[k] = variance > 0 ? variance : 0; /* P is positive definite up to rounding */
        }
        return;
    }
    for (int64_t k = 0; k < THAW__LANES; k++) lanes[k] = rows[k < n ? k : n - 1];
    p->kernels->explained16(p->n_rows, p->stride, p->main, p->side, p->stride, lanes, explained);
    for (int64_t k = 0; k < n; k++) { /* x'Px = |x|^2 - |U'^-1 X x|^2 */
        const float all = p->kernels->dot(p->stride, rows[k], rows[k]);
        out[k] = all > explained[k] ? all - explained[k] : 0;
    }
}

/* v [n_rows] <- (U'U)^-1 v: U' column by column, then U backwards. */
static void solve_factored(const thaw__posterior *p, float *v)
{
    for (int32_t i = 0; i < p->n_rows; i++) {
        const float *row = p->side + i * p->stride;
        v[i] /= row[i];
        for (int32_t j = i + 1; j < p->n_rows; j++) v[j] -= v[i] * row[j];
    }
    for (int32_t i = p->n_rows - 1; i >= 0; i--) {
        const float *row = p->side + i * p->stride;
        for (int32_t j = i + 1; j < p->n_rows; j++) v[i] -= row[j] * v[j];
        v[i] /= row[i];
    }
}

/* P e_c, one column after the other: e_c - X' (U'U)^-1 X e_c */
static void dual_covariance(const thaw__posterior *p, float *P)
{
    const int32_t d = p->rank;
    float v[THAW__STRIDE_MAX];
    for (int32_t c = 0; c < d; c++) {
        for (int32_t k = 0; k < p->n_rows; k++) v[k] = p->main[k * p->stride + c];
        solve_factored(p, v);
        for (int32_t r = 0; r < d; r++) {
            float explained = 0;
            for (int32_t k = 0; k < p->n_rows; k++) explained += p->main[k * p->stride + r] * v[k];
            P[r * d + c] = (float)(r == c) - explained;
        }
    }
}

void thaw__posterior_times(const thaw__posterior *p, float *out, const float *x)
{
    if (p->form == THAW__COVARIANCE) {
        memset(out, 0, (size_t)p->stride * sizeof *out);
        for (int32_t r = 0; r < p->rank; r++) out[r] = p->kernels->dot(p->stride, p->main + r * p->stride, x);
        return;
    }
    float v[THAW__STRIDE_MAX]; /* x - X' (U'U)^-1 X x */
    for (int32_t k = 0; k < p->n_rows; k++) v[k] = p->kernels->dot(p->stride, p->main + k * p->stride, x);
    solve_factored(p, v);
    memcpy(out, x, (size_t)p->stride * sizeof *out);
    for (int32_t k = 0; k < p->n_rows; k++) p->kernels->axpy(p->stride, -v[k], p->main + k * p->stride, out);
}

void thaw__posterior_covariance(const thaw__posterior *p, float *P)
{
    const int32_t d = p->rank;
    if (p->form == THAW__DUAL) {
        dual_covariance(p, P);
        return;
    }
    for (int32_t r = 0; r < d; r++) memcpy(P + r * d, p->main + r * p->stride, (size_t)d * sizeof *P);
}
