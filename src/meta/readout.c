/* SPDX-License-Identifier: Apache-2.0 */
#include "readout.h"

#include "episode_sampling.h"
#include "linalg.h"
#include "status.h"

/* cross [width, stride] gathers c x'. */
static void add_episode(thaw__readout *s, float *cross, thaw__episode *e, const thaw__journeys *j, float *x)
{
    const thaw_model *m = e->m;
    const int64_t first = j->step_start[e->user], end = j->step_start[e->user + 1];
    const float gain = thaw__ranking_rule(m->ranking, THAW__GAIN, e->evidence.place);
    m->kernels->scale(m->stride, gain, e->w, x);
    for (int32_t c = 0; c < m->rank; c++) m->kernels->axpy(m->stride, x[c], x, s->state + c * m->stride);
    for (int64_t c = 0; c < e->basis->width; c++)
        if (e->c[c] != 0) m->kernels->axpy(m->stride, e->c[c], x, cross + c * m->stride);
    for (int32_t at = 0; at < THAW__ADDITIONS; at++)
        if (e->additions.key[at])
            m->kernels->axpy(m->stride, -e->additions.value[at], x, s->target + (e->additions.key[at] - 1) * m->stride);
    for (int64_t t = first; t < end; t++) {
        const int32_t item = j->steps[t].item;
        if (thaw__episode_wanted(e, j, t)) m->kernels->axpy(m->stride, 1, x, s->target + item * m->stride);
        else if (thaw__episode_hides(e) && t < first + e->k)
            m->kernels->axpy(m->stride, thaw__episode_score(e, item), x, s->target + item * m->stride);
    }
}

static void add_user(thaw__readout *s, float *cross, thaw__episode *e, const thaw__journeys *j, int64_t user, float *x)
{
    int64_t sizes[THAW__SUPPORT_GRID];
    const int n = thaw__support_grid(sizes, thaw__journey_length(j, user));
    for (int k = 0; k < n; k++)
        if (!thaw__episode_adapt(e, j, user, sizes[k])) add_episode(s, cross, e, j, x);
}

thaw_status thaw__readout_take(thaw__readout *out, const thaw_model *m, const thaw__basis *basis, const thaw__journeys *j,
                               const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const size_t table = (size_t)(basis->items * m->stride);
    float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    float *cross = thaw__alloc0(a, (size_t)(basis->width * m->stride), sizeof *cross);
    thaw__episode *e = NULL;
    *out = (thaw__readout){thaw__alloc0(a, table, sizeof(float)), thaw__alloc0(a, (size_t)(m->rank * m->stride), sizeof(float)),
                           thaw__alloc0(a, table, sizeof(float))};
    thaw_status st = out->target && out->state && out->R && cross ? thaw__episode_create(&e, m, basis) : THAW_E_NOMEM;
    if (st == THAW_OK) {
        for (int64_t u = 0; u < n; u++) add_user(out, cross, e, j, users[u], x);
        thaw__gemm(basis->items, m->stride, basis->width, -1, basis->rows, basis->width, cross, m->stride, 1, out->target, m->stride);
    } else thaw__readout_free(out, a);
    thaw__episode_free(e);
    thaw__free(a, cross);
    return st;
}

void thaw__readout_free(thaw__readout *r, const thaw_allocator *a)
{
    thaw__free(a, r->target);
    thaw__free(a, r->state);
    thaw__free(a, r->R);
    *r = (thaw__readout){0};
}

thaw_status thaw__readout_solve(thaw__readout *r, const thaw_model *m, const thaw__basis *basis, float ridge)
{
    const thaw_allocator *a = &m->config.allocator;
    double trace = 0;
    float *inverse = thaw__dup(a, r->state, (size_t)(m->rank * m->stride), sizeof *inverse);
    if (!inverse) return THAW_E_NOMEM;
    for (int32_t c = 0; c < m->rank; c++) trace += (double)inverse[c * m->stride + c];
    for (int32_t c = 0; c < m->rank; c++) inverse[c * m->stride + c] += (float)(trace / m->rank) * ridge + 1e-30f;
    thaw_status st = THAW_OK;
    if (thaw__potrf(m->rank, inverse, m->stride) || thaw__potri(m->rank, inverse, m->stride))
        st = thaw__fail(THAW_E_NUMERIC, "the beliefs of the users are not finite");
    else
        thaw__gemm(basis->items, m->rank, m->rank, 1, r->target, m->stride, inverse, m->stride, 0, r->R, m->stride);
    thaw__free(a, inverse);
    return st;
}

void thaw__readout_add(thaw__basis *basis, const float *R, float share)
{
    for (int64_t i = 0; i < basis->items; i++)
        for (int64_t c = 0; c < basis->stride; c++) basis->rows[i * basis->width + c] += share * R[i * basis->stride + c];
}

thaw_status thaw__readout_learn(thaw__basis *basis, const thaw_model *m, const thaw__journeys *j, const int64_t *users, int64_t n,
                                float ridge)
{
    thaw__readout r;
    THAW__TRY(thaw__readout_take(&r, m, basis, j, users, n));
    const thaw_status st = thaw__readout_solve(&r, m, basis, ridge);
    if (st == THAW_OK) thaw__readout_add(basis, r.R, 1);
    thaw__readout_free(&r, &m->config.allocator);
    return st;
}
