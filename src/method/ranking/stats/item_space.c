/* SPDX-License-Identifier: Apache-2.0
 * The largest eigenvectors of the covariance of x, without forming it: orthogonal iteration on a block a little wider
 * than the rank (Halko, Martinsson, Tropp 2011), with a Rayleigh-Ritz step at the end. Orthonormal by Cholesky: Q = Y
 * L^-T, Y'Y = L L'. */
#include <math.h>
#include <string.h>

#include "linalg.h"
#include "statistics.h"
#include "rng.h"
#include "status.h"

enum { EXTRA = 16, ITERATIONS = THAW__SPACE_ROUNDS - 1 };

/* next = C now from the sums over users: next / W' - p (p' now) */
static void centre(thaw__statistics *s)
{
    const thaw__kernels *kernels = s->m->kernels;
    const float *p = thaw__ranking_of(s->m)->popularity, scale = (float)thaw__sum_scale(s);
    float mean[THAW__RANK_MAX + EXTRA] = {0};
    for (int64_t i = 0; i < s->basis->items; i++)
        kernels->axpy(s->width, p[s->basis->item[i]], s->now + i * s->width, mean);
    for (int64_t i = 0; i < s->basis->items; i++) {
        float *row = s->next + i * s->width;
        kernels->scale(s->width, scale, row, row);
        kernels->axpy(s->width, -p[s->basis->item[i]], mean, row);
    }
}

/* small = L of now' now, with as little on the diagonal as leaves it positive: columns may depend on each other where
 * items are few or always come together. 1: there is no such L. */
static int factor_gram(thaw__statistics *b)
{
    const int64_t w = b->width;
    for (double part = 1e-6; part < 1; part *= 10) {
        double trace = 0;
        thaw__syrk_t(w, b->basis->items, 1, b->now, w, 0, b->small, w);
        for (int64_t c = 0; c < w; c++) trace += (double)b->small[c * w + c];
        for (int64_t c = 0; c < w; c++) b->small[c * w + c] += (float)(part * trace / (double)w + 1e-30);
        if (!thaw__potrf(w, b->small, w)) return 0;
    }
    return 1;
}

/* now = the columns of next made orthonormal; columns that are not there (fewer items than width) become zero. */
static void orthonormalise(thaw__statistics *b)
{
    const int64_t w = b->width;
    float *swap = b->now;
    b->now = b->next;
    b->next = swap;
    for (int twice = 0; twice < 2; twice++) {
        if (factor_gram(b)) return;
        /* now L^-T: solve row by row, L x' = now' */
        for (int64_t i = 0; i < b->basis->items; i++) {
            float *x = b->now + i * w;
            for (int64_t c = 0; c < w; c++) {
                const float *row = b->small + c * w;
                x[c] = (x[c] - b->m->kernels->dot(c, row, x)) / row[c];
            }
        }
    }
}

/* Eigenvectors of now' C now give V = now R sqrt(values), largest first. next holds C now. */
static thaw_status project(thaw__statistics *b)
{
    thaw_model *m = b->m;
    const int64_t w = b->width;
    const thaw_allocator *a = &m->config.allocator;
    double *square = thaw__alloc0(a, (size_t)(w * w), sizeof *square),
           *values = thaw__alloc(a, (size_t)w, sizeof *values);
    double *work = thaw__alloc(a, (size_t)(w * w + 3 * w), sizeof *work);
    thaw_status st = square && values && work ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        thaw__gemm_tn(w, w, b->basis->items, 1, b->now, w, b->next, w, 0, b->small, w);
        for (int64_t i = 0; i < w; i++)
            for (int64_t k = 0; k <= i; k++)
                square[i * w + k] = ((double)b->small[i * w + k] + (double)b->small[k * w + i]) / 2;
        if (thaw__syev64(w, square, w, values, work))
            st = thaw__fail(THAW_E_NUMERIC, "the covariance of the items has no eigenvectors");
    }
    if (st == THAW_OK) {
        memset(thaw__ranking_of(m)->item_embedding, 0, (size_t)(b->basis->all * m->stride) * sizeof(float));
        memset(b->next, 0, (size_t)(b->basis->items * w) * sizeof(float));
        memset(b->small, 0, (size_t)(w * w) * sizeof(float));
        for (int32_t c = 0; c < m->rank; c++) { /* values ascend; eigenvectors are rows of square */
            const double value = values[w - 1 - c] > 0 ? values[w - 1 - c] : 0;
            thaw__ranking_of(m)->gram_diag[c] = (float)value;
            for (int64_t k = 0; k < w; k++) b->small[k * w + c] = (float)(square[(w - 1 - c) * w + k] * sqrt(value));
        }
        thaw__gemm(b->basis->items, m->rank, w, 1, b->now, w, b->small, w, 0, b->next, w);
        thaw__basis_scatter(b->basis, thaw__ranking_of(m)->item_embedding, b->next, w);
    }
    thaw__free(a, square);
    thaw__free(a, values);
    thaw__free(a, work);
    return st;
}

static thaw_status open_block(thaw__statistics *s)
{
    const thaw_allocator *a = &s->m->config.allocator;
    s->width = s->m->stride + EXTRA;
    const size_t size = (size_t)(s->basis->items * s->width);
    s->now = thaw__alloc(a, size, sizeof *s->now);
    s->next = thaw__alloc(a, size, sizeof *s->next);
    s->small = thaw__alloc0(a, (size_t)(s->width * s->width), sizeof *s->small);
    if (!s->now || !s->next || !s->small) return THAW_E_NOMEM;
    for (int64_t r = 0; r < s->basis->items; r++)
        for (int64_t c = 0; c < s->width; c++)
            s->now[r * s->width + c] = (float)thaw__rng_normal(s->m->config.seed, THAW__RNG_INIT,
                                                               (uint64_t)(s->basis->item[r] * s->width + c));
    return THAW_OK;
}

thaw_status thaw__space_begin(thaw__statistics *s)
{
    if (!s->now) THAW__TRY(open_block(s));
    memset(s->next, 0, (size_t)(s->basis->items * s->width) * sizeof *s->next);
    return THAW_OK;
}

/* next += sum_u w_u x_u (x_u' now) */
void thaw__space_add(thaw__statistics *s, int64_t first, int64_t n)
{
    const thaw__kernels *kernels = s->m->kernels;
    const int32_t *row = s->basis->row;
    float sum[THAW__RANK_MAX + EXTRA];
    for (int64_t k = first; k < first + n; k++) {
        const thaw__weighted_user *u = &s->users[k];
        const thaw__interaction *x = thaw__history_interactions(u->histories, u->user);
        const int64_t length = thaw__history_length(u->histories, u->user);
        memset(sum, 0, sizeof sum);
        for (int64_t t = 0; t < length; t++) kernels->axpy(s->width, 1, s->now + row[x[t].item] * s->width, sum);
        for (int64_t t = 0; t < length; t++)
            kernels->axpy(s->width, u->weight, sum, s->next + row[x[t].item] * s->width);
    }
}

thaw_status thaw__space_end(thaw__statistics *s, int *again)
{
    centre(s);
    *again = s->iteration++ < ITERATIONS;
    if (*again) {
        orthonormalise(s);
        return THAW_OK;
    }
    THAW__TRY(project(s));
    thaw__gram_popularity_update(s->m);
    return THAW_OK;
}
