/* SPDX-License-Identifier: Apache-2.0 */
#include "readout.h"

#include <string.h>

#include "linalg.h"
#include "status.h"

static const int64_t supports[] = {1, 2, 3, 5, 8, 12, 20, 32, 50, 80, 130, 200, 300};

typedef struct sums {
    float *target; /* [items, stride] sum over episodes of (y - z) x', less the part that is below */
    float *state;  /* [rank, stride]  sum x x' */
    float *cross;  /* [width, stride] sum c x' */
} sums;

static void add_episode(sums *s, thaw__episode *e, const thaw__journeys *j, float *x)
{
    const thaw_model *m = e->m;
    const int64_t first = j->step_start[e->user], end = j->step_start[e->user + 1];
    const float gain = thaw__ranking_rule(m->ranking, THAW__GAIN, e->evidence.place);
    m->kernels->scale(m->stride, gain, e->w, x);
    for (int32_t c = 0; c < m->rank; c++) m->kernels->axpy(m->stride, x[c], x, s->state + c * m->stride);
    for (int64_t c = 0; c < e->basis->width; c++)
        if (e->c[c] != 0) m->kernels->axpy(m->stride, e->c[c], x, s->cross + c * m->stride);
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

static void add_user(sums *s, thaw__episode *e, const thaw__journeys *j, int64_t user, float *x)
{
    const int64_t n = thaw__journey_length(j, user);
    for (size_t k = 0; k < sizeof supports / sizeof *supports && supports[k] < n; k++)
        if ((double)supports[k] <= 0.85 * (double)n && !thaw__episode_adapt(e, j, user, supports[k])) add_episode(s, e, j, x);
}

/* R from the sums: target less basis times cross, times the inverse of the state. */
static thaw_status solve(float *R, const thaw_model *m, const thaw__basis *b, sums *s, float ridge)
{
    double trace = 0;
    thaw__gemm(b->items, m->stride, b->width, -1, b->rows, b->width, s->cross, m->stride, 1, s->target, m->stride);
    for (int32_t c = 0; c < m->rank; c++) trace += (double)s->state[c * m->stride + c];
    for (int32_t c = 0; c < m->rank; c++) s->state[c * m->stride + c] += (float)(trace / m->rank) * ridge + 1e-30f;
    if (thaw__potrf(m->rank, s->state, m->stride) || thaw__potri(m->rank, s->state, m->stride))
        return thaw__fail(THAW_E_NUMERIC, "the beliefs of the users are not finite");
    memset(R, 0, (size_t)(b->items * m->stride) * sizeof *R);
    thaw__gemm(b->items, m->rank, m->rank, 1, s->target, m->stride, s->state, m->stride, 0, R, m->stride);
    return THAW_OK;
}

thaw_status thaw__readout_learn(float *R, const thaw_model *m, const thaw__basis *basis, const thaw__journeys *j,
                                const int64_t *users, int64_t n, float ridge)
{
    const thaw_allocator *a = &m->config.allocator;
    float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    thaw__episode *e = NULL;
    sums s = {thaw__alloc0(a, (size_t)(basis->items * m->stride), sizeof(float)),
              thaw__alloc0(a, (size_t)(m->rank * m->stride), sizeof(float)),
              thaw__alloc0(a, (size_t)(basis->width * m->stride), sizeof(float))};
    thaw_status st = s.target && s.state && s.cross ? thaw__episode_create(&e, m, basis) : THAW_E_NOMEM;
    if (st == THAW_OK) {
        for (int64_t u = 0; u < n; u++) add_user(&s, e, j, users[u], x);
        st = solve(R, m, basis, &s, ridge);
    }
    thaw__episode_free(e);
    thaw__free(a, s.target);
    thaw__free(a, s.state);
    thaw__free(a, s.cross);
    return st;
}

void thaw__readout_add(thaw__basis *basis, const float *R, float share)
{
    for (int64_t i = 0; i < basis->items; i++)
        for (int64_t c = 0; c < basis->stride; c++) basis->rows[i * basis->width + c] += share * R[i * basis->stride + c];
}
