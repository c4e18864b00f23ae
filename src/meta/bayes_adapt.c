/* SPDX-License-Identifier: Apache-2.0
 * A user's posterior (docs/model.md, eq. 3 and 4). With rows x_k = s_k p_i, s_k = sqrt(weight / noise_i), and targets
 * t_k = s_k (score - base_i - p_i . m0), the belief is
 *
 *     m = m0 + X' (I + X X')^-1 t          few events: n x n, the dual
 *     P = (I + X' X)^-1,  m = m0 + P X' t  more events than coordinates: d x d
 *
 * The two are one by the Woodbury identity. Item uncertainty sits in noise_i, so neither needs more than one row per event.
 */
#include <math.h>
#include <string.h>

#include "bayes.h"
#include "linalg.h"
#include "status.h"

static double newest_time(const thaw_event *events, int64_t n)
{
    double newest = -INFINITY;
    for (int64_t k = 0; k < n; k++)
        if (events[k].time > newest) newest = events[k].time;
    return newest;
}

/* Row x [stride] and target t of one event; `age` matters only with a half-life. */
static inline float make_row(const thaw_model *m, const float *prior, const thaw_event *event, double age, float *x)
{
    const float *p = m->factor + event->item * m->stride;
    float s = m->certainty[event->item];
    if (m->half_life > 0) s *= sqrtf(thaw__age_weight(m->half_life, age));
    float miss = thaw__link_score(&m->link, event->value) - m->base[event->item];
    if (prior) miss -= m->kernels->dot(m->stride, p, prior);
    m->kernels->scale(m->stride, s, p, x);
    return s * miss;
}

/* By bits, which the compiler turns into vectors; a sum of floats is one long chain. */
static int is_finite(const float *x, int64_t n)
{
    uint32_t bad = 0;
    for (int64_t j = 0; j < n; j++) {
        uint32_t bits;
        memcpy(&bits, &x[j], sizeof bits);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}

/* m0, or NULL where it is zero: nothing to take off the targets. */
static const float *prior_or_null(const thaw_user *u)
{
    return u->has_prior ? u->prior : NULL;
}

/* Ask for what make_row() will read, so that all events' items are on their way before the first is waited for. */
static inline void fetch_item(const thaw_model *m, int64_t item)
{
    __builtin_prefetch(m->certainty + item);
    __builtin_prefetch(m->base + item);
    for (int64_t j = 0; j < m->stride; j += THAW__LANES) __builtin_prefetch(m->factor + item * m->stride + j);
}

static int adapt_dual(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    float t[THAW__RANK_MAX];
    const float *prior = prior_or_null(u);
    for (int64_t k = 0; k < n; k++) fetch_item(m, events[k].item);
    for (int64_t k = 0; k < n; k++)
        t[k] = make_row(m, prior, &events[k], u->time - events[k].time, u->main + k * u->stride);
    u->form = THAW__DUAL;
    u->n_rows = (int32_t)n;
    memcpy(u->mean, u->prior, (size_t)u->stride * sizeof(float));
    /* It says whether its solution is finite; so are the rows, and with them the mean. */
    return m->kernels->ridge_dual(n, u->stride, u->main, u->side, u->stride, t, u->mean);
}

/* J += X'X and h += X't over a block of events; X at u->main, J (lower triangle) at u->side. */
static void add_block(const thaw_model *m, thaw_user *u, const float *prior, const thaw_event *events, int64_t n, float *h)
{
    for (int64_t k = 0; k < n; k++) {
        float *x = u->main + k * u->stride;
        float t = make_row(m, prior, &events[k], u->time - events[k].time, x);
        m->kernels->axpy(u->rank, t, x, h);
    }
    thaw__syrk_t(u->rank, n, 1, u->main, u->stride, 1, u->side, u->stride);
}

/* P at u->main and m from J (lower triangle) at u->side and h = X't. */
static int solve_information(thaw_user *u, const float *h)
{
    const int32_t d = u->rank;
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = 0; c < r; c++) u->side[c * u->stride + r] = u->side[r * u->stride + c];
    memcpy(u->main, u->side, (size_t)d * (size_t)u->stride * sizeof(float));
    for (int32_t r = 0; r < d; r++) u->main[r * u->stride + r] += 1;
    if (thaw__potrf(d, u->main, u->stride) || thaw__potri(d, u->main, u->stride)) return 1;
    if (u->fades) memcpy(u->information, u->side, (size_t)d * (size_t)u->stride * sizeof(float));
    thaw__gemv(d, d, 1, u->main, u->stride, h, 0, u->mean);
    for (int32_t j = 0; j < d; j++) u->mean[j] += u->prior[j];
    u->form = THAW__COVARIANCE;
    u->n_rows = 0;
    return !is_finite(u->mean, u->stride);
}

static int adapt_primal(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    float h[THAW__RANK_MAX] = {0};
    const float *prior = prior_or_null(u);
    memset(u->side, 0, (size_t)u->rank * (size_t)u->stride * sizeof(float));
    for (int64_t k = 0; k < n; k += u->rank) {
        int64_t block = n - k < u->rank ? n - k : u->rank;
        memset(u->main, 0, (size_t)u->rank * (size_t)u->stride * sizeof(float));
        add_block(m, u, prior, events + k, block, h);
    }
    memset(u->main, 0, (size_t)u->rank * (size_t)u->stride * sizeof(float));
    return solve_information(u, h);
}

static thaw_status refuse(thaw_user *u)
{
    thaw__user_reset(u);
    return thaw__fail(THAW_E_NUMERIC, "the posterior is not finite; the user is back at the prior");
}

thaw_status thaw__bayes_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    u->n_events = n;
    u->time = u->fades ? newest_time(events, n) : -INFINITY;
    int failed = n <= thaw__user_most_rows(u) ? adapt_dual(m, u, events, n) : adapt_primal(m, u, events, n);
    return failed ? refuse(u) : THAW_OK;
}

/* ---- one more event -------------------------------------------------------------------------------------------- */

/* Everything known fades to the time of a newer event: J <- gamma J, h <- gamma h with h = (I + J) m - (I + J) m0 + J m0. */
static int fade_and_add(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    const int32_t d = u->rank;
    float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN))), h[THAW__RANK_MAX] = {0}, off[THAW__RANK_MAX];
    double newest = event->time > u->time ? event->time : u->time;
    float gamma = u->n_events ? thaw__age_weight(m->half_life, newest - u->time) : 0;
    float t = make_row(m, prior_or_null(u), event, newest - event->time, x);
    for (int32_t j = 0; j < d; j++) off[j] = u->mean[j] - u->prior[j];
    thaw__gemv(d, d, gamma, u->information, u->stride, off, 0, h); /* X't = (I + J) (m - m0) */
    for (int32_t r = 0; r < d; r++) {
        h[r] += gamma * off[r] + t * x[r];
        for (int32_t c = 0; c <= r; c++)
            u->side[r * u->stride + c] = gamma * u->information[r * u->stride + c] + x[r] * x[c];
    }
    u->time = newest;
    return solve_information(u, h);
}

thaw_status thaw__bayes_observe(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    thaw__user_expand(u);
    int failed = 0;
    if (u->fades) failed = fade_and_add(m, u, event);
    else {
        float x[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN))), g[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
        float t = make_row(m, u->mean, event, 0, x);
        float s = m->kernels->rank_one(u->rank, u->stride, u->main, x, g);
        m->kernels->axpy(u->rank, t / (1 + s), g, u->mean);
        failed = !is_finite(u->mean, u->stride);
    }
    if (failed) return refuse(u);
    u->n_events++;
    return THAW_OK;
}

/* ---- many users ------------------------------------------------------------------------------------------------ */

/* Events of one user that the sixteen-lane kernel takes; its scratch, on the stack, grows with the square. */
enum { MANY_EVENTS = 32, MANY_SCRATCH = 16 * MANY_EVENTS * (MANY_EVENTS + 1) };

/* Sixteen users or fewer of at most MANY_EVENTS events each; rows of scale 0 pad. */
static void adapt_group(const thaw_model *m, float *means, const thaw_event *events, const int64_t *offsets, int64_t users,
                        int64_t longest)
{
    int64_t rows[THAW__LANES * MANY_EVENTS];
    float scale[THAW__LANES * MANY_EVENTS], t[THAW__LANES * MANY_EVENTS];
    float z[THAW__LANES * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    float scratch[2 * MANY_SCRATCH] __attribute__((aligned(THAW__ALIGN)));
    memset(rows, 0, (size_t)(THAW__LANES * longest) * sizeof *rows);
    memset(scale, 0, (size_t)(THAW__LANES * longest) * sizeof *scale);
    memset(t, 0, (size_t)(THAW__LANES * longest) * sizeof *t);
    for (int64_t u = 0; u < users; u++) {
        double newest = m->half_life > 0 ? newest_time(events + offsets[u], offsets[u + 1] - offsets[u]) : 0;
        for (int64_t k = offsets[u], at = u * longest; k < offsets[u + 1]; k++, at++) {
            const thaw_event *e = &events[k];
            rows[at] = e->item;
            scale[at] = m->certainty[e->item];
            if (m->half_life > 0) scale[at] *= sqrtf(thaw__age_weight(m->half_life, newest - e->time));
            t[at] = scale[at] * (thaw__link_score(&m->link, e->value) - m->base[e->item]);
        }
    }
    m->kernels->ridge_dual16(longest, m->stride, m->factor, rows, scale, t, z, scratch);
    for (int64_t u = 0; u < users; u++)
        memcpy(means + u * m->rank, z + u * m->stride, (size_t)m->rank * sizeof *means);
}

/* How many users from here on form a group, and the most events among them; 0: the first has too many. */
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

thaw_status thaw__bayes_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                   const int64_t *offsets, int64_t n_users)
{
    thaw_status st = THAW_OK;
    thaw__user_forget(work);
    for (int64_t u = 0; st == THAW_OK && u < n_users;) {
        int64_t longest, users = group_of(m, offsets + u, n_users - u, &longest);
        if (users > 0) adapt_group(m, means + u * m->rank, events, offsets + u, users, longest);
        else {
            users = 1;
            st = thaw__bayes_adapt(m, work, events + offsets[u], offsets[u + 1] - offsets[u]);
            memcpy(means + u * m->rank, work->mean, (size_t)m->rank * sizeof *means);
        }
        if (st == THAW_OK && !is_finite(means + u * m->rank, users * m->rank)) st = refuse(work);
        u += users;
    }
    thaw__user_reset(work);
    return st;
}
