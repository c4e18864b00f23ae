/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "content_similarity.h"
#include "edge_codes.h"
#include "status.h"
#include "terms.h"

const int64_t thaw__schedule_knots[THAW__SCHEDULE_KNOTS] = {1, 3, 10, 30, 100, 300};

static const thaw__schedule_start base_schedules[THAW__N_BASE_SCHEDULES] = {
    [THAW__UNOBSERVED_PRECISION] = {1, 1}, /* depends on K: start_schedules() */
    [THAW__RIDGE] = {0.1f, 1},
    [THAW__PRIOR_SHARE] = {0.5f, 0},
    [THAW__RECENCY] = {0.05f, 1},
    [THAW__GAIN] = {0.5f, 0},
    [THAW__LATE] = {0.3f, 0},
};

thaw__interpolation thaw__interpolation_of(int64_t n_items)
{
    thaw__interpolation at = {0, 0};
    const float n = (float)n_items;
    while (at.knot < THAW__SCHEDULE_KNOTS - 2 && n_items >= thaw__schedule_knots[at.knot + 1]) at.knot++;
    const float low = (float)thaw__schedule_knots[at.knot], high = (float)thaw__schedule_knots[at.knot + 1];
    const float x = logf(n / low) / logf(high / low);
    at.part = n_items < 1 || x < 0 ? 0 : x > 1 ? 1 : x;
    return at;
}

float thaw__interpolate(const float *schedule, thaw__interpolation at, int is_log)
{
    const float x = (1 - at.part) * schedule[at.knot] + at.part * schedule[at.knot + 1];
    return is_log ? expf(x) : x;
}

float thaw__schedule_at(const thaw__ranking *r, thaw__schedule schedule, thaw__interpolation at)
{
    return thaw__interpolate(r->schedule[schedule], at, base_schedules[schedule].is_log);
}

static void start_schedule(float *schedule, const thaw__schedule_start *start)
{
    for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++) schedule[k] = start->is_log ? logf(start->value) : start->value;
}

/* The unobserved precision starts as K^1.5, which suits most catalogues. */
static void start_schedules(thaw__ranking *r)
{
    for (int s = 0; s < THAW__N_BASE_SCHEDULES; s++) start_schedule(r->schedule[s], &base_schedules[s]);
    for (const thaw__term *const *t = thaw__terms; *t; t++)
        for (int k = 0; k < (*t)->n; k++) start_schedule(r->schedule[(*t)->first + k], &(*t)->schedules[k]);
    for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++) {
        const float precision = 2e-4f * powf((float)thaw__schedule_knots[k], 1.5f);
        r->schedule[THAW__UNOBSERVED_PRECISION][k] = logf(precision < 0.3f ? precision : 0.3f);
    }
    r->backward = 0.5f;
    r->order = 0.5f;
    r->target = -1;
    for (int32_t e = 0; e < r->n_weightings; e++)
        r->weightings[e] = (thaw__event_weighting){.target = 1, .positive = 1};
}

float thaw__cooccurrence_of(const thaw__ranking *r, int32_t i, int32_t j)
{
    int64_t at = thaw__item_graph_find(&r->graph, i, j);
    if (at < 0) at = thaw__item_graph_find(&r->graph, j, i);
    return at < 0 ? 0 : r->graph.edge[at].both;
}

/* ---- the model type ---------------------------------------------------------------------------------------------- */

#define U8 THAW__U8
#define F32 THAW__F32
#define F64 THAW__F64
#define I32 THAW__I32
#define I64 THAW__I64
#define ONE THAW__NUMBER

#define SCHEDULE_MOST 1000 /* bound of a schedule, or of its logarithm */
#define MOST_EDGE_CODES 1e15

enum {
    ITEM = THAW__PER_ITEM | THAW__LEARNED,
    ROWS = THAW__MAPPED | THAW__ALIGNED,
    EDGES = THAW__LEARNED | THAW__UNPACKED
};

static void params(thaw_model *m, thaw__params *out)
{
    thaw__ranking *r = thaw__ranking_of(m);
    const int64_t n = thaw__n_items(m), n_edges = thaw__params_entries(r->graph.start, n);
    const thaw__param rows[] = {
        {"item.embedding", F32, n, m->stride, &r->item_embedding, ITEM | ROWS | THAW__IN_ID, 0, 0},
        {"item.output_embedding", F32, n, m->stride, &r->output_embedding, ITEM | ROWS, 0, 0},
        {"item.edge.start", I64, n + 1, 0, &r->graph.start, EDGES, 0, 0},
        {"item.edge.item", I32, n_edges, 0, &r->graph.item, EDGES, 0, 0},
        {"item.edge.value", F32, n_edges, THAW__EDGE_NUMBERS, &r->graph.edge, EDGES, 0, 0},
        {"item.edge.codes", U8, r->n_edge_codes, 0, &r->edge_codes, THAW__PACKED, 0, 0},
        {"n_edge_codes", I64, ONE, 0, &r->n_edge_codes, THAW__PACKED | THAW__OPTIONAL, 0, MOST_EDGE_CODES},
        {"item.popularity", F32, n, 0, &r->popularity, ITEM | THAW__IN_ID, 0, THAW__PARAM_MOST},
        {"item.repeat", F32, n, 0, &r->repeat, ITEM | THAW__IN_ID, 0, 0},
        {"item.offset.1", F32, n, 0, &r->offset[0], ITEM, 0, 0},
        {"item.offset.3", F32, n, 0, &r->offset[1], ITEM, 0, 0},
        {"item.offset.10", F32, n, 0, &r->offset[2], ITEM, 0, 0},
        {"item.offset.30", F32, n, 0, &r->offset[3], ITEM, 0, 0},
        {"item.offset.100", F32, n, 0, &r->offset[4], ITEM, 0, 0},
        {"item.offset.300", F32, n, 0, &r->offset[5], ITEM, 0, 0},
        {"item.offset.scale", F32, THAW__SCHEDULE_KNOTS, 0, &r->knot_scale, THAW__LEARNED | THAW__OPTIONAL, 0, 0},
        {"user.gram_diag", F32, m->stride, 0, &r->gram_diag, THAW__LEARNED, 0, THAW__PARAM_MOST},
        {"user.gram_popularity", F32, m->stride, 0, &r->gram_popularity, THAW__LEARNED, 0, 0},
        {"user.schedule", F32, THAW__N_SCHEDULES, THAW__SCHEDULE_KNOTS, &r->schedule,
         THAW__LEARNED | THAW__SCHEDULE | THAW__IN_ID | THAW__GROWS, -SCHEDULE_MOST, SCHEDULE_MOST},
        {"event.weighting", F32, m->events.n, THAW__WEIGHTING_NUMBERS, &r->weightings,
         THAW__LEARNED | THAW__SCHEDULE | THAW__IN_ID, 0, 0},
        {"backward", F32, ONE, 0, &r->backward, THAW__LEARNED | THAW__SCHEDULE, 0, 0},
        {"order", F32, ONE, 0, &r->order, THAW__LEARNED, 0, 1},
        {"n_pairs", F64, ONE, 0, &r->n_pairs, THAW__LEARNED | THAW__OPTIONAL, 0, DBL_MAX},
        {"mean_popularity", F32, ONE, 0, &r->mean_popularity, THAW__LEARNED, 0, THAW__PARAM_MOST},
        {"repeat_rate", F32, ONE, 0, &r->repeat_rate, THAW__LEARNED, 0, 0},
        {"total_weight", F64, ONE, 0, &r->total_weight, THAW__LEARNED, 0, DBL_MAX},
        {"target", I32, ONE, 0, &r->target, 0, -1, (double)(m->events.n - 1)},
        {"half_life", F32, ONE, 0, &r->half_life, THAW__LEARNED | THAW__SCHEDULE | THAW__IN_ID, 0, FLT_MAX},
    };
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
}

static const float *scored(const thaw_model *m)
{
    return thaw__ranking_of(m)->output_embedding;
}

static void derive(thaw_model *m)
{
    thaw__ranking_of(m)->n_weightings = (int32_t)m->events.n;
}

static thaw_status start(thaw_model *m, const thaw_data *data)
{
    thaw__ranking *r = thaw__ranking_of(m);
    const char *target = thaw__event_canonical(m->config.target);
    (void)data;
    derive(m);
    start_schedules(r);
    for (int32_t e = 0; e < r->n_weightings; e++)
        if (thaw__event_is_refusal(thaw__keymap_key(&m->events, e)))
            r->weightings[e].target = r->weightings[e].positive = 0;
    if (!target[0]) return THAW_OK;
    r->target = (int32_t)thaw__keymap_find(&m->events, target, strlen(target));
    if (r->target >= 0) return THAW_OK;
    return thaw__fail(THAW_E_UNKNOWN, "the target \"%.64s\" is not an event of the data", target);
}

/* A new item, which nobody has interacted with. */
static void reset_item(thaw_model *m, int64_t i)
{
    thaw__ranking *r = thaw__ranking_of(m);
    for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++) r->offset[k][i] = thaw__cold_item_popularity(r);
}

static thaw_status extend(thaw_model *m, int64_t n_old, int64_t n)
{
    return thaw__item_graph_extend(&thaw__ranking_of(m)->graph, n_old, n, &m->config.allocator);
}

static thaw_status relate_items(thaw_model *m, int64_t first)
{
    (void)first;
    return thaw__content_similarity_update(m);
}

static thaw_status pack(thaw_model *m)
{
    thaw__ranking *r = thaw__ranking_of(m);
    return thaw__edge_codes_write(&r->edge_codes, &r->n_edge_codes, &r->graph, thaw__n_items(m), &m->config.allocator);
}

static thaw_status unpack(thaw_model *m)
{
    thaw__ranking *r = thaw__ranking_of(m);
    const thaw_allocator *a = &m->config.allocator;
    thaw__item_graph graph;
    if (!r->n_edge_codes) return THAW_OK;
    THAW__TRY(thaw__edge_codes_read(&graph, r->edge_codes, r->n_edge_codes, thaw__n_items(m), a));
    thaw__item_graph_free(&r->graph, a);
    r->graph = graph;
    thaw__free(a, r->edge_codes);
    r->edge_codes = NULL;
    r->n_edge_codes = 0;
    return THAW_OK;
}

/* Whether each row of the item graph has at most THAW__NEIGHBOURS items, ascending. */
static int is_sound(const thaw_model *m)
{
    const thaw__item_graph *graph = &thaw__ranking_of(m)->graph;
    const int64_t n = thaw__n_items(m);
    if (graph->start[0] != 0) return 0;
    for (int64_t i = 0; i < n; i++)
        if (graph->start[i + 1] < graph->start[i] || graph->start[i + 1] - graph->start[i] > THAW__NEIGHBOURS) return 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = graph->start[i]; k < graph->start[i + 1]; k++)
            if (graph->item[k] < 0 || graph->item[k] >= n ||
                (k > graph->start[i] && graph->item[k] <= graph->item[k - 1]))
                return 0;
    return 1;
}

static void info(const thaw_model *m, thaw_model_info *out)
{
    out->half_life = thaw__ranking_of(m)->half_life;
}

static const thaw__old_name old_names[] = {
    {"item.embedding", "item.factor"},
    {"item.output_embedding", "item.reach"},
    {"item.edge.start", "item.near.start"},
    {"item.edge.item", "item.near.item"},
    {"item.edge.value", "item.near.tie"},
    {"item.popularity", "item.popular"},
    {"item.repeat", "item.again"},
    {"user.gram_diag", "user.silent"},
    {"user.gram_popularity", "user.pull"},
    {"user.schedule", "user.rule"},
    {"event.weighting", "event.kind"},
    {"mean_popularity", "mean_popular"},
    {"repeat_rate", "again"},
    {"total_weight", "mass"},
    {NULL, NULL},
};

static const char *const settings[] = {"target", "loss", NULL};

extern const struct thaw__method thaw__ranking_method;

const thaw__model_type thaw__ranking_type = {
    .method = &thaw__ranking_method,
    .name = "ranking",
    .old_name = "conditional",
    .old_names = old_names,
    .objective = THAW_OBJECTIVE_RANKING,
    .settings = settings,
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
    .pack = pack,
    .unpack = unpack,
    .is_sound = is_sound,
    .info = info,
};
