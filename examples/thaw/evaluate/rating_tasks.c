/* SPDX-License-Identifier: Apache-2.0 */
#include "rating_tasks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* One rating before sorting. */
typedef struct entry {
    const char *user;
    int64_t position; /* in the data */
    thaw_event event;
} entry;

static int by_user(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    const int order = x->user == y->user ? 0 : strcmp(x->user, y->user);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

/* Read one event: 0 if it is a rating, 1 if it is not, -1 with a message. */
static int look_up(entry *out, const thaw_model *model, const thaw_data *data, int64_t i)
{
    thaw_event_view view;
    if (thaw_data_event(data, &view, i) != THAW_OK) goto fail;
    if (isnan(view.value)) return 1;

    out->user = view.user;
    out->position = i;
    out->event.value = view.value;
    out->event.time = isnan(view.time) ? 0 : view.time;
    if (thaw_model_event_id(model, &out->event.event, view.event) != THAW_OK) goto fail;
    if (thaw_model_item_row(model, &out->event.item, view.item) != THAW_OK) goto fail;
    return 0;

fail:
    cli_fail();
    return -1;
}

int rating_tasks_create(rating_tasks *out, const thaw_model *model, const thaw_data *data)
{
    memset(out, 0, sizeof *out);
    const int64_t n = thaw_data_n_events(data);
    entry *entries = cli_alloc((size_t)n, sizeof *entries);
    for (int64_t i = 0; i < n; i++) {
        const int found = look_up(&entries[out->n_events], model, data, i);
        if (found < 0) {
            free(entries);
            return 1;
        }
        out->n_events += found == 0;
    }
    qsort(entries, (size_t)out->n_events, sizeof *entries, by_user);

    out->events = cli_alloc((size_t)out->n_events, sizeof *out->events);
    out->tasks = cli_alloc((size_t)out->n_events, sizeof *out->tasks);
    for (int64_t i = 0; i < out->n_events; i++) {
        if (i == 0 || strcmp(entries[i].user, entries[i - 1].user) != 0) {
            out->tasks[out->n++] = (rating_task){entries[i].user, i, 0};
        }
        out->events[i] = entries[i].event;
        out->tasks[out->n - 1].n++;
    }
    free(entries);
    return 0;
}

void rating_tasks_free(rating_tasks *tasks)
{
    free(tasks->tasks);
    free(tasks->events);
    memset(tasks, 0, sizeof *tasks);
}
