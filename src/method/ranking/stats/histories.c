/* SPDX-License-Identifier: Apache-2.0 */
#include "histories.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sort.h"
#include "status.h"

void thaw__histories_free(thaw__histories *j)
{
    const thaw_allocator *a = &j->allocator;
    if (!a->free) return;
    thaw__free(a, j->user);
    thaw__free(a, j->start);
    thaw__free(a, j->events);
    thaw__free(a, j->interaction_start);
    thaw__free(a, j->interactions);
    thaw__sparse_free(&j->features, a);
    *j = (thaw__histories){0};
}

/* An event and the order it came in, for a stable sort. */
typedef struct arrival {
    double time;
    int64_t number; /* of data */
    int32_t user;   /* of the journeys */
    int32_t unused;
} arrival;

static int by_user_and_time(const void *a, const void *b)
{
    const arrival *x = a, *y = b;
    if (x->user != y->user) return (x->user > y->user) - (x->user < y->user);
    if (x->time != y->time) return (x->time > y->time) - (x->time < y->time);
    return (x->number > y->number) - (x->number < y->number);
}

/* Scratch: which journey each user of data is, and rows of the model by rows of data. */
typedef struct lookup {
    int32_t *journey; /* [users of data] -1: none */
    int64_t *item;    /* [items of data] */
    int64_t *kind;    /* [events of data] */
    int32_t *met;     /* [items] the step at which the present user met each, + 1 */
    arrival *arrivals;
    int64_t n_arrivals;
} lookup;

static void free_lookup(lookup *l, const thaw_allocator *a)
{
    thaw__free(a, l->journey);
    thaw__free(a, l->item);
    thaw__free(a, l->kind);
    thaw__free(a, l->met);
    thaw__free(a, l->arrivals);
}

/* Mark whom to take: journey[u] is 0 for a user who takes part, -1 for the others. */
static thaw_status mark_users(lookup *l, const thaw_data *data, const int64_t *users, int64_t n_users)
{
    const int64_t n = data->users.keys.n;
    for (int64_t u = 0; u < n; u++) l->journey[u] = users ? -1 : 0;
    for (int64_t k = 0; users && k < n_users; k++) {
        if (users[k] < 0 || users[k] >= n)
            return thaw__fail(THAW_E_RANGE, "user row %" PRId64 "; must be 0 to %" PRId64, users[k], n - 1);
        if (l->journey[users[k]] == 0) return thaw__fail(THAW_E_RANGE, "user row %" PRId64 " is given twice", users[k]);
        l->journey[users[k]] = 0;
    }
    return THAW_OK;
}

static thaw_status check_event(const lookup *l, const thaw_data *data, int64_t e)
{
    if (l->item[data->item[e]] < 0)
        return thaw__fail(THAW_E_UNKNOWN, "the item \"%.80s\" is not known to the model",
                          thaw__keymap_key(&data->items.keys, data->item[e]));
    if (l->kind[data->event[e]] < 0)
        return thaw__fail(THAW_E_UNKNOWN, "the event \"%.80s\" is not known to the model",
                          thaw__keymap_key(&data->events, data->event[e]));
    return THAW_OK;
}

static thaw_status open_lookup(lookup *l, const thaw_model *m, const thaw_data *data, const int64_t *users,
                               int64_t n_users)
{
    const thaw_allocator *a = &m->config.allocator;
    l->journey = thaw__alloc(a, (size_t)data->users.keys.n, sizeof *l->journey);
    l->item = thaw__alloc(a, (size_t)data->items.keys.n, sizeof *l->item);
    l->kind = thaw__alloc(a, (size_t)data->events.n, sizeof *l->kind);
    l->met = thaw__alloc0(a, (size_t)thaw__n_items(m), sizeof *l->met);
    l->arrivals = thaw__alloc(a, (size_t)data->n, sizeof *l->arrivals);
    if (!l->journey || !l->item || !l->kind || !l->met || !l->arrivals) return THAW_E_NOMEM;
    thaw__keymap_rows(&m->catalogue->items, l->item, &data->items.keys);
    thaw__keymap_rows(&m->events, l->kind, &data->events);
    return mark_users(l, data, users, n_users);
}

static int is_wanted(const thaw_model *m, int32_t kind)
{
    return thaw__ranking_of(m)->weightings[kind].positive > 0;
}

static double time_of(const thaw_data *data, int64_t e)
{
    return isnan(data->time[e]) ? 0 : data->time[e];
}

/* Number the users who have a wanted event, and collect their events. */
static thaw_status collect(thaw__histories *j, lookup *l, const thaw_model *m, const thaw_data *data, double before)
{
    for (int64_t e = 0; e < data->n; e++) {
        int32_t *journey = &l->journey[data->user[e]];
        if (*journey < 0 || !(time_of(data, e) < before)) continue;
        THAW__TRY(check_event(l, data, e));
        if (is_wanted(m, (int32_t)l->kind[data->event[e]])) *journey = 1;
    }
    for (int64_t u = 0; u < data->users.keys.n; u++)
        l->journey[u] = l->journey[u] == 1 ? (int32_t)j->n++ : -1;
    for (int64_t e = 0; e < data->n; e++) {
        int32_t u = l->journey[data->user[e]];
        if (u >= 0 && time_of(data, e) < before) l->arrivals[l->n_arrivals++] = (arrival){time_of(data, e), e, u, 0};
    }
    thaw__sort(l->arrivals, (size_t)l->n_arrivals, sizeof *l->arrivals, by_user_and_time);
    return THAW_OK;
}

/* The steps of one user from the events in place; returns how many. */
static int64_t take_steps(thaw__interaction *steps, int32_t *met, const thaw_model *m, const thaw_event *events, int64_t n)
{
    const int32_t target = thaw__ranking_of(m)->target;
    int64_t made = 0;
    for (int64_t k = 0; k < n; k++) {
        const thaw_event *e = &events[k];
        if (!is_wanted(m, e->event)) continue;
        if (!met[e->item]) {
            steps[made] = (thaw__interaction){(int32_t)e->item, (int32_t)k, target < 0 ? (int32_t)k : -1};
            met[e->item] = (int32_t)++made;
        }
        if (e->event == target) steps[met[e->item] - 1].target_position = (int32_t)k;
    }
    for (int64_t k = 0; k < made; k++) met[steps[k].item] = 0;
    return made;
}

static void fill(thaw__histories *j, lookup *l, const thaw_model *m, const thaw_data *data)
{
    for (int64_t k = 0; k < l->n_arrivals; k++) {
        const int64_t e = l->arrivals[k].number;
        j->events[k] = (thaw_event){.item = l->item[data->item[e]], .event = (int32_t)l->kind[data->event[e]],
                                    .value = data->value[e], .time = l->arrivals[k].time};
        j->user[l->arrivals[k].user] = data->user[e];
        j->start[l->arrivals[k].user + 1] = k + 1;
    }
    for (int64_t u = 0; u < j->n; u++)
        j->interaction_start[u + 1] = j->interaction_start[u] + take_steps(j->interactions + j->interaction_start[u], l->met, m, j->events + j->start[u],
                                                             j->start[u + 1] - j->start[u]);
}

thaw_status thaw__histories_build(thaw__histories *out, const thaw_model *m, const thaw_data *data, const int64_t *users,
                                 int64_t n_users, double before)
{
    const thaw_allocator *a = &m->config.allocator;
    lookup l = {0};
    thaw__histories *j = out;
    *j = (thaw__histories){.allocator = *a};
    thaw_status st = open_lookup(&l, m, data, users, n_users);
    if (st == THAW_OK) st = collect(j, &l, m, data, before);
    if (st == THAW_OK) {
        j->n_events = l.n_arrivals;
        j->user = thaw__alloc(a, (size_t)j->n, sizeof *j->user);
        j->start = thaw__alloc0(a, (size_t)j->n + 1, sizeof *j->start);
        j->events = thaw__alloc(a, (size_t)j->n_events, sizeof *j->events);
        j->interaction_start = thaw__alloc0(a, (size_t)j->n + 1, sizeof *j->interaction_start);
        j->interactions = thaw__alloc(a, (size_t)j->n_events, sizeof *j->interactions);
        if (!j->user || !j->start || !j->events || !j->interaction_start || !j->interactions) st = THAW_E_NOMEM;
    }
    if (st == THAW_OK) {
        fill(j, &l, m, data);
        st = thaw__features_encode(&m->user_prior.features, &j->features, &data->users, j->user, j->n);
    }
    free_lookup(&l, a);
    if (st != THAW_OK) thaw__histories_free(j);
    return st;
}

int64_t thaw__histories_count_of_two(const thaw__histories *j)
{
    int64_t n = 0;
    for (int64_t u = 0; u < j->n; u++) n += thaw__history_length(j, u) >= 2;
    return n;
}

int64_t thaw__histories_of_two(int64_t *users, const thaw__histories *j)
{
    int64_t n = 0;
    for (int64_t u = 0; u < j->n; u++)
        if (thaw__history_length(j, u) >= 2) users[n++] = u;
    return n;
}
