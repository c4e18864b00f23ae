/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_USER_HISTORIES_H
#define THAW_CLI_USER_HISTORIES_H

/* The events of a data set grouped by user and sorted by time, with the rows of one catalogue. Users are sorted by key;
 * events with equal times keep the order of the data. An unknown time counts as 0. */

#include "item_catalogue.h"

typedef struct history {
    const char *user; /* borrowed from the data set */
    int64_t first, n; /* range of events */
    int64_t n_items;  /* distinct items */
} history;

typedef struct histories {
    history *users;
    thaw_event *events;
    int64_t n, n_events;
} histories;

/** The catalogue must have every item and event name of the data. Returns 0, or 1 with a message. */
int histories_create(histories *out, const catalogue *catalogue, const thaw_data *data);
void histories_free(histories *histories);

#endif
