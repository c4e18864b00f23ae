/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_TASKS_H
#define THAW_CLI_RANKING_TASKS_H

/* A task: the support of a user, and the relevant items after it.
 *
 * By size: the support is the events before distinct item K + 1 appears. Without a target event, the new items after
 * the support are relevant, and support items are not ranked. With a target event E, an item is relevant if its first E
 * is after the support, also if the support has other events of it; items with an E in the support are not ranked.
 *
 * By time: the support is the events before T. Without a target event, relevant items are as above. With one, every
 * item with an E at or after T is relevant and the whole catalogue is ranked, because users buy items again. */

#include "user_histories.h"
#include "support_size.h"

typedef struct ranking_rules {
    int64_t min_events, max_events; /* distinct items of a user who is a task */
    int32_t target;                 /* row of the event name; -1: any event */
    double from_time;               /* NaN: by size */
} ranking_rules;

/* Marks of an item in a task. */
enum { SEEN = 1, SEEN_TARGET = 2, RELEVANT = 4 };

typedef struct ranking_task {
    const history *user;
    const thaw_event *support; /* [n_support], borrowed from the histories */
    int64_t n_support;
    int64_t *relevant; /* [n_relevant], distinct, in order of time */
    int64_t n_relevant;
    int64_t *exclude; /* [n_exclude], ascending */
    int64_t n_exclude;
    unsigned char *marks; /* [n_items] of the whole history */
    const histories *histories;
} ranking_task;

/** Allocate for the tasks of these histories, one at a time. */
void ranking_task_init(ranking_task *out, const histories *histories, int64_t n_items);
void ranking_task_free(ranking_task *task);

/** Make the task of one user: 1, or 0 if the user is not a task at this support. */
int ranking_task_make(ranking_task *task, int64_t user, const ranking_rules *rules, const support_size *support);

#endif
