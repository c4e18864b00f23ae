/* SPDX-License-Identifier: Apache-2.0 */
#include "output_regression.h"

#include "episode_sampling.h"
#include "linalg.h"
#include "status.h"

/* Add the episode that was adapted to: x = gain w, target += (y - z) x' but for basis_j . c, which cross sums. */
static void add_episode(thaw__output_regression *r)
{
    const thaw_model *m = r->m;
    const thaw__episode *e = r->episode;
    const thaw__histories *h = r->histories;
    const int32_t *row = e->basis->row;
    float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const int64_t first = h->interaction_start[e->user], end = h->interaction_start[e->user + 1];
    const float gain = thaw__schedule_at(thaw__ranking_of(m), THAW__GAIN, e->support.interpolation);
    m->kernels->scale(m->stride, gain, e->w, x);
    for (int32_t c = 0; c < m->rank; c++) m->kernels->axpy(m->stride, x[c], x, r->state + c * m->stride);
    for (int64_t c = 0; c < e->basis->width; c++)
        if (e->c[c] != 0) m->kernels->axpy(m->stride, e->c[c], x, r->cross + c * m->stride);
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++)
        if (e->sparse.key[at] && row[e->sparse.key[at] - 1] >= 0)
            m->kernels->axpy(m->stride, -e->sparse.value[at], x, r->target + row[e->sparse.key[at] - 1] * m->stride);
    for (int64_t t = first; t < end; t++) {
        const int32_t item = h->interactions[t].item;
        if (thaw__episode_positive(e, h, t)) m->kernels->axpy(m->stride, 1, x, r->target + row[item] * m->stride);
        else if (thaw__episode_excludes(e) && t < first + e->k)
            m->kernels->axpy(m->stride, thaw__episode_score(e, item), x, r->target + row[item] * m->stride);
    }
}

thaw_status thaw__output_regression_begin(thaw__output_regression *out, const thaw_model *m, const thaw__basis *basis,
                                          const thaw__histories *h, const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const size_t table = (size_t)(basis->items * m->stride);
    *out = (thaw__output_regression){.m = m, .basis = basis, .histories = h, .users = users, .n = n};
    out->cross = thaw__alloc0(a, (size_t)(basis->width * m->stride), sizeof *out->cross);
    out->target = thaw__alloc0(a, table, sizeof *out->target);
    out->state = thaw__alloc0(a, (size_t)(m->rank * m->stride), sizeof *out->state);
    out->R = thaw__alloc0(a, table, sizeof *out->R);
    if (!out->cross || !out->target || !out->state || !out->R) return THAW_E_NOMEM;
    return thaw__episode_create(&out->episode, m, basis);
}

void thaw__output_regression_add(thaw__output_regression *r, int64_t first, int64_t n)
{
    int64_t sizes[THAW__SUPPORT_GRID];
    for (int64_t u = first; u < first + n; u++) {
        const int n_sizes = thaw__support_grid(sizes, thaw__history_length(r->histories, r->users[u]));
        for (int k = 0; k < n_sizes; k++)
            if (!thaw__episode_adapt(r->episode, r->histories, r->users[u], sizes[k])) add_episode(r);
    }
}

void thaw__output_regression_end(thaw__output_regression *r)
{
    const thaw__basis *b = r->basis;
    thaw__gemm(b->items, r->m->stride, b->width, -1, b->rows, b->width, r->cross, r->m->stride, 1, r->target,
               r->m->stride);
}

void thaw__output_regression_free(thaw__output_regression *r)
{
    if (!r->m) return;
    const thaw_allocator *a = &r->m->config.allocator;
    thaw__episode_free(r->episode);
    thaw__free(a, r->cross);
    thaw__free(a, r->target);
    thaw__free(a, r->state);
    thaw__free(a, r->R);
    *r = (thaw__output_regression){0};
}

thaw_status thaw__output_regression_solve(thaw__output_regression *r, float ridge)
{
    const thaw_model *m = r->m;
    const thaw_allocator *a = &m->config.allocator;
    double trace = 0;
    float *inverse = thaw__dup(a, r->state, (size_t)(m->rank * m->stride), sizeof *inverse);
    if (!inverse) return THAW_E_NOMEM;
    for (int32_t c = 0; c < m->rank; c++) trace += (double)inverse[c * m->stride + c];
    for (int32_t c = 0; c < m->rank; c++) inverse[c * m->stride + c] += (float)(trace / m->rank) * ridge + 1e-30f;
    thaw_status st = THAW_OK;
    if (thaw__potrf(m->rank, inverse, m->stride) || thaw__potri(m->rank, inverse, m->stride))
        st = thaw__fail(THAW_E_NUMERIC, "the posteriors of the users are not finite");
    else thaw__gemm(r->basis->items, m->rank, m->rank, 1, r->target, m->stride, inverse, m->stride, 0, r->R, m->stride);
    thaw__free(a, inverse);
    return st;
}

void thaw__output_regression_apply(thaw__basis *basis, const float *R, float share)
{
    for (int64_t i = 0; i < basis->items; i++)
        for (int64_t c = 0; c < basis->stride; c++)
            basis->rows[i * basis->width + c] += share * R[i * basis->stride + c];
}
