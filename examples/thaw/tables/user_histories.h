/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_USER_HISTORIES_H
#define THAW_CLI_USER_HISTORIES_H

/* The events of a data set, user by user and in the order of time, in rows of one catalogue. Users come in the order of
 * their keys; of events at one time the first in the data is the first here. An unknown time counts as 0. */

#include "item_catalogue.h"

typedef struct history {
    const char *user;  /* lent by the data set */
    int64_t first, n;  /* its events */
    int64_t n_items;   /* distinct ones */
} history;

typedef struct histories {
    history *users;
    thaw_event *events;
    int64_t n, n_events;
} histories;

/** The catalogue must know every item and event name of the data. Returns 0, or 1 with a message. */
int histories_create(histories *out, const catalogue *catalogue, const thaw_data *data);
void histories_free(histories *histories);

#endif
