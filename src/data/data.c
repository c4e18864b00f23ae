/* SPDX-License-Identifier: Apache-2.0
 * The data set: memory, event names, adding and reading events. */
#include "data.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "columns.h"
#include "events.h"
#include "mem.h"
#include "status.h"
#include "utf8.h"

thaw_status thaw__data_create(thaw_data **out, const thaw_allocator *allocator)
{
    *out = NULL;
    thaw_allocator a = thaw__allocator(allocator);
    thaw_data *data = thaw__alloc0(&a, 1, sizeof *data);
    if (!data) return THAW_E_NOMEM;
    data->allocator = a;
    thaw__keymap_init(&data->users.keys, &a);
    thaw__keymap_init(&data->items.keys, &a);
    thaw__keymap_init(&data->events, &a);
    thaw__keymap_init(&data->baskets, &a);
    thaw__keymap_init(&data->notes, &a);
    *out = data;
    return THAW_OK;
}

void thaw__data_free(thaw_data *data)
{
    if (!data) return;
    thaw_allocator a = data->allocator;
    thaw__table_free(&data->users, &a);
    thaw__table_free(&data->items, &a);
    thaw__keymap_free(&data->events);
    thaw__keymap_free(&data->baskets);
    thaw__keymap_free(&data->notes);
    thaw__free(&a, data->user);
    thaw__free(&a, data->item);
    thaw__free(&a, data->event);
    thaw__free(&a, data->basket);
    thaw__free(&a, data->value);
    thaw__free(&a, data->time);
    thaw__free(&a, data);
}

thaw__mark thaw__data_mark(const thaw_data *data)
{
    return (thaw__mark){data->users.keys.n, data->items.keys.n, data->events.n,
                        data->baskets.n,    data->notes.n,      data->n};
}

void thaw__data_rollback(thaw_data *data, const thaw__mark *mark)
{
    thaw__keymap_truncate(&data->users.keys, mark->users);
    thaw__keymap_truncate(&data->items.keys, mark->items);
    thaw__keymap_truncate(&data->events, mark->events);
    thaw__keymap_truncate(&data->baskets, mark->baskets);
    thaw__keymap_truncate(&data->notes, mark->notes);
    data->n = mark->n;
}

/* Event names of Google Analytics 4 and others, and the names that they are stored under:
 * https://developers.google.com/analytics/devguides/collection/ga4/reference/events */
static thaw__text canonical(thaw__text name)
{
    static const struct {
        const char *alias, *canonical;
    } aliases[] = {{"view_item", "view"},
                   {"add_to_cart", "cart"},
                   {"add_to_wishlist", "favourite"},
                   {"refund", "return"},
                   {"addtocart", "cart"}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (thaw__text_is(name, aliases[i].alias)) return thaw__text_of(aliases[i].canonical);
    return name;
}

const char *thaw__event_canonical(const char *name)
{
    return canonical(thaw__text_of(name)).at;
}

int thaw__event_is_refusal(const char *name)
{
    static const char *const refusals[] = {"return", "dislike", "unlike", "remove_from_cart", "remove", "skip", "hide"};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(name, refusals[i]) == 0) return 1;
    return 0;
}

thaw_status thaw__text_check(const char *what, thaw__text text, size_t most)
{
    if (!text.at) return thaw__fail(THAW_E_ARG, "%s is NULL", what);
    if (text.n == 0) return thaw__fail(THAW_E_RANGE, "%s is empty", what);
    if (text.n > most) return thaw__fail(THAW_E_RANGE, "%s has %zu bytes; must be 1 to %zu", what, text.n, most);
    if (!thaw__utf8_valid(text.at, text.n)) return thaw__fail(THAW_E_RANGE, "%s is not UTF-8", what);
    return THAW_OK;
}

static thaw_status intern(thaw__keymap *map, int64_t *row, const char *what, thaw__text key, size_t most)
{
    THAW__TRY(thaw__text_check(what, key, most));
    return thaw__keymap_add(map, row, key.at, key.n);
}

thaw_status thaw__table_row(thaw__table *table, int64_t *row, const char *what, thaw__text key)
{
    return intern(&table->keys, row, what, key, THAW__KEY_MAX);
}

thaw_status thaw__data_reserve(thaw_data *data, int64_t n)
{
    if (n > INT32_MAX) return thaw__fail(THAW_E_RANGE, "%lld events; must be at most %d", (long long)n, INT32_MAX);
    const thaw_allocator *a = &data->allocator;
    size_t used = (size_t)data->n, need = (size_t)n, *cap = data->cap;
    THAW__TRY(thaw__grow(a, &data->user, &cap[0], used, need, sizeof *data->user));
    THAW__TRY(thaw__grow(a, &data->item, &cap[1], used, need, sizeof *data->item));
    THAW__TRY(thaw__grow(a, &data->event, &cap[2], used, need, sizeof *data->event));
    THAW__TRY(thaw__grow(a, &data->basket, &cap[3], used, need, sizeof *data->basket));
    THAW__TRY(thaw__grow(a, &data->value, &cap[4], used, need, sizeof *data->value));
    return thaw__grow(a, &data->time, &cap[5], used, need, sizeof *data->time);
}

void thaw__data_copy_event(thaw_data *out, int64_t to, const thaw_data *data, int64_t from)
{
    out->user[to] = data->user[from];
    out->item[to] = data->item[from];
    out->event[to] = data->event[from];
    out->basket[to] = data->basket[from];
    out->value[to] = data->value[from];
    out->time[to] = data->time[from];
}

static thaw_status check_numbers(const thaw__event_text *e)
{
    if (fabs(e->value) > (double)FLT_MAX)
        return thaw__fail(THAW_E_RANGE, "value is %g; its magnitude must be at most %g", e->value, (double)FLT_MAX);
    if (isinf(e->time)) return thaw__fail(THAW_E_RANGE, "time is %g; must be finite", e->time);
    return THAW_OK;
}

thaw_status thaw__data_add_event(thaw_data *data, const thaw__event_text *e)
{
    int64_t user, item, event, basket = -1;
    THAW__TRY(check_numbers(e));
    THAW__TRY(thaw__data_reserve(data, data->n + 1));
    THAW__TRY(thaw__table_row(&data->users, &user, "user", e->user));
    THAW__TRY(thaw__table_row(&data->items, &item, "item", e->item));
    THAW__TRY(thaw__text_check("event name", e->event, THAW__NAME_MAX));
    const thaw__text name = canonical(e->event);
    THAW__TRY(thaw__keymap_add(&data->events, &event, name.at, name.n));
    if (e->basket.n) THAW__TRY(intern(&data->baskets, &basket, "basket", e->basket, THAW__KEY_MAX));

    const int64_t i = data->n++;
    data->user[i] = (int32_t)user;
    data->item[i] = (int32_t)item;
    data->event[i] = (int32_t)event;
    data->basket[i] = (int32_t)basket;
    data->value[i] = (float)e->value;
    data->time[i] = e->time;
    return THAW_OK;
}

static thaw_status add_at(thaw_data *data, thaw__event_at *at, const void *source, int64_t i)
{
    thaw__event_text event;
    THAW__TRY(at(&event, source, i));
    return thaw__data_add_event(data, &event);
}

thaw_status thaw__data_add_all(thaw_data *data, thaw__event_at *at, const void *source, int64_t n)
{
    const thaw__mark mark = thaw__data_mark(data);
    if (n > INT32_MAX - data->n)
        return thaw__fail(THAW_E_RANGE, "%lld more events; must be at most %d in total", (long long)n, INT32_MAX);
    thaw_status st = thaw__data_reserve(data, data->n + n);
    for (int64_t i = 0; st == THAW_OK && i < n; i++) {
        st = add_at(data, at, source, i);
        if (st != THAW_OK) thaw__fail_in(st, "event %lld: ", (long long)i);
    }
    if (st != THAW_OK) thaw__data_rollback(data, &mark);
    return st;
}

static thaw_status column_event(thaw__event_text *out, const void *source, int64_t i)
{
    const thaw_event_columns *c = source;
    *out = (thaw__event_text){.user = thaw__text_of(c->users[i]),
                              .item = thaw__text_of(c->items[i]),
                              .event = thaw__text_of(c->events ? c->events[i] : "rating"),
                              .basket = thaw__text_of(c->baskets ? c->baskets[i] : NULL),
                              .value = c->values ? (double)c->values[i] : NAN,
                              .time = c->times ? c->times[i] : NAN};
    return THAW_OK;
}

thaw_status thaw__data_add_events(thaw_data *data, const thaw_event_columns *columns, int64_t n)
{
    return thaw__data_add_all(data, column_event, columns, n);
}

thaw_status thaw__data_event(const thaw_data *data, thaw_event_view *out, int64_t i)
{
    if (i < 0 || i >= data->n)
        return thaw__fail(THAW_E_RANGE, "index is %lld; must be 0 to %lld", (long long)i, (long long)data->n - 1);
    *out = (thaw_event_view){
        .user = thaw__keymap_key(&data->users.keys, data->user[i]),
        .item = thaw__keymap_key(&data->items.keys, data->item[i]),
        .event = thaw__keymap_key(&data->events, data->event[i]),
        .basket = data->basket[i] < 0 ? NULL : thaw__keymap_key(&data->baskets, data->basket[i]),
        .time = data->time[i],
        .value = data->value[i],
    };
    return THAW_OK;
}

/* ---- rows of others ---------------------------------------------------------------------------------------------- */

thaw_status thaw__data_mark_users(const thaw_data *data, uint8_t *marks, const int64_t *rows, int64_t n)
{
    const int64_t n_all = data->users.keys.n;
    memset(marks, rows == NULL, (size_t)n_all);
    for (int64_t k = 0; rows && k < n; k++) {
        if (rows[k] < 0 || rows[k] >= n_all)
            return thaw__fail(THAW_E_RANGE, "user row %" PRId64 "; must be 0 to %" PRId64, rows[k], n_all - 1);
        if (marks[rows[k]]++) return thaw__fail(THAW_E_RANGE, "user row %" PRId64 " is given twice", rows[k]);
    }
    return THAW_OK;
}

thaw_status thaw__data_check_known(const thaw_data *data, int64_t e, int64_t item_row, int64_t event_row)
{
    if (item_row < 0)
        return thaw__fail(THAW_E_UNKNOWN, "the item \"%.80s\" is not known to the model",
                          thaw__keymap_key(&data->items.keys, data->item[e]));
    if (event_row < 0)
        return thaw__fail(THAW_E_UNKNOWN, "the event \"%.80s\" is not known to the model",
                          thaw__keymap_key(&data->events, data->event[e]));
    return THAW_OK;
}
