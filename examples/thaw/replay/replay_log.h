/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_REPLAY_LOG_H
#define THAW_CLI_REPLAY_LOG_H

/* A log of events split by time: a first part for pretraining, then periods with about equal numbers of events. Events
 * with equal times are in the same period. Items and event names are rows of one catalogue of the whole log. */

#include "user_histories.h"

typedef struct replay_log {
    const thaw_data *data; /* borrowed */
    catalogue catalogue;
    histories histories; /* all events by user and time */
    double *edges;       /* [n_periods + 1] period p is edges[p] <= time < edges[p + 1]; the last edge is infinite */
    int64_t n_periods;
    double time_unit;       /* seconds in one unit of time, if times look like dates; 0: they do not */
    unsigned char *trained; /* [event names] 1: the name occurs in the first part; events of others are not used */
} replay_log;

/** Split the events of data; `train` is the first part, 0 … 1. Returns 0, or 1 with a message. Free the log also after
 *  a failure. */
int replay_log_create(replay_log *out, const thaw_data *data, double train, int64_t n_periods);
void replay_log_free(replay_log *log);

enum { REPLAY_DATE = 24 }; /* bytes of a date */

/** When period p begins, as a date of ISO 8601; an empty text if times are not dates. */
void replay_log_date(char out[REPLAY_DATE], const replay_log *log, int64_t p);

/** The same to read: the day, with the minute if a period is shorter than a day; the number if times are not dates. */
void replay_log_begin(char out[REPLAY_DATE], const replay_log *log, int64_t p);

/** Make a data set of the full histories before `until` of users with events in since <= time < until: 0, or 1 with a
 *  message. */
int replay_log_histories(thaw_data **out, const replay_log *log, double since, double until);

#endif
