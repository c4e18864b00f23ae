/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_REPLAY_LOG_H
#define THAW_CLI_REPLAY_LOG_H

/* A log of events split by time: a first part for pretraining, then periods with about equal numbers of events. Events
 * with equal times are in the same period. Items and event names are rows of one catalogue of the whole log. */

#include "iso_date.h"
#include "user_histories.h"

typedef struct replay_log {
    const thaw_data *data; /* borrowed */
    catalogue catalogue;
    histories histories; /* all events by user and time */
    double *edges;       /* [n_periods + 1] period p is edges[p] <= time < edges[p + 1]; the last edge is infinite */
    int64_t n_periods;
    int has_dates;          /* times look like seconds since 1970 */
    unsigned char *trained; /* [event names] 1: the name occurs in the first part; events of others are not used */
} replay_log;

/** Split the events of data; `train` is the first part, 0 … 1. Returns 0, or 1 with a message. Free the log also after
 *  a failure. */
int replay_log_create(replay_log *out, const thaw_data *data, double train, int64_t n_periods);
void replay_log_free(replay_log *log);

/** When period p begins, as text: a date, with the time of day if a period is shorter than a day; without dates the
 *  number. */
void replay_log_begin(char out[ISO_DATE], const replay_log *log, int64_t p);

/** Make a data set of the full histories before `until` of users with events in since <= time < until: 0, or 1 with a
 *  message. */
int replay_log_histories(thaw_data **out, const replay_log *log, double since, double until);

#endif
