/* SPDX-License-Identifier: Apache-2.0
 * The table of a model's numbers, in three parts: of ratings, of rankings, of both. The rows of kernels come first and integers of eight
 * bytes next, so that no tensor of a file leaves a gap. */
#include <float.h>

#include "model.h"

#define MOST 9007199254740992.0 /* 2^53, of anything that is counted */

#define N(rows) (int)(sizeof(rows) / sizeof *(rows))

#define F32 THAW__F32
#define F64 THAW__F64
#define I32 THAW__I32
#define I64 THAW__I64
#define U8 THAW__U8
#define ONE THAW__NUMBER

enum { ITEM = THAW__PER_ITEM | THAW__LEARNED, GRAPH = THAW__LEARNED };

/* Entries of a sparse table of n rows; a file may claim anything. */
static int64_t entries(const int64_t *start, int64_t n)
{
    return start && start[n] > 0 ? start[n] : 0;
}

static void rating_params(thaw_model *m, thaw__params *out)
{
    const int64_t n = thaw__n_items(m);
    const thaw__param rows[] = {
        {"item.base", F32, n, 0, &m->base, ITEM | THAW__IN_ID, 0, 0},
        {"item.covariance", F32, n, m->packed, &m->cov, ITEM | THAW__MAPPED | THAW__COLD, 0, 0},
        {"item.spread", F32, n, 0, &m->spread, ITEM, 0, 0},
        {"item.surplus", F32, n, 0, &m->surplus, ITEM, 0, 0},
        {"item.seen", F32, n, 0, &m->seen, ITEM, 0, 0},
        {"item.noise", F32, n, 0, &m->noise, ITEM, FLT_MIN, FLT_MAX},
        {"item.certainty", F32, n, 0, &m->certainty, ITEM | THAW__DERIVED, 0, 0},
        {"item.gamma", F32, m->dim, m->dim, &m->gamma, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"user.moment", F32, m->rank, m->rank, &m->moment, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"mean", F64, ONE, 0, &m->mean, 0, 0, 0},
        {"scale", F64, ONE, 0, &m->scale, 0, 0, 0},
        {"surplus", F32, ONE, 0, &m->mean_surplus, THAW__LEARNED, 0, 0},
        {"noise2", F64, ONE, 0, &m->noise2, THAW__LEARNED | THAW__IN_ID, DBL_MIN, DBL_MAX},
        {"rating_min", F32, ONE, 0, &m->rating_min, 0, 0, 0},
        {"rating_max", F32, ONE, 0, &m->rating_max, 0, 0, 0},
        {"half_life", F32, ONE, 0, &m->half_life, THAW__IN_ID, 0, FLT_MAX},
    };
    thaw__params_add(out, rows, N(rows));
}

static void ranking_params(thaw_model *m, thaw__params *out)
{
    thaw__ranking *r = m->ranking;
    const int64_t n = thaw__n_items(m), near = entries(r->near.start, n);
    const thaw__param rows[] = {
        {"item.reach", F32, n, m->stride, &r->reach, ITEM | THAW__MAPPED | THAW__ALIGNED, 0, 0},
        {"item.near.start", I64, n + 1, 0, &r->near.start, GRAPH, 0, 0},
        {"item.popular", F32, n, 0, &r->popular, ITEM | THAW__IN_ID, 0, 0},
        {"item.again", F32, n, 0, &r->again, ITEM | THAW__IN_ID, 0, 0},
        {"item.offset.1", F32, n, 0, &r->offset[0], ITEM, 0, 0},
        {"item.offset.3", F32, n, 0, &r->offset[1], ITEM, 0, 0},
        {"item.offset.10", F32, n, 0, &r->offset[2], ITEM, 0, 0},
        {"item.offset.30", F32, n, 0, &r->offset[3], ITEM, 0, 0},
        {"item.offset.100", F32, n, 0, &r->offset[4], ITEM, 0, 0},
        {"item.offset.300", F32, n, 0, &r->offset[5], ITEM, 0, 0},
        {"item.near.item", I32, near, 0, &r->near.item, GRAPH, 0, 0},
        {"item.near.tie", F32, near, THAW__TIE_NUMBERS, &r->near.tie, GRAPH, 0, 0},
        {"user.silent", F32, m->stride, 0, &r->silent, THAW__LEARNED, 0, 0},
        {"user.pull", F32, m->stride, 0, &r->pull, THAW__LEARNED, 0, 0},
        {"user.rule", F32, THAW__N_RULES, THAW__RULE_KNOTS, &r->rule, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"event.kind", F32, r->n_kinds, THAW__KIND_NUMBERS, &r->kinds, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"backward", F32, ONE, 0, &r->backward, THAW__LEARNED, 0, 0},
        {"order", F32, ONE, 0, &r->order, THAW__LEARNED, 0, 1},
        {"mean_popular", F32, ONE, 0, &r->mean_popular, THAW__LEARNED, 0, FLT_MAX},
        {"again", F32, ONE, 0, &r->again_rate, THAW__LEARNED, 0, 0},
        {"mass", F64, ONE, 0, &m->mass, THAW__LEARNED, 0, DBL_MAX},
        {"target", I32, ONE, 0, &r->target, 0, -1, (double)(m->events.n - 1)},
        {"half_life", F32, ONE, 0, &r->half_life, THAW__LEARNED | THAW__IN_ID, 0, FLT_MAX},
    };
    thaw__params_add(out, rows, N(rows));
}

void thaw__model_params(thaw_model *m, thaw__params *out)
{
    const int64_t n = thaw__n_items(m), values = entries(m->features.start, n);
    thaw__prior *ip = &m->item_prior, *up = &m->user_prior;
    const thaw__param head[] = {
        {"item.factor", F32, n, m->stride, &m->factor, ITEM | THAW__IN_ID | THAW__MAPPED | THAW__ALIGNED, 0, 0},
    };
    const thaw__param shared[] = {
        {"item.feature.start", I64, n + 1, 0, &m->features.start, 0, 0, 0},
        {"item.feature.column", I32, values, 0, &m->features.column, 0, 0, 0},
        {"item.feature.value", F32, values, 0, &m->features.value, 0, 0, 0},
        {"item.prior.centre", F32, m->dim, 0, &ip->centre, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"item.prior.weight", F32, ip->features.width, m->dim, &ip->weights, THAW__LEARNED, 0, 0},
        {"item.prior.mean", F32, (int64_t)ip->features.n, m->dim, &ip->column_mean, THAW__LEARNED, 0, 0},
        {"item.prior.mass", F32, ip->features.width, 0, &ip->mass, THAW__LEARNED, 0, 0},
        {"item.prior.ridge", F32, (int64_t)ip->features.n, 0, &ip->ridge, THAW__LEARNED, 0, 0},
        {"user.prior.centre", F32, m->rank, 0, &up->centre, THAW__LEARNED | THAW__DERIVED, 0, 0},
        {"user.prior.weight", F32, up->features.width, m->rank, &up->weights, THAW__LEARNED, 0, 0},
        {"user.prior.mean", F32, (int64_t)up->features.n, m->rank, &up->column_mean, THAW__LEARNED, 0, 0},
        {"user.prior.mass", F32, up->features.width, 0, &up->mass, THAW__LEARNED, 0, 0},
        {"user.prior.ridge", F32, (int64_t)up->features.n, 0, &up->ridge, THAW__LEARNED, 0, 0},
        {"item.retired", U8, m->n_retired, 0, &m->retired, THAW__OPTIONAL, 0, 1},
        {"min_feature", I32, ONE, 0, &m->config.min_feature, 0, 1, INT32_MAX},
        {"steps", I64, ONE, 0, &m->steps, THAW__LEARNED | THAW__IN_ID, 0, MOST},
        {"trained_users", I64, ONE, 0, &m->trained_users, THAW__LEARNED, 0, MOST},
        {"trained_events", I64, ONE, 0, &m->trained_events, THAW__LEARNED, 0, MOST},
    };
    out->n = 0;
    thaw__params_add(out, head, N(head));
    if (m->ranking) ranking_params(m, out);
    else rating_params(m, out);
    thaw__params_add(out, shared, N(shared));
}
