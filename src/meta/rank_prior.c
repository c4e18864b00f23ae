/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_prior.h"

#include <math.h>
#include <string.h>

#include "belief.h"
#include "prior_fit.h"
#include "status.h"
#include "thread.h"

enum { STEPS = 40, RIDGE_FROM = 10 };

void thaw__rank_prior_mean(const thaw_model *m, float *mean, const thaw__journeys *j, int64_t user)
{
    memset(mean, 0, (size_t)m->stride * sizeof *mean);
    if (m->user_prior.features.width) thaw__prior_mean(&m->user_prior, mean, &j->features, user);
}

typedef struct beliefs {
    const thaw_model *m;
    const thaw__journeys *j;
    const int64_t *users;
    float *w;      /* [n, stride] */
    float *factor; /* [workers, rank, stride] */
} beliefs;

static void believe(void *arg, int64_t k, int32_t worker)
{
    const beliefs *b = arg;
    const int64_t u = b->users[k];
    int64_t kept;
    const thaw_event *events = thaw__journey_kept(b->j, u, b->j->start[u + 1] - b->j->start[u], &kept);
    float *w = b->w + k * b->m->stride;
    thaw__evidence e;
    thaw__evidence_read(&e, b->m->ranking, events, kept);
    if (thaw__belief_solve(w, b->factor + worker * b->m->rank * b->m->stride, b->m, &e, NULL))
        memset(w, 0, (size_t)b->m->stride * sizeof *w);
}

/* Divide coordinates by their root mean square, which scale [rank] receives. */
static void normalise(float *w, float *scale, int64_t n, int32_t rank, int64_t stride)
{
    for (int32_t c = 0; c < rank; c++) {
        double square = 0;
        for (int64_t k = 0; k < n; k++) square += (double)w[k * stride + c] * (double)w[k * stride + c];
        scale[c] = (float)sqrt(square / (double)n);
        for (int64_t k = 0; k < n && scale[c] > 0; k++) w[k * stride + c] /= scale[c];
    }
}

static void regress(thaw_model *m, thaw__prior_fit *fit, const beliefs *b, int64_t n)
{
    thaw__prior *p = &m->user_prior;
    float residual[THAW__RANK_MAX];
    for (int step = 0; step < STEPS; step++) {
        thaw__prior_fit_clear(fit, p);
        for (int64_t k = 0; k < n; k++) {
            thaw__prior_mean(p, residual, &b->j->features, b->users[k]);
            for (int32_t c = 0; c < m->rank; c++) residual[c] = b->w[k * m->stride + c] - residual[c];
            thaw__prior_fit_add(fit, p, &b->j->features, b->users[k], residual, 1);
        }
        thaw__prior_fit_apply(fit, p, 1, 1);
        if (step >= RIDGE_FROM) thaw__prior_fit_ridge(p, NULL);
    }
}

static void scale_rows(float *rows, int64_t n, const float *scale, int32_t rank)
{
    for (int64_t r = 0; r < n; r++)
        for (int32_t c = 0; c < rank; c++) rows[r * rank + c] *= scale[c];
}

static void forget(thaw__prior *p)
{
    memset(p->weights, 0, (size_t)p->features.width * (size_t)p->dim * sizeof(float));
    memset(p->column_mean, 0, p->features.n * (size_t)p->dim * sizeof(float));
}

thaw_status thaw__rank_prior_learn(thaw_model *m, const thaw__journeys *j, const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const size_t stride = (size_t)m->stride, workers = (size_t)thaw__n_workers(&m->config.parallel);
    thaw__prior *p = &m->user_prior;
    float scale[THAW__RANK_MAX];
    thaw__prior_fit fit;
    if (!p->features.width || !n) return THAW_OK;
    THAW__TRY(thaw__prior_fit_init(&fit, p, a));
    beliefs b = {m, j, users, thaw__alloc0(a, (size_t)n * stride, sizeof(float)),
                 thaw__alloc0(a, workers * (size_t)m->rank * stride, sizeof(float))};
    thaw_status st = b.w && b.factor ? thaw__parallel_for(&m->config.parallel, believe, &b, n) : THAW_E_NOMEM;
    if (st == THAW_OK) {
        normalise(b.w, scale, n, m->rank, m->stride);
        forget(p);
        regress(m, &fit, &b, n);
        scale_rows(p->weights, p->features.width, scale, m->rank);
        scale_rows(p->column_mean, (int64_t)p->features.n, scale, m->rank);
    }
    thaw__free(a, b.w);
    thaw__free(a, b.factor);
    thaw__prior_fit_free(&fit, a);
    return st;
}
