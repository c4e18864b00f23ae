/* SPDX-License-Identifier: Apache-2.0 */
#include "model_ranker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

int model_ranker_init(model_ranker *out, const thaw_model *model, const thaw_data *data)
{
    memset(out, 0, sizeof *out);
    out->model = model;
    out->data = data;
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    out->n_event_names = info.events;
    if (thaw_user_create(&out->user, model) != THAW_OK) return cli_fail();
    /* A rating model refuses an event without a value, a ranking accepts it. */
    const thaw_event without_value = {.value = NAN};
    out->needs_values = thaw_adapt(model, out->user, &without_value, 1) != THAW_OK;
    user_features_find(&out->features, model, out->user, data);
    return 0;
}

void model_ranker_free(model_ranker *m)
{
    user_features_free(&m->features);
    thaw_user_free(m->user);
    free(m->events);
    free(m->hits);
    memset(m, 0, sizeof *m);
}

static thaw_status begin(void *ctx, const char *user)
{
    model_ranker *m = ctx;
    return user_features_apply(&m->features, m->model, m->user, m->data, user);
}

static int is_accepted(const model_ranker *m, const thaw_event *e)
{
    return e->event < m->n_event_names && !(m->needs_values && isnan(e->value));
}

/* Copy the events that the model accepts to m->events; returns their number. */
static int64_t copy_accepted(model_ranker *m, const thaw_event *support, int64_t n)
{
    if (n > m->n_events) {
        free(m->events);
        m->n_events = 2 * n;
        m->events = cli_alloc((size_t)m->n_events, sizeof *m->events);
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (is_accepted(m, &support[i])) m->events[kept++] = support[i];
    }
    return kept;
}

static thaw_status adapt(void *ctx, const thaw_event *support, int64_t n)
{
    model_ranker *m = ctx;
    int64_t accepted = 0;
    while (accepted < n && is_accepted(m, &support[accepted])) accepted++;
    if (accepted == n) return thaw_adapt(m->model, m->user, support, n); /* no copy, because this call is timed */
    const int64_t kept = copy_accepted(m, support, n);
    return thaw_adapt(m->model, m->user, m->events, kept);
}

static thaw_status rank(void *ctx, int64_t *items, int64_t *n, const thaw_query *query)
{
    model_ranker *m = ctx;
    if (query->top > m->n_hits) {
        free(m->hits);
        m->n_hits = query->top;
        m->hits = cli_alloc((size_t)m->n_hits, sizeof *m->hits);
    }
    const thaw_status st = thaw_recommend(m->model, m->user, m->hits, n, query);
    if (st != THAW_OK) return st;
    for (int64_t i = 0; i < *n; i++) items[i] = m->hits[i].item;
    return THAW_OK;
}

ranker model_ranker_as_ranker(model_ranker *model)
{
    return (ranker){.ctx = model, .begin = begin, .adapt = adapt, .rank = rank};
}
