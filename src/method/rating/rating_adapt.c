/* SPDX-License-Identifier: Apache-2.0
 * The posterior of a user given ratings (docs/rating-model.md, eq. 3 and 4; posterior.h). Event e has the row and
 * target
 *
 *     x_e = p_i / sigma_e,   t_e = (score(y_e) - bias_i - p_i . m0) / sigma_e,   1 / sigma_e = sqrt(a_e) inv_noise_sd_i
 *
 * The uncertainty of the item is part of its noise, so one row per event is enough.
 */
#include <math.h>
#include <string.h>

#include "age_weight.h"
#include "event_time.h"
#include "finite.h"
#include "status.h"
#include "variational_em.h"

/* The age of an event at the time `newest`; 0 if its time or `newest` is unknown. */
static inline double age_of(const thaw_model *m, const thaw_event *event, double newest)
{
    const double time = thaw__known_time(m, event);
    return time < newest ? newest - time : 0;
}

/* Row x [stride] of one event; returns its target t. prior: m0 or NULL for zero; age is not used without a
 * half-life. */
static inline float make_row(const thaw_model *m, const float *prior, const thaw_event *event, double age, float *x)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const float *p = rating->item_embedding + event->item * m->stride;
    float s = rating->inv_noise_sd[event->item];
    if (m->half_life > 0) s *= sqrtf(thaw__age_weight(m->half_life, age));
    float residual = thaw__link_score(&rating->link, event->value) - rating->bias[event->item];
    if (prior) residual -= m->kernels->dot(m->stride, p, prior);
    m->kernels->scale(m->stride, s, p, x);
    return s * residual;
}

/* m0, or NULL if it is zero. */
static const float *prior_or_null(const thaw_user *u)
{
    return u->posterior.has_prior ? u->posterior.prior : NULL;
}

/* Prefetch what make_row() reads of an item, for all events before the first is computed. */
static inline void fetch_item(const thaw_model *m, int64_t item)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const float *p = rating->item_embedding + item * m->stride;
    __builtin_prefetch(rating->inv_noise_sd + item);
    __builtin_prefetch(rating->bias + item);
    for (int64_t j = 0; j < m->stride; j += THAW__LANES) __builtin_prefetch(p + j);
}

static int adapt_dual(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    float t[THAW__RANK_MAX];
    thaw__posterior *p = &u->posterior;
    const float *prior = prior_or_null(u);
    for (int64_t k = 0; k < n; k++) fetch_item(m, events[k].item);
    for (int64_t k = 0; k < n; k++)
        t[k] = make_row(m, prior, &events[k], age_of(m, &events[k], u->time), p->main + k * p->stride);
    return thaw__posterior_condition_dual(p, (int32_t)n, t);
}

/* X is built and added to the precision in blocks of at most rank rows, the room of p->main. */
static int adapt_primal(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    float h[THAW__RANK_MAX] = {0}; /* X't */
    thaw__posterior *p = &u->posterior;
    const float *prior = prior_or_null(u);
    const thaw__precision information = thaw__posterior_information(p);
    thaw__precision_clear(information);
    for (int64_t k = 0; k < n; k += p->rank) {
        const int64_t block = n - k < p->rank ? n - k : p->rank;
        for (int64_t i = 0; i < block; i++) {
            float *x = p->main + i * p->stride;
            const float t = make_row(m, prior, &events[k + i], age_of(m, &events[k + i], u->time), x);
            m->kernels->axpy(p->rank, t, x, h);
        }
        thaw__precision_add_rows(information, block, p->main);
    }
    return thaw__posterior_condition_primal(p, h);
}

thaw_status thaw__rating_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    u->n_events = n;
    u->time = u->fit.fades ? thaw__newest_time(m, events, n, -INFINITY) : -INFINITY;
    const int dual = n <= thaw__posterior_most_rows(&u->posterior);
    const int failed = dual ? adapt_dual(m, u, events, n) : adapt_primal(m, u, events, n);
    return failed ? thaw__user_refuse(u) : THAW_OK;
}

/* P p_i does not depend on the events' targets, so the mean is a sum over events:
 *
 *     p_i . m = p_i . m0 + sum_e (x_e . P p_i) t_e */
thaw_status thaw__rating_explain(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                                 const thaw_event *events, int64_t n, int64_t item)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const float *p = rating->item_embedding + item * m->stride, *prior = prior_or_null(u);
    float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    float g[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN))); /* P p_i */
    THAW__TRY(thaw__rating_adapt(m, u, events, n));
    thaw__posterior_times(&u->posterior, g, p);
    *base = rating->bias[item] + thaw__selection_bias_share(n) * rating->selection_bias[item];
    if (prior) *base += m->kernels->dot(m->stride, p, prior);
    for (int64_t k = 0; k < n; k++) {
        const float t = make_row(m, prior, &events[k], age_of(m, &events[k], u->time), x);
        contributions[k] = t * m->kernels->dot(m->stride, x, g);
    }
    return THAW_OK;
}

/* ---- one more event -------------------------------------------------------------------------------------------- */

/* With a half-life: all events are weighted by their age at the newest time, of this event or of those before. */
static int observe_fading(const thaw_model *m, thaw_user *u, const thaw_event *event, float *x)
{
    const double newest = thaw__newest_time(m, event, 1, u->time);
    const double passed = isfinite(u->time) ? newest - u->time : 0; /* since the newest known time */
    const float gamma = u->n_events ? thaw__age_weight(m->half_life, passed) : 0;
    const float t = make_row(m, prior_or_null(u), event, age_of(m, event, newest), x);
    u->time = newest;
    return thaw__posterior_observe_fading(&u->posterior, x, t, gamma);
}

thaw_status thaw__rating_observe(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    int failed;
    if (u->fit.fades) failed = observe_fading(m, u, event, x);
    else {
        const float residual = make_row(m, u->posterior.mean, event, 0, x);
        failed = thaw__posterior_observe(&u->posterior, x, residual);
    }
    if (failed) return thaw__user_refuse(u);
    u->n_events++;
    return THAW_OK;
}

/* ---- many users ------------------------------------------------------------------------------------------------ */

/* Most events of one user for the kernel that solves 16 users at once; its scratch, on the stack, is quadratic in
 * it. */
enum { MANY_EVENTS = 32, MANY_SCRATCH = 16 * MANY_EVENTS * (MANY_EVENTS + 1) };

/* At most 16 users of at most `longest` <= MANY_EVENTS events each; shorter histories are padded with rows of scale
 * 0. */
static void adapt_group(const thaw_model *m, float *means, const thaw_event *events, const int64_t *offsets,
                        int64_t users, int64_t longest)
{
    const thaw__rating *rating = thaw__rating_of(m);
    int64_t rows[THAW__LANES * MANY_EVENTS];
    float scale[THAW__LANES * MANY_EVENTS], t[THAW__LANES * MANY_EVENTS];
    float z[THAW__LANES * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    float scratch[2 * MANY_SCRATCH] __attribute__((aligned(THAW__ALIGN)));
    memset(rows, 0, (size_t)(THAW__LANES * longest) * sizeof *rows);
    memset(scale, 0, (size_t)(THAW__LANES * longest) * sizeof *scale);
    memset(t, 0, (size_t)(THAW__LANES * longest) * sizeof *t);
    for (int64_t u = 0; u < users; u++) {
        double newest =
            m->half_life > 0 ? thaw__newest_time(m, events + offsets[u], offsets[u + 1] - offsets[u], -INFINITY) : 0;
        for (int64_t k = offsets[u], row = u * longest; k < offsets[u + 1]; k++, row++) {
            const thaw_event *e = &events[k];
            rows[row] = e->item;
            scale[row] = rating->inv_noise_sd[e->item];
            if (m->half_life > 0) scale[row] *= sqrtf(thaw__age_weight(m->half_life, age_of(m, e, newest)));
            t[row] = scale[row] * (thaw__link_score(&rating->link, e->value) - rating->bias[e->item]);
        }
    }
    m->kernels->ridge_dual16(longest, m->stride, rating->item_embedding, rows, scale, t, z, scratch);
    for (int64_t u = 0; u < users; u++) memcpy(means + u * m->rank, z + u * m->stride, (size_t)m->rank * sizeof *means);
}

/* Number of users from here on that form a group, and the most events of one; 0: the first has too many events. */
static int64_t group_of(const thaw_model *m, const int64_t *offsets, int64_t n_users, int64_t *longest)
{
    int64_t users = 0;
    *longest = 0;
    for (; users < n_users && users < THAW__LANES; users++) {
        int64_t n = offsets[users + 1] - offsets[users];
        if (n > MANY_EVENTS || thaw__many_scratch(n, m->stride) > 2 * MANY_SCRATCH) break;
        if (n > *longest) *longest = n;
    }
    return users;
}

thaw_status thaw__rating_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                    const int64_t *offsets, int64_t n_users)
{
    thaw_status st = THAW_OK;
    for (int64_t u = 0; st == THAW_OK && u < n_users;) {
        int64_t longest, users = group_of(m, offsets + u, n_users - u, &longest);
        if (users > 0) adapt_group(m, means + u * m->rank, events, offsets + u, users, longest);
        else {
            users = 1;
            st = thaw__rating_adapt(m, work, events + offsets[u], offsets[u + 1] - offsets[u]);
            memcpy(means + u * m->rank, work->posterior.mean, (size_t)m->rank * sizeof *means);
        }
        if (st == THAW_OK && !thaw__is_bounded(means + u * m->rank, users * m->rank)) st = thaw__user_refuse(work);
        u += users;
    }
    thaw__user_reset(work);
    return st;
}
