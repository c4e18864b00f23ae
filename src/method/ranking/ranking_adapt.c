/* SPDX-License-Identifier: Apache-2.0
 * The posterior of latent.h in whitened coordinates, as posterior.h needs it. With G = diag(ridge + unobserved V'V),
 * rows x_i = sqrt(precision_i) G^-1/2 v_i and y = G^-1/2 b,
 *
 *     w = G^-1/2 (I + X'X)^-1 y
 */
#include "ranking_adapt.h"

#include <math.h>
#include <string.h>

#include "event_time.h"
#include "latent.h"
#include "finite.h"
#include "status.h"

/* ---- the history ------------------------------------------------------------------------------------------------- */

/* Insert an event into the history, which is in the order of time; of equal times the later arrival is newer. An
 * unknown time is INFINITY, newer than all others. A full history drops its oldest event. @return the place; -1: it is
 * older than all of a full history. */
static int32_t insert_event(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    const double known = thaw__known_time(m, event), time = isnan(known) ? INFINITY : known;
    int32_t at = x->n_history;
    while (at > 0 && x->history[at - 1].time > time) at--;
    if (x->n_history == THAW__HISTORY) {
        if (at == 0) return -1;
        at--;
        memmove(x->history, x->history + 1, (size_t)at * sizeof *x->history);
    } else {
        memmove(x->history + at + 1, x->history + at, (size_t)(x->n_history - at) * sizeof *x->history);
        x->n_history++;
    }
    x->history[at] = *event;
    x->history[at].time = time;
    return at;
}

/* Insert events [n] into an empty history. order [THAW__HISTORY] receives the index of each that is kept; NULL: not
 * wanted. */
static void read_history(const thaw_model *m, thaw_user *u, int64_t *order, const thaw_event *events, int64_t n)
{
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    for (int64_t k = 0; k < n; k++) {
        const int32_t before = x->n_history, at = insert_event(m, u, &events[k]);
        if (at < 0 || !order) continue;
        if (before == THAW__HISTORY) memmove(order, order + 1, (size_t)at * sizeof *order);
        else memmove(order + at + 1, order + at, (size_t)(before - at) * sizeof *order);
        order[at] = k;
    }
}

/* ---- the posterior ----------------------------------------------------------------------------------------------- */

/* whiten [stride] = G^-1/2, y [stride] = G^-1/2 b. */
static void start_posterior(const thaw_model *m, thaw_user *u, const thaw__support_weights *support,
                            thaw__latent_schedules schedules, float *y)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    const thaw__ranking *r = thaw__ranking_of(m);
    for (int32_t c = 0; c < m->rank; c++) {
        x->whiten[c] = thaw__latent_whitening(r, schedules, c);
        y[c] = schedules.ridge * schedules.prior_share * u->posterior.prior[c] -
               schedules.unobserved_precision * r->gram_popularity[c];
    }
    for (int64_t c = m->rank; c < m->stride; c++) x->whiten[c] = y[c] = 0;
    for (int32_t i = 0; i < support->n; i++)
        m->kernels->axpy(m->rank, thaw__latent_term_of(r, support, i, schedules).linear,
                         r->item_embedding + support->item[i] * m->stride, y);
    for (int32_t c = 0; c < m->rank; c++) y[c] *= x->whiten[c];
}

/* x [stride] = sqrt(precision_i) G^-1/2 v_i */
static void make_row(const thaw_model *m, const thaw_user *u, const thaw__support_weights *support, int32_t i,
                     thaw__latent_schedules schedules, float *x)
{
    const float *whiten = thaw__ranking_user_state_of(u)->whiten;
    const float s = sqrtf(thaw__latent_term_of(thaw__ranking_of(m), support, i, schedules).precision);
    const float *v = thaw__ranking_of(m)->item_embedding + support->item[i] * m->stride;
    for (int64_t c = 0; c < m->stride; c++) x[c] = s * whiten[c] * v[c];
}

static int solve_dual(const thaw_model *m, thaw_user *u, const thaw__support_weights *support,
                      thaw__latent_schedules schedules, const float *y)
{
    thaw__posterior *p = &u->posterior;
    for (int32_t i = 0; i < support->n; i++) make_row(m, u, support, i, schedules, p->main + i * p->stride);
    return thaw__posterior_solve_dual(p, support->n, y);
}

enum { BLOCK = 16 };

static int solve_primal(const thaw_model *m, thaw_user *u, const thaw__support_weights *support,
                        thaw__latent_schedules schedules, const float *y)
{
    float rows[BLOCK * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    thaw__posterior *p = &u->posterior;
    const thaw__precision A = thaw__posterior_precision(p);
    thaw__precision_set_identity(A);
    for (int32_t i = 0; i < support->n; i += BLOCK) {
        const int32_t n = support->n - i < BLOCK ? support->n - i : BLOCK;
        for (int32_t k = 0; k < n; k++) make_row(m, u, support, i + k, schedules, rows + k * p->stride);
        thaw__precision_add_rows(A, n, rows);
    }
    return thaw__posterior_solve_primal(p, y);
}

/* Compute the posterior of gain w, by the smaller of the two systems. @return 1 if it is not finite. */
static int solve_posterior(const thaw_model *m, thaw_user *u, const thaw__support_weights *support)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    float y[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const thaw__latent_schedules schedules = thaw__latent_schedules_at(thaw__ranking_of(m), support->interpolation);
    const float gain = thaw__schedule_at(thaw__ranking_of(m), THAW__GAIN, support->interpolation);
    thaw__posterior *p = &u->posterior;
    start_posterior(m, u, support, schedules, y);
    const int few = support->n <= thaw__posterior_most_rows(p);
    if (few ? solve_dual(m, u, support, schedules, y) : solve_primal(m, u, support, schedules, y)) return 1;
    for (int64_t c = 0; c < p->stride; c++) {
        p->mean[c] *= gain * x->whiten[c];
        x->whiten[c] *= gain * sqrtf(schedules.ridge);
    }
    return !thaw__is_bounded(p->mean, p->stride) || !thaw__is_bounded(x->whiten, p->stride);
}

/* ---- all terms --------------------------------------------------------------------------------------------------- */

/* Compute the sparse terms. @return 1 if a number is not finite. */
static int set_sparse_terms(const thaw_model *m, thaw_user *u, const thaw__support_weights *support)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__term_work work;
    float kappa;
    const int failed = thaw__terms_solve(&x->terms, &work, thaw__ranking_of(m), support, &kappa);
    x->offset_share = 1 - kappa;
    return failed;
}

/* The state before the first event: the prior mean from features, and the prior variance. */
static void reset_to_prior(const thaw_model *m, thaw_user *u)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__user_reset(u);
    x->n_history = 0;
    thaw__terms_clear(&x->terms);
    x->interpolation = (thaw__interpolation){0, 0};
    x->offset_share = 1;
    memset(x->whiten, 0, (size_t)m->stride * sizeof *x->whiten);
    const float gain = thaw__schedule_at(r, THAW__GAIN, x->interpolation);
    const float prior_share = thaw__schedule_at(r, THAW__PRIOR_SHARE, x->interpolation);
    m->kernels->scale(m->stride, gain * prior_share, u->posterior.prior, u->posterior.mean);
    for (int64_t c = 0; c < m->rank; c++) x->whiten[c] = gain;
}

/* Compute the state from the history. */
static thaw_status condition(const thaw_model *m, thaw_user *u)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__support_weights support;
    thaw__support_weights_read(&support, thaw__ranking_of(m), x->history, x->n_history);
    x->interpolation = support.interpolation;
    u->highest_row = -1;
    for (int32_t i = 0; i < support.n; i++)
        if (support.item[i] > u->highest_row) u->highest_row = support.item[i];
    if (support.n == 0) return THAW_OK;
    if (!set_sparse_terms(m, u, &support) && !solve_posterior(m, u, &support)) return THAW_OK;
    const thaw_status st = thaw__user_refuse(u);
    reset_to_prior(m, u);
    return st;
}

thaw_status thaw__ranking_adapt_in_order(const thaw_model *m, thaw_user *u, int64_t *order, const thaw_event *events,
                                         int64_t n)
{
    reset_to_prior(m, u);
    read_history(m, u, order, events, n);
    u->n_events = n;
    return condition(m, u);
}

thaw_status thaw__ranking_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    return thaw__ranking_adapt_in_order(m, u, NULL, events, n);
}

thaw_status thaw__ranking_observe(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    const int64_t n = u->n_events;
    insert_event(m, u, event);
    THAW__TRY(condition(m, u));
    u->n_events = n + 1;
    return THAW_OK;
}
