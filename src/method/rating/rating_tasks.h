/* SPDX-License-Identifier: Apache-2.0
 * Pretraining's view of data: each user is a task, its rated events in the model's rows, by user and by item.
 * Everything that may be wrong with the data is found here, before any number moves. */
#ifndef THAW_RATING_TASKS_H
#define THAW_RATING_TASKS_H

#include "rating.h"

typedef struct thaw__rating_tasks {
    thaw_allocator allocator;
    int64_t n_users;       /* with at least one rated event */
    int64_t n_events;
    int64_t n_all;         /* users of the data with rated events: the N that a step's n stands for */
    int64_t *user;         /* [n_users] rows of data */
    int64_t *start;        /* [n_users + 1] where a user's events begin */
    int32_t *item;         /* [n_events] rows of the model */
    float *y;              /* [n_events] scores of the ratings */
    float *weight;         /* [n_events] 1, or less for old events of models with a half-life */
    int32_t *task;         /* [n_events] whose event it is: 0 … n_users - 1 */
    int64_t *item_start;   /* [items + 1] where an item's entries in by_item begin */
    int64_t *by_item;      /* [n_events] numbers of events, by item and within it in order */
    thaw__sparse features; /* [n_users] f_u */
} thaw__rating_tasks;

/** Tasks of the given users of data, rows ascending or not, none twice; users NULL: all.
 *  @return THAW_E_RANGE, THAW_E_UNKNOWN as thaw_pretrain_step() */
thaw_status thaw__rating_tasks_build(thaw__rating_tasks *out, const thaw_model *m, const thaw_data *data, const int64_t *users,
                              int64_t n_users);
void thaw__rating_tasks_free(thaw__rating_tasks *t);

/** THAW_E_RANGE for a rating outside the model's range. */
thaw_status thaw__check_rating(const thaw_model *m, float y);

#endif
