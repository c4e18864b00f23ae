/* SPDX-License-Identifier: Apache-2.0 */
#include "ring_episode.h"

#include <check.h>
#include <math.h>
#include <string.h>

#include "content_similarity.h"
#include "user_prior.h"

void ring_statistics(thaw_model *m, thaw__basis *basis, const thaw__histories *j, const int64_t *users, int64_t n,
                     int space)
{
    thaw__statistics s;
    ck_assert_int_eq(thaw__statistics_begin(&s, m, basis, j, NULL, 0), THAW_OK);
    ck_assert_int_eq(thaw__statistics_add_users(&s, j, users, n, 1), THAW_OK);
    ck_assert_int_eq(thaw__popularity_begin(&s), THAW_OK);
    thaw__popularity_add(&s, 0, n);
    thaw__popularity_end(&s);
    for (int again = space; again;) {
        ck_assert_int_eq(thaw__space_begin(&s), THAW_OK);
        thaw__space_add(&s, 0, n);
        ck_assert_int_eq(thaw__space_end(&s, &again), THAW_OK);
    }
    ck_assert_int_eq(thaw__order_begin(&s), THAW_OK);
    thaw__order_add(&s, 0, n);
    thaw__order_end(&s);
    ck_assert_int_eq(thaw__cooccurrence_update(&s), THAW_OK);
    if (space) ck_assert_int_eq(thaw__content_similarity_update(m), THAW_OK);
    thaw__statistics_close(&s);
}

static void learn_user_prior(thaw_model *m, const thaw__histories *h, const int64_t *users, int64_t n)
{
    thaw__user_prior_fit fit;
    ck_assert_int_eq(thaw__user_prior_begin(&fit, m, h, users, n), THAW_OK);
    ck_assert_int_eq(thaw__user_prior_add(&fit, 0, n), THAW_OK);
    thaw__user_prior_end(&fit);
    thaw__user_prior_close(&fit);
}

void ring_episode_open_of(ring_episode *r, const char *target, int items, int steps, int64_t k)
{
    thaw_config config = ring_config(NULL, target);
    memset(r, 0, sizeof *r);
    r->k = k;
    r->data = ring_shop_of(NULL, items, steps);
    ck_assert_int_eq(thaw_model_create(&r->m, &config, r->data), THAW_OK);
    ck_assert_int_eq(thaw__histories_build(&r->histories, r->m, r->data, NULL, 0, INFINITY), THAW_OK);
    for (int u = 0; u < USERS; u++) r->users[u] = u;
    thaw__ranking_of(r->m)->half_life = 40;
    ring_statistics(r->m, &r->basis, &r->histories, r->users, USERS - 1, 1);
    learn_user_prior(r->m, &r->histories, r->users, USERS - 1);
    ck_assert_int_eq(thaw__episode_create(&r->e, r->m, &r->basis), THAW_OK);
}

void ring_episode_open(ring_episode *r, int which)
{
    ring_episode_open_of(r, which % 2 ? "purchase" : "", ITEMS, STEPS, 2 + which % 8 / 2);
    if (which >= 8) r->e->sample = 7; /* the loss runs over a sample of a large catalogue */
}

void ring_episode_close(ring_episode *r)
{
    thaw__episode_free(r->e);
    thaw__basis_free(&r->basis, &r->m->config.allocator);
    thaw__histories_free(&r->histories);
    thaw_model_free(r->m);
    thaw_data_free(r->data);
}

static double loss_of(ring_episode *r, float *slope)
{
    ck_assert_int_eq(thaw__episode_adapt(r->e, &r->histories, USERS - 1, r->k), 0);
    return thaw__episode_loss(r->e, &r->histories, 1, 0, slope);
}

void ring_episode_differentiate(ring_episode *r)
{
    ck_assert_int_le(thaw__n_slopes(thaw__ranking_of(r->m)), (int)(sizeof r->slope / sizeof *r->slope));
    memset(r->slope, 0, sizeof r->slope);
    ck_assert(loss_of(r, r->slope) > 0);
}

/* The number that a slope belongs to. */
static float *number(thaw__ranking *r, int s)
{
    if (s < THAW__SLOPE_BACKWARD) return &r->schedule[s / THAW__SCHEDULE_KNOTS][s % THAW__SCHEDULE_KNOTS];
    if (s == THAW__SLOPE_BACKWARD) return &r->backward;
    if (s == THAW__SLOPE_HALF_LIFE) return &r->half_life;
    const int event = (s - THAW__SLOPE_WEIGHTINGS) % r->n_weightings,
              what = (s - THAW__SLOPE_WEIGHTINGS) / r->n_weightings;
    return what == 0   ? &r->weightings[event].weight
           : what == 1 ? &r->weightings[event].target
                       : &r->weightings[event].exponent;
}

/* The number moved by h; the half-life, whose slope is that of its logarithm, by the factor exp(h). */
static float moved(int s, float x, float h)
{
    return s == THAW__SLOPE_HALF_LIFE ? x * expf(h) : x + h;
}

/* Differences of h = 0.01 of a float32 loss near 3: 1e-4 of rounding and the third derivative. */
static void check_slope(ring_episode *r, int s)
{
    const float h = 0.01f;
    float *x = number(thaw__ranking_of(r->m), s), unused[256] = {0};
    const float old = *x;
    double loss[2];
    for (int side = 0; side < 2; side++) {
        *x = moved(s, old, side ? h : -h);
        loss[side] = loss_of(r, unused);
    }
    *x = old;
    const double difference = (loss[1] - loss[0]) / (2 * (double)h), slope = (double)r->slope[s];
    ck_assert_msg(fabs(difference - slope) < 2e-3 * (0.05 + fabs(difference)), "slope %d is %g, differences say %g", s,
                  slope, difference);
}

void ring_episode_check(ring_episode *r, int first, int n)
{
    for (int s = first; s < first + n; s++) check_slope(r, s);
}

void ring_episode_check_schedule(ring_episode *r, int schedule, int matters)
{
    const int first = schedule * THAW__SCHEDULE_KNOTS, knot = first + r->e->support.interpolation.knot;
    ck_assert_msg(!matters || r->slope[knot] != 0 || r->slope[knot + 1] != 0, "schedule %d changes nothing", schedule);
    ring_episode_check(r, first, THAW__SCHEDULE_KNOTS);
}
