/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RATING_TASKS_H
#define THAW_CLI_RATING_TASKS_H

/* The ratings of a data set as one task per user, with the item rows of one model. Users are sorted by key; events of
 * one user keep the order of the data. Events without a value are left out. */

#include "thaw/thaw.h"

typedef struct rating_task {
    const char *user; /* borrowed from the data set */
    int64_t first, n; /* range of events */
} rating_task;

typedef struct rating_tasks {
    rating_task *tasks;
    thaw_event *events;
    int64_t n, n_events;
} rating_tasks;

/** The model must have every item of the data. Returns 0, or 1 with a message. */
int rating_tasks_create(rating_tasks *out, const thaw_model *model, const thaw_data *data);
void rating_tasks_free(rating_tasks *tasks);

#endif
