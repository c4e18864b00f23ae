/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "content.h"
#include "status.h"

const int64_t thaw__rule_knots[THAW__RULE_KNOTS] = {1, 3, 10, 30, 100, 300};

static int is_log(thaw__rule rule)
{
    return rule == THAW__SILENCE || rule == THAW__RIDGE || rule == THAW__RECENCY || rule == THAW__NEAR_RIDGE || rule == THAW__AGAIN_PRIOR;
}

thaw__place thaw__ranking_place(int64_t n_items)
{
    thaw__place at = {0, 0};
    const float n = (float)n_items;
    while (at.knot < THAW__RULE_KNOTS - 2 && n_items >= thaw__rule_knots[at.knot + 1]) at.knot++;
    const float low = (float)thaw__rule_knots[at.knot], high = (float)thaw__rule_knots[at.knot + 1];
    const float x = logf(n / low) / logf(high / low);
    at.part = n_items < 1 || x < 0 ? 0 : x > 1 ? 1 : x;
    return at;
}

float thaw__ranking_rule(const thaw__ranking *r, thaw__rule rule, thaw__place at)
{
    const float *v = r->rule[rule];
    const float x = (1 - at.part) * v[at.knot] + at.part * v[at.knot + 1];
    return is_log(rule) ? expf(x) : x;
}

/* Silence starts as K^1.5, which serves most catalogues untrained. */
static void start_rules(thaw__ranking *r)
{
    for (int k = 0; k < THAW__RULE_KNOTS; k++) {
        float silence = 2e-4f * powf((float)thaw__rule_knots[k], 1.5f);
        r->rule[THAW__SILENCE][k] = logf(silence < 0.3f ? silence : 0.3f);
        r->rule[THAW__RIDGE][k] = logf(0.1f);
        r->rule[THAW__PRIOR_SHARE][k] = 0.5f;
        r->rule[THAW__RECENCY][k] = logf(0.05f);
        r->rule[THAW__GAIN][k] = 0.5f;
        r->rule[THAW__LATE][k] = 0.3f;
        r->rule[THAW__NEAR_RIDGE][k] = logf(3);
        r->rule[THAW__NEAR_AFTER][k] = 0.5f;
        r->rule[THAW__NEAR_BEFORE][k] = 0.2f;
        r->rule[THAW__NEAR_KIN][k] = 2;
        r->rule[THAW__NEAR_LIKE][k] = 0.25f;
        r->rule[THAW__AGAIN][k] = r->rule[THAW__AGAIN_MORE][k] = r->rule[THAW__AGAIN_NEWER][k] = 0.5f;
        r->rule[THAW__AGAIN_PRIOR][k] = logf(3);
    }
    r->backward = 0.5f;
    r->order = 0.5f;
    r->target = -1;
    for (int32_t e = 0; e < r->n_kinds; e++) r->kinds[e] = (thaw__event_kind){.target = 1, .wanted = 1};
}

float thaw__ranking_both(const thaw__ranking *r, int32_t i, int32_t j)
{
    int64_t at = thaw__lists_find(&r->near, i, j);
    if (at < 0) at = thaw__lists_find(&r->near, j, i);
    return at < 0 ? 0 : r->near.tie[at].both;
}

/* ---- the model's type -------------------------------------------------------------------------------------------- */

#define F32 THAW__F32
#define F64 THAW__F64
#define I32 THAW__I32
#define I64 THAW__I64
#define ONE THAW__NUMBER

enum { ITEM = THAW__PER_ITEM | THAW__LEARNED, ROWS = THAW__MAPPED | THAW__ALIGNED };

static void params(thaw_model *m, thaw__params *out)
{
    thaw__ranking *r = thaw__ranking_of(m);
    const int64_t n = thaw__n_items(m), near = thaw__params_entries(r->near.start, n);
    const thaw__param rows[] = {
        {"item.factor", F32, n, m->stride, &r->factor, ITEM | ROWS | THAW__IN_ID, 0, 0},
        {"item.reach", F32, n, m->stride, &r->reach, ITEM | ROWS, 0, 0},
        {"item.near.start", I64, n + 1, 0, &r->near.start, THAW__LEARNED, 0, 0},
        {"item.near.item", I32, near, 0, &r->near.item, THAW__LEARNED, 0, 0},
        {"item.near.tie", F32, near, THAW__TIE_NUMBERS, &r->near.tie, THAW__LEARNED, 0, 0},
        {"item.popular", F32, n, 0, &r->popular, ITEM | THAW__IN_ID, 0, 0},
        {"item.again", F32, n, 0, &r->again, ITEM | THAW__IN_ID, 0, 0},
        {"item.offset.1", F32, n, 0, &r->offset[0], ITEM, 0, 0},
        {"item.offset.3", F32, n, 0, &r->offset[1], ITEM, 0, 0},
        {"item.offset.10", F32, n, 0, &r->offset[2], ITEM, 0, 0},
        {"item.offset.30", F32, n, 0, &r->offset[3], ITEM, 0, 0},
        {"item.offset.100", F32, n, 0, &r->offset[4], ITEM, 0, 0},
        {"item.offset.300", F32, n, 0, &r->offset[5], ITEM, 0, 0},
        {"user.silent", F32, m->stride, 0, &r->silent, THAW__LEARNED, 0, 0},
        {"user.pull", F32, m->stride, 0, &r->pull, THAW__LEARNED, 0, 0},
        {"user.rule", F32, THAW__N_RULES, THAW__RULE_KNOTS, &r->rule, THAW__LEARNED | THAW__SCHEDULE | THAW__IN_ID, 0, 0},
        {"event.kind", F32, m->events.n, THAW__KIND_NUMBERS, &r->kinds, THAW__LEARNED | THAW__SCHEDULE | THAW__IN_ID, 0, 0},
        {"backward", F32, ONE, 0, &r->backward, THAW__LEARNED | THAW__SCHEDULE, 0, 0},
        {"order", F32, ONE, 0, &r->order, THAW__LEARNED, 0, 1},
        {"mean_popular", F32, ONE, 0, &r->mean_popular, THAW__LEARNED, 0, FLT_MAX},
        {"again", F32, ONE, 0, &r->again_rate, THAW__LEARNED, 0, 0},
        {"mass", F64, ONE, 0, &r->mass, THAW__LEARNED, 0, DBL_MAX},
        {"target", I32, ONE, 0, &r->target, 0, -1, (double)(m->events.n - 1)},
        {"half_life", F32, ONE, 0, &r->half_life, THAW__LEARNED | THAW__SCHEDULE | THAW__IN_ID, 0, FLT_MAX},
    };
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
}

static const float *scored(const thaw_model *m)
{
    return thaw__ranking_of(m)->reach;
}

static void derive(thaw_model *m)
{
    thaw__ranking_of(m)->n_kinds = (int32_t)m->events.n;
}

static thaw_status start(thaw_model *m, const thaw_data *data)
{
    thaw__ranking *r = thaw__ranking_of(m);
    const char *target = thaw__event_canonical(m->config.target);
    (void)data;
    derive(m);
    start_rules(r);
    for (int32_t e = 0; e < r->n_kinds; e++)
        if (thaw__event_is_refusal(thaw__keymap_key(&m->events, e))) r->kinds[e].target = r->kinds[e].wanted = 0;
    if (!target[0]) return THAW_OK;
    r->target = (int32_t)thaw__keymap_find(&m->events, target, strlen(target));
    if (r->target >= 0) return THAW_OK;
    return thaw__fail(THAW_E_UNKNOWN, "no event of the data is named \"%.64s\", which is the target", target);
}

/* An item that nobody has met. */
static void reset_item(thaw_model *m, int64_t i)
{
    thaw__ranking *r = thaw__ranking_of(m);
    for (int k = 0; k < THAW__RULE_KNOTS; k++) r->offset[k][i] = thaw__ranking_due(r);
}

static thaw_status extend(thaw_model *m, int64_t n_old, int64_t n)
{
    return thaw__lists_extend(&thaw__ranking_of(m)->near, n_old, n, &m->config.allocator);
}

static thaw_status relate_items(thaw_model *m, int64_t first)
{
    (void)first;
    return thaw__content_relate(m);
}

/* Rows of neighbours: at most THAW__NEAR_MOST items each, ascending. */
static int is_sound(const thaw_model *m)
{
    const thaw__lists *l = &thaw__ranking_of(m)->near;
    const int64_t n = thaw__n_items(m);
    if (l->start[0] != 0) return 0;
    for (int64_t i = 0; i < n; i++)
        if (l->start[i + 1] < l->start[i] || l->start[i + 1] - l->start[i] > THAW__NEAR_MOST) return 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = l->start[i]; k < l->start[i + 1]; k++)
            if (l->item[k] < 0 || l->item[k] >= n || (k > l->start[i] && l->item[k] <= l->item[k - 1])) return 0;
    return 1;
}

static void info(const thaw_model *m, thaw_model_info *out)
{
    out->half_life = thaw__ranking_of(m)->half_life;
}

extern const struct thaw__method thaw__ranking_method;

const thaw__model_type thaw__ranking_type = {
    .method = &thaw__ranking_method,
    .name = "conditional",
    .old_name = "conditional",
    .objective = THAW_RANKING,
    .default_rank = 64,
    .prior_extra = -1,
    .state_bytes = sizeof(thaw__ranking),
    .params = params,
    .scored = scored,
    .start = start,
    .reset_item = reset_item,
    .extend = extend,
    .relate_items = relate_items,
    .derive = derive,
    .is_sound = is_sound,
    .info = info,
};
