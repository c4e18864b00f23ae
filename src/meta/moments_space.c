/* SPDX-License-Identifier: Apache-2.0
 * The largest eigenvectors of the covariance of x, without forming it: orthogonal iteration on a block a little wider than
 * the rank (Halko, Martinsson, Tropp 2011), a Rayleigh-Ritz step at the end. Orthonormal by Cholesky: Q = Y L^-T, Y'Y = L L'. */
#include <math.h>
#include <string.h>

#include "linalg.h"
#include "moments.h"
#include "rng.h"
#include "status.h"

enum { EXTRA = 16, ITERATIONS = 12 };

typedef struct block {
    const thaw_model *m;
    const thaw__journeys *j;
    const int64_t *users;
    const float *weight;
    int64_t n, items, width;
    float *now, *next;  /* [items, width] */
    float *small;       /* [width, width] */
} block;

/* next = C now */
static void multiply(block *b)
{
    const thaw__kernels *k = b->m->kernels;
    const float *p = b->m->ranking->popular;
    float sum[THAW__RANK_MAX + EXTRA], pull[THAW__RANK_MAX + EXTRA] = {0};
    memset(b->next, 0, (size_t)(b->items * b->width) * sizeof *b->next);
    for (int64_t u = 0; u < b->n; u++) {
        memset(sum, 0, sizeof sum);
        const int64_t first = b->j->step_start[b->users[u]], end = b->j->step_start[b->users[u] + 1];
        for (int64_t s = first; s < end; s++) k->axpy(b->width, 1, b->now + b->j->steps[s].item * b->width, sum);
        for (int64_t s = first; s < end; s++) k->axpy(b->width, b->weight[u], sum, b->next + b->j->steps[s].item * b->width);
    }
    for (int64_t i = 0; i < b->items; i++) k->axpy(b->width, p[i], b->now + i * b->width, pull);
    for (int64_t i = 0; i < b->items; i++) k->axpy(b->width, -p[i], pull, b->next + i * b->width);
}

/* small = L of now' now, with as little on the diagonal as leaves it positive: columns may depend on each other where items
 * are few or always come together. 1: there is no such L. */
static int factor_gram(block *b)
{
    const int64_t w = b->width;
    for (double part = 1e-6; part < 1; part *= 10) {
        double trace = 0;
        thaw__syrk_t(w, b->items, 1, b->now, w, 0, b->small, w);
        for (int64_t c = 0; c < w; c++) trace += (double)b->small[c * w + c];
        for (int64_t c = 0; c < w; c++) b->small[c * w + c] += (float)(part * trace / (double)w + 1e-30);
        if (!thaw__potrf(w, b->small, w)) return 0;
    }
    return 1;
}

/* now = the columns of next made orthonormal; columns that are not there (fewer items than width) become zero. */
static void orthonormalise(block *b)
{
    const int64_t w = b->width;
    float *swap = b->now;
    b->now = b->next;
    b->next = swap;
    for (int twice = 0; twice < 2; twice++) {
        if (factor_gram(b)) return;
        /* now L^-T: solve row by row, L x' = now' */
        for (int64_t i = 0; i < b->items; i++) {
            float *x = b->now + i * w;
            for (int64_t c = 0; c < w; c++) {
                const float *row = b->small + c * w;
                x[c] = (x[c] - b->m->kernels->dot(c, row, x)) / row[c];
            }
        }
    }
}

/* Eigenvectors of now' C now give V = now R sqrt(values), largest first. next holds C now. */
static thaw_status project(thaw_model *m, block *b)
{
    const int64_t w = b->width;
    const thaw_allocator *a = &m->config.allocator;
    double *square = thaw__alloc0(a, (size_t)(w * w), sizeof *square), *values = thaw__alloc(a, (size_t)w, sizeof *values);
    double *work = thaw__alloc(a, (size_t)(w * w + 3 * w), sizeof *work);
    thaw_status st = square && values && work ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        thaw__gemm_tn(w, w, b->items, 1, b->now, w, b->next, w, 0, b->small, w);
        for (int64_t i = 0; i < w; i++)
            for (int64_t k = 0; k <= i; k++) square[i * w + k] = ((double)b->small[i * w + k] + (double)b->small[k * w + i]) / 2;
        if (thaw__syev64(w, square, w, values, work))
            st = thaw__fail(THAW_E_NUMERIC, "the covariance of the items has no eigenvectors");
    }
    if (st == THAW_OK) {
        memset(m->factor, 0, (size_t)(b->items * m->stride) * sizeof(float));
        memset(b->small, 0, (size_t)(w * w) * sizeof(float));
        for (int32_t c = 0; c < m->rank; c++) { /* values ascend; eigenvectors are rows of square */
            const double value = values[w - 1 - c] > 0 ? values[w - 1 - c] : 0;
            m->ranking->silent[c] = (float)value;
            for (int64_t k = 0; k < w; k++) b->small[k * w + c] = (float)(square[(w - 1 - c) * w + k] * sqrt(value));
        }
        thaw__gemm(b->items, m->rank, w, 1, b->now, w, b->small, w, 0, m->factor, m->stride);
    }
    thaw__free(a, square);
    thaw__free(a, values);
    thaw__free(a, work);
    return st;
}

thaw_status thaw__moments_space(thaw_model *m, const thaw__journeys *j, const int64_t *users, const float *weight, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    block b = {m, j, users, weight, n, thaw__n_items(m), m->stride + EXTRA, NULL, NULL, NULL};
    size_t size = (size_t)(b.items * b.width);
    b.now = thaw__alloc(a, size, sizeof *b.now);
    b.next = thaw__alloc(a, size, sizeof *b.next);
    b.small = thaw__alloc0(a, (size_t)(b.width * b.width), sizeof *b.small);
    thaw_status st = b.now && b.next && b.small ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        for (size_t k = 0; k < size; k++) b.now[k] = (float)thaw__rng_normal(m->config.seed, THAW__RNG_INIT, k);
        for (int it = 0; it < ITERATIONS; it++) {
            multiply(&b);
            orthonormalise(&b);
        }
        multiply(&b);
        st = project(m, &b);
    }
    thaw__free(a, b.now);
    thaw__free(a, b.next);
    thaw__free(a, b.small);
    return st;
}
