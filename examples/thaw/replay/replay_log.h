/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_REPLAY_LOG_H
#define THAW_CLI_REPLAY_LOG_H

/* A log of events cut in the order of time: a first part to learn from, then periods of about as many events each. Events of
 * one time stay together, in the later part. Items and kinds of events are rows of one catalogue of the whole log. */

#include "user_histories.h"

typedef struct replay_log {
    const thaw_data *data;  /* lent */
    catalogue catalogue;
    histories histories;    /* every user's events in the order of time */
    double *edges;          /* [n_periods + 1] period p holds the times from edges[p] up to, without, edges[p + 1]; the last is infinite */
    int64_t n_periods;
    unsigned char *known;   /* [kinds] 1: a kind that the first part has; others cannot be learned */
} replay_log;

/** Cut the events of data after the part `train` of them: 0, or 1 with a message. Free the log also after a failure. */
int replay_log_create(replay_log *out, const thaw_data *data, double train, int64_t n_periods);
void replay_log_free(replay_log *log);

/** A new data set of the whole journeys, up to the time `until`, of users who do something from the time `since` on: 0, or 1
 *  with a message. */
int replay_log_journeys(thaw_data **out, const replay_log *log, double since, double until);

#endif
