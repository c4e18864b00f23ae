/* SPDX-License-Identifier: Apache-2.0
 * Building rating tasks: events are counted, then placed by user, weighted by age and sorted by item. */
#include "rating_tasks.h"

#include <math.h>
#include <string.h>

#include "age_weight.h"
#include "status.h"

void thaw__rating_tasks_free(thaw__rating_tasks *t)
{
    const thaw_allocator *a = &t->allocator;
    if (!a->free) return;
    thaw__free(a, t->user);
    thaw__free(a, t->start);
    thaw__free(a, t->item);
    thaw__free(a, t->z);
    thaw__free(a, t->weight);
    thaw__free(a, t->task);
    thaw__free(a, t->item_start);
    thaw__free(a, t->by_item);
    thaw__sparse_free(&t->features, a);
    *t = (thaw__rating_tasks){0};
}

thaw_status thaw__check_rating(const thaw_model *m, float y)
{
    const thaw__rating *rating = thaw__rating_of(m);
    if (y >= rating->rating_min && y <= rating->rating_max) return THAW_OK;
    return thaw__fail(THAW_E_RANGE, "the rating is %g; must be %g to %g", (double)y, (double)rating->rating_min,
                      (double)rating->rating_max);
}

/* For each user of data: counts[u] rated events, and whether selected; *n_all users with rated events. */
static thaw_status count_events(const thaw_data *data, const int64_t *users, int64_t n_users, int32_t *counts,
                                uint8_t *selected, int64_t *n_all)
{
    THAW__TRY(thaw__data_mark_users(data, selected, users, n_users));
    for (int64_t e = 0; e < data->n; e++) counts[data->user[e]] += !isnan(data->value[e]);
    for (int64_t u = 0; u < data->users.keys.n; u++) *n_all += counts[u] > 0;
    return THAW_OK;
}

static thaw_status place_event(thaw__rating_tasks *t, const thaw_model *m, const thaw_data *data, int64_t e, int64_t at,
                               const int64_t *item_rows, const int64_t *event_rows)
{
    const int64_t item = item_rows[data->item[e]];
    THAW__TRY(thaw__data_check_known(data, e, item, event_rows[data->event[e]]));
    THAW__TRY(thaw__check_rating(m, data->value[e]));
    t->item[at] = (int32_t)item;
    t->z[at] = thaw__link_score(&thaw__rating_of(m)->link, data->value[e]);
    return THAW_OK;
}

/* Place the rated events of selected users; the next one of user u goes to cursor[u]. newest[u] becomes the newest
 * time. */
static thaw_status place_events(thaw__rating_tasks *t, const thaw_model *m, const thaw_data *data,
                                const uint8_t *selected, int64_t *cursor, double *newest)
{
    const thaw_allocator *a = &t->allocator;
    int64_t *item_rows = thaw__alloc(a, (size_t)data->items.keys.n, sizeof *item_rows);
    int64_t *event_rows = thaw__alloc(a, (size_t)data->events.n, sizeof *event_rows);
    thaw_status st = item_rows && event_rows ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        thaw__keymap_rows(&m->catalogue->items, item_rows, &data->items.keys);
        thaw__keymap_rows(&m->events, event_rows, &data->events);
    }
    for (int64_t e = 0; st == THAW_OK && e < data->n; e++) {
        int32_t u = data->user[e];
        if (!selected[u] || isnan(data->value[e])) continue;
        int64_t at = cursor[u]++;
        st = place_event(t, m, data, e, at, item_rows, event_rows);
        if (data->time[e] > newest[u]) newest[u] = data->time[e];
    }
    thaw__free(a, item_rows);
    thaw__free(a, event_rows);
    return st;
}

/* Weights by age, measured to the user's newest event; an event without a time has age 0. */
static void weight_events(thaw__rating_tasks *t, const thaw_model *m, const thaw_data *data, const uint8_t *selected,
                          int64_t *cursor, const double *newest)
{
    for (int64_t e = 0; e < data->n; e++) {
        int32_t u = data->user[e];
        if (!selected[u] || isnan(data->value[e])) continue;
        double age = isnan(data->time[e]) ? 0 : newest[u] - data->time[e];
        t->weight[cursor[u]++] = thaw__age_weight(m->half_life, age);
    }
}

/* Counting sort of the events by item. */
static void index_by_item(thaw__rating_tasks *t, int64_t n_items)
{
    for (int64_t e = 0; e < t->n_events; e++) t->item_start[t->item[e] + 1]++;
    for (int64_t i = 0; i < n_items; i++) t->item_start[i + 1] += t->item_start[i];
    for (int64_t e = 0; e < t->n_events; e++) t->by_item[t->item_start[t->item[e]]++] = e;
    for (int64_t i = n_items; i > 0; i--) t->item_start[i] = t->item_start[i - 1];
    t->item_start[0] = 0;
}

static void move_event(thaw__rating_tasks *t, int64_t to, int64_t from)
{
    t->item[to] = t->item[from];
    t->z[to] = t->z[from];
    t->weight[to] = t->weight[from];
    t->task[to] = t->task[from];
}

/* Of one user's ratings of one item keep the last THAW__MOST_REPEATS. Thousands of equal ratings would make the
 * precision of that user singular in float32. */
static void drop_repeats(thaw__rating_tasks *t, int64_t n_items)
{
    int64_t kept = 0, first = 0;
    for (int64_t k = 0; k + THAW__MOST_REPEATS < t->n_events; k++) { /* marked if the last but so many is the same */
        const int64_t e = t->by_item[k], later = t->by_item[k + THAW__MOST_REPEATS];
        if (t->task[e] == t->task[later] && t->item[e] == t->item[later]) t->item[e] = -1;
    }
    for (int64_t u = 0; u < t->n_users; u++) {
        const int64_t end = t->start[u + 1];
        for (int64_t e = first; e < end; e++)
            if (t->item[e] >= 0) move_event(t, kept++, e);
        t->start[u + 1] = kept;
        first = end;
    }
    if (kept == t->n_events) return;
    t->n_events = kept;
    memset(t->item_start, 0, (size_t)(n_items + 1) * sizeof *t->item_start);
    index_by_item(t, n_items);
}

static thaw_status allocate(thaw__rating_tasks *t, int64_t n_items)
{
    const thaw_allocator *a = &t->allocator;
    const size_t users = (size_t)t->n_users, events = (size_t)t->n_events;
    t->user = thaw__alloc(a, users, sizeof *t->user);
    t->start = thaw__alloc0(a, users + 1, sizeof *t->start);
    t->item = thaw__alloc(a, events, sizeof *t->item);
    t->z = thaw__alloc(a, events, sizeof *t->z);
    t->weight = thaw__alloc(a, events, sizeof *t->weight);
    t->task = thaw__alloc(a, events, sizeof *t->task);
    t->by_item = thaw__alloc(a, events, sizeof *t->by_item);
    t->item_start = thaw__alloc0(a, (size_t)n_items + 1, sizeof *t->item_start);
    const int complete = t->user && t->start && t->item && t->z && t->weight && t->task && t->by_item && t->item_start;
    return complete ? THAW_OK : THAW_E_NOMEM;
}

/* Scratch, per user of data. */
typedef struct per_user {
    int32_t *counts;   /* rated events */
    uint8_t *selected; /* whether among the given users */
    int64_t *cursor;   /* place of the next event */
    double *newest;    /* time of the newest event */
} per_user;

static thaw_status fill_tasks(thaw__rating_tasks *t, const thaw_model *m, const thaw_data *data, per_user *p)
{
    const int64_t n = data->users.keys.n;
    int64_t k = 0;
    for (int64_t u = 0; u < n; u++) {
        if (!p->selected[u] || !p->counts[u]) continue;
        t->user[k] = u;
        t->start[k + 1] = t->start[k] + p->counts[u];
        p->cursor[u] = t->start[k];
        for (int64_t e = t->start[k]; e < t->start[k + 1]; e++) t->task[e] = (int32_t)k;
        k++;
    }
    for (int64_t u = 0; u < n; u++) p->newest[u] = -INFINITY;
    THAW__TRY(place_events(t, m, data, p->selected, p->cursor, p->newest));
    for (k = 0; k < t->n_users; k++) p->cursor[t->user[k]] = t->start[k];
    weight_events(t, m, data, p->selected, p->cursor, p->newest);
    index_by_item(t, thaw__n_items(m));
    drop_repeats(t, thaw__n_items(m));
    return thaw__features_encode(&m->user_prior.features, &t->features, &data->users, t->user, t->n_users);
}

thaw_status thaw__rating_tasks_build(thaw__rating_tasks *out, const thaw_model *m, const thaw_data *data,
                                     const int64_t *users, int64_t n_users)
{
    const thaw_allocator *a = &m->config.allocator;
    const int64_t n = data->users.keys.n;
    *out = (thaw__rating_tasks){.allocator = *a, .keys = &data->users.keys};
    per_user p = {thaw__alloc0(a, (size_t)n, sizeof(int32_t)), thaw__alloc(a, (size_t)n, 1),
                  thaw__alloc(a, (size_t)n, sizeof(int64_t)), thaw__alloc(a, (size_t)n, sizeof(double))};
    thaw_status st = p.counts && p.selected && p.cursor && p.newest ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) st = count_events(data, users, n_users, p.counts, p.selected, &out->n_all);
    for (int64_t u = 0; st == THAW_OK && u < n; u++) {
        if (!p.selected[u] || !p.counts[u]) continue;
        out->n_users++;
        out->n_events += p.counts[u];
    }
    if (st == THAW_OK) st = allocate(out, thaw__n_items(m));
    if (st == THAW_OK) st = fill_tasks(out, m, data, &p);
    thaw__free(a, p.counts);
    thaw__free(a, p.selected);
    thaw__free(a, p.cursor);
    thaw__free(a, p.newest);
    if (st != THAW_OK) thaw__rating_tasks_free(out);
    return st;
}
