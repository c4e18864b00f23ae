/* SPDX-License-Identifier: Apache-2.0
 * Pretraining's view of behaviour: each user is a journey, events in time order, and the items in the order they were met.
 * Everything that may be wrong with the data is found here, before any number moves. */
#ifndef THAW_HISTORIES_H
#define THAW_HISTORIES_H

#include "ranking.h"

/** An item of a journey; places count the user's events from 0. */
typedef struct thaw__interaction {
    int32_t item;
    int32_t first; /* its first wanted event */
    int32_t target_position; /* where it is what was to be predicted: its last target event, or the first wanted one; -1: never */
} thaw__interaction;

typedef struct thaw__histories {
    thaw_allocator allocator;
    int64_t n;             /* users with at least one wanted event */
    int64_t n_events;
    int64_t *user;         /* [n] rows of data */
    int64_t *start;        /* [n + 1] events */
    thaw_event *events;    /* [n_events] in time order, ties as they came; items and kinds are the model's; value NaN: none */
    int64_t *interaction_start;   /* [n + 1] */
    thaw__interaction *interactions; /* by first */
    thaw__sparse features; /* [n] of the users */
} thaw__histories;

/** Journeys of the given users of data, none twice; NULL: all. Only events before a time; INFINITY: all.
 *  @return THAW_E_RANGE, THAW_E_UNKNOWN as thaw_pretrain_step() */
thaw_status thaw__histories_build(thaw__histories *out, const thaw_model *m, const thaw_data *data, const int64_t *users,
                                 int64_t n_users, double before);
void thaw__histories_free(thaw__histories *j);

/** How many histories have two items or more. */
int64_t thaw__histories_count_of_two(const thaw__histories *j);

/** Those, into users [j->n]; returns how many. */
int64_t thaw__histories_of_two(int64_t *users, const thaw__histories *j);

/** Of the first n events of a journey those that a user keeps, the newest THAW__HISTORY; *kept: how many. */
static inline const thaw_event *thaw__history_kept(const thaw__histories *j, int64_t u, int64_t n, int64_t *kept)
{
    *kept = n < THAW__HISTORY ? n : THAW__HISTORY;
    return j->events + j->start[u] + n - *kept;
}

static inline const thaw__interaction *thaw__history_interactions(const thaw__histories *j, int64_t u)
{
    return j->interactions + j->interaction_start[u];
}

static inline int64_t thaw__history_length(const thaw__histories *j, int64_t u)
{
    return j->interaction_start[u + 1] - j->interaction_start[u];
}

#endif
