/* SPDX-License-Identifier: Apache-2.0 */
#include "histories.h"

#include <math.h>
#include <string.h>

#include "sort.h"
#include "status.h"

void thaw__histories_free(thaw__histories *h)
{
    const thaw_allocator *a = &h->allocator;
    if (!a->free) return;
    thaw__free(a, h->user);
    thaw__free(a, h->start);
    thaw__free(a, h->events);
    thaw__free(a, h->interaction_start);
    thaw__free(a, h->interactions);
    thaw__sparse_free(&h->features, a);
    *h = (thaw__histories){0};
}

/* An event and its number in the data, for a stable sort. */
typedef struct arrival {
    double time;
    int64_t number; /* row of the data */
    int32_t user;   /* index into the histories */
    int32_t unused;
} arrival;

static int by_user_and_time(const void *a, const void *b)
{
    const arrival *x = a, *y = b;
    if (x->user != y->user) return (x->user > y->user) - (x->user < y->user);
    if (x->time != y->time) return (x->time > y->time) - (x->time < y->time);
    return (x->number > y->number) - (x->number < y->number);
}

/* Scratch: the history of each user of the data, and rows of the model by rows of the data. */
typedef struct lookup {
    int32_t *history;        /* [users of data] -1: none */
    int64_t *item;           /* [items of data] */
    int64_t *event;          /* [events of data] */
    int32_t *interaction_of; /* [items] index of the interaction of the present user with each, + 1; 0: none */
    arrival *arrivals;
    int64_t n_arrivals;
} lookup;

static void free_lookup(lookup *l, const thaw_allocator *a)
{
    thaw__free(a, l->history);
    thaw__free(a, l->item);
    thaw__free(a, l->event);
    thaw__free(a, l->interaction_of);
    thaw__free(a, l->arrivals);
}

/* Mark the given users, which are checked: history[u] is 0 for them, -1 for the others. */
static void mark_users(lookup *l, const thaw_data *data, const int64_t *users, int64_t n_users)
{
    for (int64_t u = 0; u < data->users.keys.n; u++) l->history[u] = users ? -1 : 0;
    for (int64_t k = 0; users && k < n_users; k++) l->history[users[k]] = 0;
}

static thaw_status open_lookup(lookup *l, const thaw_model *m, const thaw_data *data, const int64_t *users,
                               int64_t n_users)
{
    const thaw_allocator *a = &m->config.allocator;
    l->history = thaw__alloc(a, (size_t)data->users.keys.n, sizeof *l->history);
    l->item = thaw__alloc(a, (size_t)data->items.keys.n, sizeof *l->item);
    l->event = thaw__alloc(a, (size_t)data->events.n, sizeof *l->event);
    l->interaction_of = thaw__alloc0(a, (size_t)thaw__n_items(m), sizeof *l->interaction_of);
    l->arrivals = thaw__alloc(a, (size_t)data->n, sizeof *l->arrivals);
    if (!l->history || !l->item || !l->event || !l->interaction_of || !l->arrivals) return THAW_E_NOMEM;
    thaw__keymap_rows(&m->catalogue->items, l->item, &data->items.keys);
    thaw__keymap_rows(&m->events, l->event, &data->events);
    mark_users(l, data, users, n_users);
    return THAW_OK;
}

static int is_positive(const thaw_model *m, int32_t event)
{
    return thaw__ranking_of(m)->weightings[event].positive > 0;
}

static double time_of(const thaw_data *data, int64_t e)
{
    return isnan(data->time[e]) ? 0 : data->time[e];
}

/* Number the users who have a positive event, and list their events by user and time. */
static thaw_status collect(thaw__histories *h, lookup *l, const thaw_model *m, const thaw_data *data, double before)
{
    for (int64_t e = 0; e < data->n; e++) {
        int32_t *history = &l->history[data->user[e]];
        if (*history < 0 || !(time_of(data, e) < before)) continue;
        THAW__TRY(thaw__data_check_known(data, e, l->item[data->item[e]], l->event[data->event[e]]));
        if (is_positive(m, (int32_t)l->event[data->event[e]])) *history = 1;
    }
    for (int64_t u = 0; u < data->users.keys.n; u++) l->history[u] = l->history[u] == 1 ? (int32_t)h->n++ : -1;
    for (int64_t e = 0; e < data->n; e++) {
        int32_t u = l->history[data->user[e]];
        if (u >= 0 && time_of(data, e) < before) l->arrivals[l->n_arrivals++] = (arrival){time_of(data, e), e, u, 0};
    }
    thaw__sort(l->arrivals, (size_t)l->n_arrivals, sizeof *l->arrivals, by_user_and_time);
    return THAW_OK;
}

/* The interactions of one user, from the events; returns how many. interaction_of is 0 before and after. */
static int64_t build_interactions(thaw__interaction *out, int32_t *interaction_of, const thaw_model *m,
                                  const thaw_event *events, int64_t n)
{
    const int32_t target = thaw__ranking_of(m)->target;
    int64_t n_out = 0;
    for (int64_t k = 0; k < n; k++) {
        const thaw_event *e = &events[k];
        if (!is_positive(m, e->event)) continue;
        if (!interaction_of[e->item]) {
            out[n_out] = (thaw__interaction){(int32_t)e->item, (int32_t)k, target < 0 ? (int32_t)k : -1};
            interaction_of[e->item] = (int32_t)++n_out;
        }
        if (e->event == target) out[interaction_of[e->item] - 1].target_position = (int32_t)k;
    }
    for (int64_t k = 0; k < n_out; k++) interaction_of[out[k].item] = 0;
    return n_out;
}

/* Write the events, then the interactions of each user. */
static void fill(thaw__histories *h, lookup *l, const thaw_model *m, const thaw_data *data)
{
    for (int64_t k = 0; k < l->n_arrivals; k++) {
        const int64_t e = l->arrivals[k].number;
        h->events[k] = (thaw_event){.item = l->item[data->item[e]],
                                    .event = (int32_t)l->event[data->event[e]],
                                    .value = data->value[e],
                                    .time = l->arrivals[k].time};
        h->user[l->arrivals[k].user] = data->user[e];
        h->start[l->arrivals[k].user + 1] = k + 1;
    }
    for (int64_t u = 0; u < h->n; u++)
        h->interaction_start[u + 1] =
            h->interaction_start[u] + build_interactions(h->interactions + h->interaction_start[u], l->interaction_of,
                                                         m, h->events + h->start[u], h->start[u + 1] - h->start[u]);
}

thaw_status thaw__histories_build(thaw__histories *out, const thaw_model *m, const thaw_data *data,
                                  const int64_t *users, int64_t n_users, double before)
{
    const thaw_allocator *a = &m->config.allocator;
    lookup l = {0};
    thaw__histories *h = out;
    *h = (thaw__histories){.allocator = *a};
    thaw_status st = open_lookup(&l, m, data, users, n_users);
    if (st == THAW_OK) st = collect(h, &l, m, data, before);
    if (st == THAW_OK) {
        h->n_events = l.n_arrivals;
        h->user = thaw__alloc(a, (size_t)h->n, sizeof *h->user);
        h->start = thaw__alloc0(a, (size_t)h->n + 1, sizeof *h->start);
        h->events = thaw__alloc(a, (size_t)h->n_events, sizeof *h->events);
        h->interaction_start = thaw__alloc0(a, (size_t)h->n + 1, sizeof *h->interaction_start);
        h->interactions = thaw__alloc(a, (size_t)h->n_events, sizeof *h->interactions);
        if (!h->user || !h->start || !h->events || !h->interaction_start || !h->interactions) st = THAW_E_NOMEM;
    }
    if (st == THAW_OK) {
        fill(h, &l, m, data);
        st = thaw__features_encode(&m->user_prior.features, &h->features, &data->users, h->user, h->n);
    }
    free_lookup(&l, a);
    if (st != THAW_OK) thaw__histories_free(h);
    return st;
}

int64_t thaw__histories_count_of_two(const thaw__histories *h)
{
    int64_t n = 0;
    for (int64_t u = 0; u < h->n; u++) n += thaw__history_length(h, u) >= 2;
    return n;
}

int64_t thaw__histories_of_two(int64_t *users, const thaw__histories *h)
{
    int64_t n = 0;
    for (int64_t u = 0; u < h->n; u++)
        if (thaw__history_length(h, u) >= 2) users[n++] = u;
    return n;
}
