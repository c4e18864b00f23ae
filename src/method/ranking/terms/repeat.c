/* SPDX-License-Identifier: Apache-2.0
 * Repeat-consumption term: scores items that are already in the history (docs/ranking-model.md, equation 4). It is used
 * only where a target event is predicted, such as a purchase after views; without a target only new items are
 * predicted.
 *
 *     repeat_i = weight rate_i t_i q_i^more / (1 + k)^newer         k: number of items with a newer event
 *     rate_i = (T_ii + x sum T / sum p) / (p_i + x),   x = prior mean_popularity
 *
 * q and t are strength and target of support_weights.h. rate_i is the part of the users of item i who had a target
 * event of it later on, shrunk to the mean over items.
 */
#include <math.h>

#include "finite.h"
#include "terms.h"

#define LEAST_STRENGTH 1e-12f /* less counts as none: its logarithm would overflow */

enum { WEIGHT, MORE, NEWER, PRIOR, N_SCHEDULES };

static const thaw__schedule_start schedules[N_SCHEDULES] = {
    [WEIGHT] = {0.5f, 0}, /* of the term */
    [MORE] = {0.5f, 0},   /* exponent of the strength of an item's events */
    [NEWER] = {0.5f, 0},  /* exponent of 1 + the number of newer items, negated */
    [PRIOR] = {3, 1},     /* pseudo-count that shrinks rates, in units of mean_popularity */
};

typedef struct repeat_state {
    int32_t n;
    int32_t item[THAW__HISTORY];
    float score[THAW__HISTORY];
} repeat_state;

/* rate_i, shrunk by `prior` of popularity */
static float rate_of(const thaw__ranking *r, int32_t item, float prior)
{
    const float total = r->popularity[item] + prior;
    return total > 0 ? (r->repeat[item] + prior * r->repeat_rate) / total : 0;
}

/* q_i^more / (1 + k)^newer */
static float event_factor(const thaw__support_weights *s, int32_t i, const float *x)
{
    return s->strength[i] > LEAST_STRENGTH ? powf(s->strength[i], x[MORE]) * powf(1 + (float)i, -x[NEWER]) : 0;
}

static int solve(void *state, void *work, const thaw__ranking *r, const thaw__support_weights *s, const float *x,
                 float *kappa)
{
    repeat_state *out = state;
    (void)work, (void)kappa;
    out->n = r->target < 0 ? 0 : s->n;
    for (int32_t i = 0; i < out->n; i++) {
        out->item[i] = s->item[i];
        out->score[i] =
            x[WEIGHT] * rate_of(r, s->item[i], x[PRIOR] * r->mean_popularity) * s->target[i] * event_factor(s, i, x);
    }
    return !thaw__is_bounded(out->score, out->n);
}

static int64_t list(const void *state, const thaw__ranking *r, thaw__sparse_score *out)
{
    const repeat_state *x = state;
    (void)r;
    for (int32_t i = 0; i < x->n; i++) out[i] = (thaw__sparse_score){x->item[i], x->score[i]};
    return x->n;
}

static float score(const void *state, const thaw__ranking *r, int64_t item)
{
    const repeat_state *x = state;
    float sum = 0;
    (void)r;
    for (int32_t i = 0; i < x->n; i++) sum += x->item[i] == item ? x->score[i] : 0;
    return sum;
}

static void explain(const void *state, const thaw__ranking *r, int64_t item, float offset, float *by_support)
{
    const repeat_state *x = state;
    (void)r, (void)offset;
    for (int32_t i = 0; i < x->n; i++) by_support[i] += x->item[i] == item ? x->score[i] : 0;
}

static void slope(const void *state, const void *work, const thaw__ranking *r, const thaw__support_weights *s,
                  const float *x, const thaw__term_by *by, float *by_x, thaw__support_weights_by *by_support)
{
    const float prior = x[PRIOR] * r->mean_popularity;
    (void)work;
    for (int32_t i = 0; i < ((const repeat_state *)state)->n; i++) {
        const float by_value = by->value[thaw__sparse_table_at(by->table, s->item[i])];
        const float rate = rate_of(r, s->item[i], prior), factor = event_factor(s, i, x);
        const float unit = by_value * rate * s->target[i] * factor, total = r->popularity[s->item[i]] + prior;
        if (factor == 0 || total <= 0) continue;
        by_x[WEIGHT] += unit;
        by_x[MORE] += x[WEIGHT] * unit * logf(s->strength[i]);
        by_x[NEWER] -= x[WEIGHT] * unit * log1pf((float)i);
        by_x[PRIOR] += x[WEIGHT] * by_value * s->target[i] * factor * prior * (r->repeat_rate - rate) / total;
        by_support->strength[i] += x[WEIGHT] * unit * x[MORE] / s->strength[i];
        by_support->target[i] += x[WEIGHT] * by_value * rate * factor;
    }
}

const thaw__term thaw__term_repeat = {
    .first = THAW__FIRST_repeat,
    .n = N_SCHEDULES,
    .schedules = schedules,
    .state_bytes = sizeof(repeat_state),
    .most = THAW__HISTORY,
    .solve = solve,
    .list = list,
    .score = score,
    .explain = explain,
    .slope = slope,
};
