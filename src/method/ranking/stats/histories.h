/* SPDX-License-Identifier: Apache-2.0
 * Histories of users, as training needs them: the events of each user in the order of time, and the user's items in the
 * order of their first positive event. Building them checks the data, before any parameter of the model changes. */
#ifndef THAW_HISTORIES_H
#define THAW_HISTORIES_H

#include "ranking.h"

/** An item of a history. Positions count the user's events from 0. */
typedef struct thaw__interaction {
    int32_t item;
    int32_t first;           /* position of its first positive event */
    int32_t target_position; /* of the event to be predicted: the last target event, or without a target the first
                                positive one; -1: none */
} thaw__interaction;

typedef struct thaw__histories {
    thaw_allocator allocator;
    int64_t n; /* users with at least one positive event */
    int64_t n_events;
    int64_t *user;                   /* [n] rows of data */
    int64_t *start;                  /* [n + 1] events of each user */
    thaw_event *events;              /* [n_events] in the order of time, equal times in the order of the data; items and
                                        event names are rows of the model; value NaN: none */
    int64_t *interaction_start;      /* [n + 1] interactions of each user */
    thaw__interaction *interactions; /* in the order of `first`, each item once for a user */
    thaw__sparse features;           /* [n] of the users */
} thaw__histories;

/** Build the histories of the given rows of users of data, checked, none twice; NULL: all. Only events before a time;
 *  INFINITY: all. @return THAW_E_UNKNOWN as thaw_pretrain_step() */
thaw_status thaw__histories_build(thaw__histories *out, const thaw_model *m, const thaw_data *data,
                                  const int64_t *users, int64_t n_users, double before);
void thaw__histories_free(thaw__histories *h);

/** How many users have two items or more. */
int64_t thaw__histories_count_of_two(const thaw__histories *h);

/** Those users, into users [h->n]; returns how many. */
int64_t thaw__histories_of_two(int64_t *users, const thaw__histories *h);

/** Of the first n events of a user, those that a user of the model keeps: the newest THAW__HISTORY. *kept: how many. */
static inline const thaw_event *thaw__history_kept(const thaw__histories *h, int64_t u, int64_t n, int64_t *kept)
{
    *kept = n < THAW__HISTORY ? n : THAW__HISTORY;
    return h->events + h->start[u] + n - *kept;
}

/** The interactions of a user. */
static inline const thaw__interaction *thaw__history_interactions(const thaw__histories *h, int64_t u)
{
    return h->interactions + h->interaction_start[u];
}

/** The number of items of a user. */
static inline int64_t thaw__history_length(const thaw__histories *h, int64_t u)
{
    return h->interaction_start[u + 1] - h->interaction_start[u];
}

#endif
