/* SPDX-License-Identifier: Apache-2.0
 * Rating tasks: the users with rated events, with their ratings as normal scores, indexed by user and by item. Building
 * them checks the data, so that no error is found after training has changed the model. Of the ratings of
 * one item by one user, the last THAW__MOST_REPEATS are used.
 */
#ifndef THAW_RATING_TASKS_H
#define THAW_RATING_TASKS_H

#include "rating.h"

enum { THAW__MOST_REPEATS = 16 };

typedef struct thaw__rating_tasks {
    thaw_allocator allocator;
    int64_t n_users; /* with at least one rated event */
    int64_t n_events;
    int64_t n_all;            /* users of the data with rated events: N of eq. 8 */
    const thaw__keymap *keys; /* of the users of data, which outlives this */
    int64_t *user;            /* [n_users] rows of data */
    int64_t *start;           /* [n_users + 1] events of task k: start[k] … start[k + 1] - 1 */
    int32_t *item;            /* [n_events] rows of the model */
    float *z;                 /* [n_events] scores of the ratings */
    float *weight;            /* [n_events] a_e, weights by age; 1 without a half-life */
    int32_t *task;            /* [n_events] the task of an event: 0 … n_users - 1 */
    int64_t *item_start;   /* [items + 1] events of item i: by_item[item_start[i]] … by_item[item_start[i + 1] - 1] */
    int64_t *by_item;      /* [n_events] numbers of events, sorted by item, then by number */
    thaw__sparse features; /* [n_users] f_u */
} thaw__rating_tasks;

/** Tasks of users [n_users] of data, rows in any order without repeats; users NULL: all. Freed on error.
 *  @return THAW_E_RANGE, THAW_E_UNKNOWN as thaw_pretrain_step() */
thaw_status thaw__rating_tasks_build(thaw__rating_tasks *out, const thaw_model *m, const thaw_data *data,
                                     const int64_t *users, int64_t n_users);
void thaw__rating_tasks_free(thaw__rating_tasks *t);

/** THAW_E_RANGE unless rating_min <= y <= rating_max. */
thaw_status thaw__check_rating(const thaw_model *m, float y);

#endif
