/* SPDX-License-Identifier: Apache-2.0
 * The posterior of latent.h in coordinates in which the prior is white, which posterior.h needs: with
 * G = diag(ridge + silence |V|^2), rows x_i = sqrt(precision_i) G^-1/2 v_i and the linear term y = G^-1/2 b,
 *
 *     w = G^-1/2 (I + X'X)^-1 y
 */
#include "ranking_adapt.h"

#include <math.h>
#include <string.h>

#include "repeat.h"
#include "latent.h"
#include "finite.h"
#include "neighbour_gp.h"
#include "status.h"

/* ---- the history ------------------------------------------------------------------------------------------------- */

/* Put an event into the history, which stays in time order; of equal times the later arrival is newer. A full history
 * loses its oldest event. */
static void remember(thaw_user *u, const thaw_event *event)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    int32_t at = x->n_history;
    while (at > 0 && x->history[at - 1].time > event->time) at--;
    if (x->n_history == THAW__HISTORY) {
        if (at == 0) return;
        at--;
        memmove(x->history, x->history + 1, (size_t)at * sizeof *x->history);
    } else {
        memmove(x->history + at + 1, x->history + at, (size_t)(x->n_history - at) * sizeof *x->history);
        x->n_history++;
    }
    x->history[at] = *event;
    if (!isfinite(event->time)) x->history[at].time = 0; /* this model does not use time */
}

/* ---- the posterior ----------------------------------------------------------------------------------------------- */

/* whiten = G^-1/2 and y = whiten b. */
static void begin(const thaw_model *m, thaw_user *u, const thaw__support_weights *e, thaw__latent_schedules rules, float *y)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    const thaw__ranking *r = thaw__ranking_of(m);
    for (int32_t c = 0; c < m->rank; c++) {
        x->whiten[c] = 1 / sqrtf(rules.ridge + rules.silence * r->gram_diag[c]);
        y[c] = rules.ridge * rules.share * u->posterior.prior[c] - rules.silence * r->gram_popularity[c];
    }
    for (int64_t c = m->rank; c < m->stride; c++) x->whiten[c] = y[c] = 0;
    for (int32_t i = 0; i < e->n; i++)
        m->kernels->axpy(m->rank, thaw__latent_term_of(r, e, i, rules).pull, r->item_embedding + e->item[i] * m->stride, y);
    for (int32_t c = 0; c < m->rank; c++) y[c] *= x->whiten[c];
}

static void make_row(const thaw_model *m, const thaw_user *u, const thaw__support_weights *e, int32_t i,
                     thaw__latent_schedules rules, float *x)
{
    const float *whiten = thaw__ranking_user_state_of(u)->whiten;
    const float s = sqrtf(thaw__latent_term_of(thaw__ranking_of(m), e, i, rules).precision);
    const float *v = thaw__ranking_of(m)->item_embedding + e->item[i] * m->stride;
    for (int64_t c = 0; c < m->stride; c++) x[c] = s * whiten[c] * v[c];
}

static int solve_dual(const thaw_model *m, thaw_user *u, const thaw__support_weights *e, thaw__latent_schedules rules,
                      const float *y)
{
    thaw__posterior *p = &u->posterior;
    for (int32_t i = 0; i < e->n; i++) make_row(m, u, e, i, rules, p->main + i * p->stride);
    return thaw__posterior_solve_dual(p, e->n, y);
}

enum { BLOCK = 16 };

static int solve_primal(const thaw_model *m, thaw_user *u, const thaw__support_weights *e, thaw__latent_schedules rules,
                        const float *y)
{
    float rows[BLOCK * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    thaw__posterior *p = &u->posterior;
    const thaw__precision A = thaw__posterior_precision(p);
    thaw__precision_clear(A);
    thaw__precision_add_identity(A);
    for (int32_t i = 0; i < e->n; i += BLOCK) {
        const int32_t n = e->n - i < BLOCK ? e->n - i : BLOCK;
        for (int32_t k = 0; k < n; k++) make_row(m, u, e, i + k, rules, rows + k * p->stride);
        thaw__precision_add_rows(A, n, rows);
    }
    return thaw__posterior_solve_primal(p, y);
}

/* The posterior of gain w. */
static int solve(const thaw_model *m, thaw_user *u, const thaw__support_weights *e)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    float y[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const thaw__latent_schedules rules = thaw__latent_schedules_at(thaw__ranking_of(m), e->interpolation);
    const float gain = thaw__schedule_at(thaw__ranking_of(m), THAW__GAIN, e->interpolation);
    thaw__posterior *p = &u->posterior;
    begin(m, u, e, rules, y);
    const int few = e->n <= thaw__posterior_most_rows(p);
    if (few ? solve_dual(m, u, e, rules, y) : solve_primal(m, u, e, rules, y)) return 1;
    for (int64_t c = 0; c < p->stride; c++) {
        p->mean[c] *= gain * x->whiten[c];
        x->whiten[c] *= gain * sqrtf(rules.ridge);
    }
    return !thaw__is_finite(p->mean, p->stride);
}

/* ---- both parts -------------------------------------------------------------------------------------------------- */

/* @return 1 if a number is not finite. */
static int look_around(const thaw_model *m, thaw_user *u, const thaw__support_weights *e)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__neighbour_gp near;
    thaw__neighbour_gp_solve(&near, thaw__ranking_of(m), e);
    x->n_neighbours = near.n;
    x->popularity = 1 - near.common;
    x->edge = near.weight;
    memcpy(x->item, e->item, (size_t)near.n * sizeof *e->item);
    memcpy(x->a, near.a, (size_t)near.n * sizeof *near.a);
    x->n_repeat = thaw__repeat_of(x->repeat, thaw__ranking_of(m), e);
    memcpy(x->repeat_item, e->item, (size_t)x->n_repeat * sizeof *e->item);
    float sum = x->popularity;
    for (int32_t i = 0; i < x->n_repeat; i++) sum += x->repeat[i];
    return !isfinite(sum);
}

/* Before the first event: the mean that features give, and the prior's variance. */
static void rest(const thaw_model *m, thaw_user *u)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__user_reset(u);
    x->n_history = x->n_neighbours = x->n_repeat = 0;
    x->interpolation = (thaw__interpolation){0, 0};
    x->popularity = 1;
    memset(x->whiten, 0, (size_t)m->stride * sizeof *x->whiten);
    const float gain = thaw__schedule_at(r, THAW__GAIN, x->interpolation);
    const float share = thaw__schedule_at(r, THAW__PRIOR_SHARE, x->interpolation);
    m->kernels->scale(m->stride, gain * share, u->posterior.prior, u->posterior.mean);
    for (int64_t c = 0; c < m->rank; c++) x->whiten[c] = gain;
}

static thaw_status condition(const thaw_model *m, thaw_user *u)
{
    thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__support_weights e;
    thaw__support_weights_read(&e, thaw__ranking_of(m), x->history, x->n_history);
    x->interpolation = e.interpolation;
    u->highest_row = -1;
    for (int32_t i = 0; i < e.n; i++)
        if (e.item[i] > u->highest_row) u->highest_row = e.item[i];
    if (e.n == 0) return THAW_OK;
    if (!look_around(m, u, &e) && !solve(m, u, &e)) return THAW_OK;
    rest(m, u);
    return thaw__fail(THAW_E_NUMERIC, "the posterior is not finite; the user is back at the prior");
}

thaw_status thaw__ranking_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    rest(m, u);
    for (int64_t k = 0; k < n; k++) remember(u, &events[k]);
    u->n_events = n;
    return condition(m, u);
}

thaw_status thaw__ranking_observe(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    const int64_t n = u->n_events;
    remember(u, event);
    THAW__TRY(condition(m, u));
    u->n_events = n + 1;
    return THAW_OK;
}
