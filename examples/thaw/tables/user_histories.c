/* SPDX-License-Identifier: Apache-2.0 */
#include "user_histories.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* One event before sorting. */
typedef struct entry {
    const char *user;
    int64_t position; /* in the data */
    thaw_event event;
} entry;

static int by_user_and_time(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    const int order = x->user == y->user ? 0 : strcmp(x->user, y->user);
    if (order) return order;
    if (x->event.time != y->event.time) return x->event.time < y->event.time ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

static int look_up(entry *out, const catalogue *c, const thaw_data *data, int64_t i)
{
    thaw_event_view view;
    if (thaw_data_event(data, &view, i) != THAW_OK) return cli_fail();
    out->user = view.user;
    out->position = i;
    out->event.item = key_index_find(&c->items, view.item);
    out->event.event = (int32_t)key_index_find(&c->events, view.event);
    out->event.value = view.value;
    out->event.time = isnan(view.time) ? 0 : view.time;
    if (out->event.item < 0) return cli_failf("the model has no item %s", view.item);
    if (out->event.event < 0) return cli_failf("the model has no event %s", view.event);
    return 0;
}

/* Count the distinct items of each user. last[item] is 1 + the last user counted for the item. */
static void count_items(histories *h, int64_t n_items)
{
    int64_t *last = cli_alloc((size_t)n_items, sizeof *last);
    for (int64_t u = 0; u < h->n; u++) {
        const thaw_event *events = h->events + h->users[u].first;
        for (int64_t i = 0; i < h->users[u].n; i++) {
            h->users[u].n_items += last[events[i].item] != u + 1;
            last[events[i].item] = u + 1;
        }
    }
    free(last);
}

int histories_create(histories *out, const catalogue *c, const thaw_data *data)
{
    memset(out, 0, sizeof *out);
    const int64_t n = thaw_data_n_events(data);
    entry *entries = cli_alloc((size_t)n, sizeof *entries);
    for (int64_t i = 0; i < n; i++) {
        if (look_up(&entries[i], c, data, i)) {
            free(entries);
            return 1;
        }
    }
    qsort(entries, (size_t)n, sizeof *entries, by_user_and_time);

    out->n_events = n;
    out->events = cli_alloc((size_t)n, sizeof *out->events);
    out->users = cli_alloc((size_t)n, sizeof *out->users);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(entries[i].user, entries[i - 1].user) != 0) {
            out->users[out->n++] = (history){.user = entries[i].user, .first = i};
        }
        out->events[i] = entries[i].event;
        out->users[out->n - 1].n++;
    }
    free(entries);
    count_items(out, c->items.n);
    return 0;
}

void histories_free(histories *h)
{
    free(h->users);
    free(h->events);
    memset(h, 0, sizeof *h);
}
