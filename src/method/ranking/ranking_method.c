/* SPDX-License-Identifier: Apache-2.0
 * The method "ranking": the table of hooks of method.h, with those of serving and of event weightings. */
#include <inttypes.h>
#include <math.h>

#include "event_time.h"
#include "ranking_adapt.h"
#include "ranking_train.h"
#include "ranking_user_file.h"
#include "sparse_scores.h"
#include "status.h"

static thaw_status check_events(const thaw_model *m, const thaw_event *events, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (isinf(events[k].value)) return thaw__fail(THAW_E_RANGE, "event %" PRId64 " has an infinite value", k);
    return thaw__check_times(m, events, n);
}

/* The linear query: w = posterior mean, offsets at the knots on both sides of K. Sparse scores are separate. */
static void query(const thaw_model *m, const thaw_user *u, thaw__linear_query *out)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    *out = (thaw__linear_query){
        .w = u->posterior.mean,
        .offset = {r->offset[x->interpolation.knot], r->offset[x->interpolation.knot + 1]},
        .coefficient = {x->offset_share * (1 - x->interpolation.part), x->offset_share * x->interpolation.part}};
}

/* The variance of a score given the events: gain^2 ridge u'A^-1 u. Means have no unit and are not changed. */
static void predict(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means,
                    float *variances)
{
    float white[THAW__LANES * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const float *rows[THAW__LANES], *whiten = thaw__ranking_user_state_of(u)->whiten;
    (void)means;
    for (int64_t k = 0; k < n; k++) {
        const float *row = thaw__ranking_of(m)->output_embedding + items[k] * m->stride;
        rows[k] = white + k * m->stride;
        for (int64_t c = 0; c < m->stride; c++) white[k * m->stride + c] = whiten[c] * row[c];
    }
    thaw__posterior_variances(&u->posterior, variances, rows, n);
}

/* Set one number of a weighting and mark it as given by the shop; NaN: leave it. */
static void fix_number(thaw__event_weighting *weighting, int bit, float *number, float value)
{
    if (isnan(value)) return;
    *number = value;
    weighting->given = (float)((int)weighting->given | bit);
}

static void set_event(thaw_model *m, int32_t event, const thaw_event_weighting *weighting)
{
    thaw__event_weighting *stored = &thaw__ranking_of(m)->weightings[event];
    fix_number(stored, THAW__GIVEN_WEIGHT, &stored->weight, logf(weighting->weight));
    fix_number(stored, THAW__GIVEN_TARGET, &stored->target, weighting->target);
    if (!isnan(weighting->target)) stored->positive = weighting->target > 0.5f;
    fix_number(stored, THAW__GIVEN_EXPONENT, &stored->exponent, weighting->exponent);
}

static void get_event(const thaw_model *m, int32_t event, thaw_event_weighting *out)
{
    const thaw__event_weighting *stored = &thaw__ranking_of(m)->weightings[event];
    *out = (thaw_event_weighting){expf(stored->weight), stored->target, stored->exponent};
}

const thaw__method thaw__ranking_method = {
    .type = &thaw__ranking_type,
    .user_bytes = sizeof(thaw__ranking_user_state),
    .check_events = check_events,
    .adapt = thaw__ranking_adapt,
    .observe = thaw__ranking_observe,
    .user_size = thaw__ranking_user_size,
    .user_write = thaw__ranking_user_write,
    .user_read = thaw__ranking_user_read,
    .query = query,
    .explain = thaw__ranking_explain,
    .sparse_scores = thaw__ranking_sparse_scores,
    .sparse_score = thaw__ranking_sparse_score,
    .predict = predict,
    .open = thaw__ranking_open,
    .close = thaw__ranking_close,
    .begin_round = thaw__ranking_begin_round,
    .contribute = thaw__ranking_contribute,
    .end_round = thaw__ranking_end_round,
    .set_event = set_event,
    .get_event = get_event,
};
