/* SPDX-License-Identifier: Apache-2.0
 * A method of the smallest size: popularity with a prior.
 *
 *     score_j = log((n_j + a) / (mean + a)),      a = 5
 *
 * n_j: events of item j in training, mean: their mean over items. The rate of an item has the prior Gamma(a, a / mean),
 * so its posterior mean is (n_j + a) / (mean + a) times the mean rate, and the variance of its log is about
 * 1 / (n_j + a). The posterior of a user stays the prior. */
#include <float.h>
#include <math.h>

#include "method.h"
#include "status.h"

extern const thaw__method thaw__toy_method;

#define PRIOR 5.0 /* a */

typedef struct toy {
    double *count;     /* [items] n_j */
    float *popularity; /* [items] log((n_j + a) / (mean + a)); derived */
    double mean;
} toy;

/* ---- the model --------------------------------------------------------------------------------------------------- */

static void params(thaw_model *m, thaw__params *out)
{
    toy *t = m->state;
    const int64_t n = thaw__n_items(m);
    const thaw__param rows[] = {
        {"item.count", THAW__F64, n, 0, &t->count, THAW__PER_ITEM | THAW__LEARNED, 0, DBL_MAX},
        {"item.popularity", THAW__F32, n, 0, &t->popularity, THAW__PER_ITEM | THAW__LEARNED | THAW__DERIVED, 0, 0},
        {"mean_count", THAW__F64, THAW__NUMBER, 0, &t->mean, THAW__LEARNED, 0, DBL_MAX},
    };
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
}

static void derive(thaw_model *m)
{
    const toy *t = m->state;
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        t->popularity[i] = (float)log((t->count[i] + PRIOR) / (t->mean + PRIOR));
}

/* ---- a user: its events are counted ------------------------------------------------------------------------------ */

static thaw_status adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n)
{
    (void)m, (void)events;
    thaw__user_reset(u);
    u->n_events = n;
    return THAW_OK;
}

static thaw_status observe(const thaw_model *m, thaw_user *u, const thaw_event *event)
{
    (void)m, (void)event;
    u->n_events++;
    return THAW_OK;
}

/* ---- serving ----------------------------------------------------------------------------------------------------- */

static void query(const thaw_model *m, const thaw_user *u, thaw__linear_query *out)
{
    const toy *t = m->state;
    (void)u;
    *out = (thaw__linear_query){.offset = {t->popularity}, .coefficient = {1}};
}

static void predict(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means,
                    float *variances)
{
    const toy *t = m->state;
    (void)u, (void)means;
    for (int64_t k = 0; k < n; k++) variances[k] = (float)(1 / (t->count[items[k]] + PRIOR));
}

/* ---- training: one round ----------------------------------------------------------------------------------------- */

typedef struct counting {
    int64_t *item;  /* [items of data] rows of the model, -1: not known */
    int64_t *place; /* [users of data] which contributor each is, -1: none */
    double *count;  /* [items] */
    int64_t n, events;
    int rounds;
} counting;

static thaw_status open_run(thaw__run *run)
{
    const thaw_allocator *a = &run->m->config.allocator;
    const thaw_data *data = run->data;
    counting *c = run->state = thaw__alloc0(a, 1, sizeof *c);
    if (!c) return THAW_E_NOMEM;
    c->n = run->users ? run->n_users : data->users.keys.n;
    c->item = thaw__alloc(a, (size_t)data->items.keys.n, sizeof *c->item);
    c->place = thaw__alloc(a, (size_t)data->users.keys.n, sizeof *c->place);
    c->count = thaw__alloc0(a, (size_t)thaw__n_items(run->m), sizeof *c->count);
    if (!c->item || !c->place || !c->count) return THAW_E_NOMEM;
    thaw__keymap_rows(&run->m->catalogue->items, c->item, &data->items.keys);
    for (int64_t u = 0; u < data->users.keys.n; u++) c->place[u] = run->users ? -1 : u;
    for (int64_t k = 0; run->users && k < c->n; k++) c->place[run->users[k]] = k;
    return THAW_OK;
}

static void close_run(thaw__run *run)
{
    const thaw_allocator *a = &run->m->config.allocator;
    counting *c = run->state;
    if (!c) return;
    thaw__free(a, c->item);
    thaw__free(a, c->place);
    thaw__free(a, c->count);
    thaw__free(a, c);
}

static thaw_status begin_round(thaw__run *run, thaw__round *out)
{
    counting *c = run->state;
    *out = (thaw__round){.last = c->rounds++ > 0, .n = c->n, .chunk = INT64_MAX, .pass = 1};
    return THAW_OK;
}

static thaw_status contribute(thaw__run *run, int64_t first, int64_t n)
{
    counting *c = run->state;
    const thaw_data *data = run->data;
    for (int64_t e = 0; e < data->n; e++) {
        const int64_t place = c->place[data->user[e]], item = c->item[data->item[e]];
        if (place < first || place >= first + n || data->time[e] < run->since) continue;
        if (item < 0) return thaw__fail(THAW_E_UNKNOWN, "an item of the data is not known to the model");
        c->count[item]++;
        c->events++;
    }
    return THAW_OK;
}

static thaw_status end_round(thaw__run *run)
{
    const counting *c = run->state;
    thaw_model *m = run->m;
    toy *t = m->state;
    if (!run->online) m->trained_users = m->trained_events = 0;
    m->trained_users += c->n;
    m->trained_events += run->report.events = c->events;
    run->report.steps = ++m->steps;
    for (int64_t i = 0; i < thaw__n_items(m); i++) t->count[i] = (run->online ? t->count[i] : 0) + c->count[i];
    t->mean = (double)m->trained_events / (double)thaw__n_items(m);
    thaw__model_refresh(m);
    return THAW_OK;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const thaw__model_type type = {
    .method = &thaw__toy_method,
    .name = "toy",
    .objective = 100,
    .default_rank = 1,
    .prior_extra = -1,
    .state_bytes = sizeof(toy),
    .params = params,
    .derive = derive,
};

const thaw__method thaw__toy_method = {
    .type = &type,
    .adapt = adapt,
    .observe = observe,
    .query = query,
    .predict = predict,
    .open = open_run,
    .close = close_run,
    .begin_round = begin_round,
    .contribute = contribute,
    .end_round = end_round,
};
