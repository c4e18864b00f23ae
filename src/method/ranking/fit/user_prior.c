/* SPDX-License-Identifier: Apache-2.0 */
#include "user_prior.h"

#include <math.h>
#include <string.h>

#include "latent.h"
#include "prior_fit.h"
#include "status.h"
#include "thread.h"

enum { STEPS = 40, RIDGE_FROM = 10 }; /* steps of the regression; the first that estimates the ridges */

void thaw__user_prior_mean(const thaw_model *m, float *mean, const thaw__histories *h, int64_t user)
{
    memset(mean, 0, (size_t)m->stride * sizeof *mean);
    if (m->user_prior.features.width) thaw__prior_mean(&m->user_prior, mean, &h->features, user);
}

/* Compute w of one user, without a prior mean; 0 if it has none. */
static void solve_user(void *arg, int64_t index, int32_t worker)
{
    const thaw__user_prior_fit *b = arg;
    const int64_t k = b->first + index, u = b->users[k];
    int64_t kept;
    const thaw_event *events =
        thaw__history_kept(b->histories, u, b->histories->start[u + 1] - b->histories->start[u], &kept);
    float *w = b->w + k * b->m->stride;
    thaw__support_weights e;
    thaw__support_weights_read(&e, thaw__ranking_of(b->m), events, kept);
    if (thaw__latent_solve(w, b->factor + worker * b->m->rank * b->m->stride, b->m, &e, NULL))
        memset(w, 0, (size_t)b->m->stride * sizeof *w);
}

/* Divide each coordinate by its root mean square, which is written to scale [rank]. */
static void normalise(float *w, float *scale, int64_t n, int32_t rank, int64_t stride)
{
    for (int32_t c = 0; c < rank; c++) {
        double square = 0;
        for (int64_t k = 0; k < n; k++) square += (double)w[k * stride + c] * (double)w[k * stride + c];
        scale[c] = (float)sqrt(square / (double)n);
        for (int64_t k = 0; k < n && scale[c] > 0; k++) w[k * stride + c] /= scale[c];
    }
}

/* Gradient steps of the ridge regression of w on features; ridges by empirical Bayes. */
static void regress(thaw__user_prior_fit *b)
{
    const thaw_model *m = b->m;
    thaw__prior *p = &b->m->user_prior;
    float residual[THAW__RANK_MAX];
    for (int step = 0; step < STEPS; step++) {
        thaw__prior_fit_clear(&b->fit, p);
        for (int64_t k = 0; k < b->n; k++) {
            thaw__prior_mean(p, residual, &b->histories->features, b->users[k]);
            for (int32_t c = 0; c < m->rank; c++) residual[c] = b->w[k * m->stride + c] - residual[c];
            thaw__prior_fit_add(&b->fit, p, &b->histories->features, b->users[k], residual, 1);
        }
        thaw__prior_fit_apply(&b->fit, p, 1, 1);
        if (step >= RIDGE_FROM) thaw__prior_fit_ridge(p, NULL);
    }
}

static void scale_rows(float *rows, int64_t n, const float *scale, int32_t rank)
{
    for (int64_t r = 0; r < n; r++)
        for (int32_t c = 0; c < rank; c++) rows[r * rank + c] *= scale[c];
}

static void clear_prior(thaw__prior *p)
{
    memset(p->weights, 0, (size_t)p->features.width * (size_t)p->dim * sizeof(float));
    memset(p->column_mean, 0, p->features.n * (size_t)p->dim * sizeof(float));
}

thaw_status thaw__user_prior_begin(thaw__user_prior_fit *out, thaw_model *m, const thaw__histories *h,
                                   const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const size_t stride = (size_t)m->stride, workers = (size_t)thaw__n_workers(&m->config.parallel);
    *out = (thaw__user_prior_fit){.m = m, .histories = h, .users = users, .n = n};
    THAW__TRY(thaw__prior_fit_init(&out->fit, &m->user_prior, a));
    out->w = thaw__alloc0(a, (size_t)n * stride, sizeof(float));
    out->factor = thaw__alloc0(a, workers * (size_t)m->rank * stride, sizeof(float));
    return out->w && out->factor ? THAW_OK : THAW_E_NOMEM;
}

thaw_status thaw__user_prior_add(thaw__user_prior_fit *fit, int64_t first, int64_t n)
{
    fit->first = first;
    return thaw__parallel_for(&fit->m->config.parallel, solve_user, fit, n);
}

void thaw__user_prior_end(thaw__user_prior_fit *fit)
{
    const thaw_model *m = fit->m;
    const thaw__prior *p = &m->user_prior;
    float scale[THAW__RANK_MAX];
    normalise(fit->w, scale, fit->n, m->rank, m->stride);
    clear_prior(&fit->m->user_prior);
    regress(fit);
    scale_rows(p->weights, p->features.width, scale, m->rank);
    scale_rows(p->column_mean, (int64_t)p->features.n, scale, m->rank);
}

void thaw__user_prior_close(thaw__user_prior_fit *fit)
{
    if (!fit->m) return;
    const thaw_allocator *a = &fit->m->config.allocator;
    thaw__free(a, fit->w);
    thaw__free(a, fit->factor);
    thaw__prior_fit_free(&fit->fit, a);
    *fit = (thaw__user_prior_fit){0};
}
