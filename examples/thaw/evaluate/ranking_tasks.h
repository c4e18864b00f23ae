/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_TASKS_H
#define THAW_CLI_RANKING_TASKS_H

/* From a user's history to a question and its answer: these events are known, which items come next?
 *
 * By size: the events up to the first one of distinct item K + 1 are the support. Without a target the new items after it
 * are relevant, and the support's items are not ranked. With a target event E, relevant is every item that has its first
 * E after the support, also one seen in the support by another behaviour; items that have an E in the support are not
 * ranked.
 *
 * By time: the events before T are the support. Without a target as above. With one, every item with an E at or after T is
 * relevant and the whole catalogue is ranked: people buy again. */

#include "user_histories.h"
#include "support_size.h"

typedef struct ranking_rules {
    int64_t min_events, max_events; /* distinct items of a user who is a task */
    int32_t target;                 /* number of the event name; -1: any event */
    double from_time;               /* NaN: by size */
} ranking_rules;

/* What is known of an item in a task. */
enum { SEEN = 1, SEEN_TARGET = 2, RELEVANT = 4 };

typedef struct ranking_task {
    const history *user;
    const thaw_event *support; /* [n_support], lent by the histories */
    int64_t n_support;
    int64_t *relevant;         /* [n_relevant], in order of time, none twice */
    int64_t n_relevant;
    int64_t *exclude;          /* [n_exclude], ascending */
    int64_t n_exclude;
    unsigned char *marks;      /* [n_items] of the whole history */
    const histories *histories;
} ranking_task;

/** Room for the tasks of these histories, one at a time. */
void ranking_task_init(ranking_task *out, const histories *histories, int64_t n_items);
void ranking_task_free(ranking_task *task);

/** Make the task of one user: 1, or 0 if this user is no task at this support. */
int ranking_task_make(ranking_task *task, int64_t user, const ranking_rules *rules, const support_size *support);

#endif
