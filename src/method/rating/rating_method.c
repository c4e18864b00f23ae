/* SPDX-License-Identifier: Apache-2.0
 * The method "rating": its table of method.h, and its hooks for events and serving. */
#include <inttypes.h>
#include <math.h>

#include "event_time.h"
#include "rating_train.h"
#include "status.h"
#include "variational_em.h"

/* (1.943 / 1.645)^2 - 1: the 95 % points of Student's t with 6 degrees of freedom and of the normal, eq. 13. */
#define TAIL 0.395f

/* Times matter only with a half-life. */
static thaw_status check_events(const thaw_model *m, const thaw_event *events, int64_t n)
{
    const thaw__rating *r = thaw__rating_of(m);
    for (int64_t k = 0; k < n; k++)
        if (!(events[k].value >= r->rating_min && events[k].value <= r->rating_max))
            return thaw__fail(THAW_E_RANGE, "event %" PRId64 " has the rating %g; must be %g to %g", k,
                              (double)events[k].value, (double)r->rating_min, (double)r->rating_max);
    return m->half_life > 0 ? thaw__check_times(m, events, n) : THAW_OK;
}

/* z = bias_i + q_i / (1 + n / 20) + p_i . m   (docs/rating-model.md, eq. 13). */
static void query(const thaw_model *m, const thaw_user *u, thaw__linear_query *out)
{
    const thaw__rating *r = thaw__rating_of(m);
    *out = (thaw__linear_query){.w = u->posterior.mean,
                                .offset = {r->bias, r->selection_bias},
                                .coefficient = {1, thaw__selection_bias_share(u->n_events)}};
}

/* v = rating_var_i + 0.395 noise_var_i + p_i' P p_i (eq. 13), then both in rating units: mean +- 1.645 sd holds 90
 * %. */
static void predict(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means,
                    float *variances)
{
    const thaw__rating *r = thaw__rating_of(m);
    const float *rows[THAW__LANES] = {NULL};
    for (int64_t k = 0; k < n; k++) rows[k] = r->item_embedding + items[k] * m->stride;
    thaw__posterior_variances(&u->posterior, variances, rows, n);
    for (int64_t k = 0; k < n; k++) {
        variances[k] = r->rating_var[items[k]] + TAIL * r->noise_var[items[k]] + variances[k];
        thaw__link_back(&r->link, &means[k], &variances[k]);
    }
}

static float unit(const thaw_model *m, float score)
{
    return thaw__link_rating(&thaw__rating_of(m)->link, score);
}

/* The link is increasing up to rounding; both margins are far larger than that. */
static float floor_of(const thaw_model *m, float least)
{
    const thaw__link *link = &thaw__rating_of(m)->link;
    const float z = thaw__link_score(link, least), below = z - 1e-3f * (1 + fabsf(z));
    const float margin = 1e-5f * (fabsf(least) + fabsf(link->level[0]) + fabsf(link->level[link->n - 1]));
    return thaw__link_rating(link, below) + margin < least ? below : -INFINITY;
}

const thaw__method thaw__rating_method = {
    .type = &thaw__rating_type,
    .check_events = check_events,
    .adapt = thaw__rating_adapt,
    .adapt_many = thaw__rating_adapt_many,
    .observe = thaw__rating_observe,
    .query = query,
    .explain = thaw__rating_explain,
    .predict = predict,
    .unit = unit,
    .floor = floor_of,
    .open = thaw__rating_open,
    .close = thaw__rating_close,
    .begin_round = thaw__rating_begin_round,
    .contribute = thaw__rating_contribute,
    .end_round = thaw__rating_end_round,
    .evaluate = thaw__rating_evaluate,
};
