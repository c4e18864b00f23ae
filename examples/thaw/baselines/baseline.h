/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_BASELINE_H
#define THAW_CLI_BASELINE_H

/* The simple rankers that a recommender must beat: each is a fit on cells, and a score for every item of the catalogue from
 * the items of a support. ranking_baseline.h tunes one and makes it a ranker. */

#include "interactions.h"

/** One choice of a method's hyper-parameters. */
typedef struct rank_setting {
    int n;
    const char *names[3];
    double values[3];
} rank_setting;

/** What is known of a user. */
typedef struct rank_support {
    const thaw_event *events; /* [n_events] in order of time */
    int64_t n_events;
    const int64_t *items;     /* [n_items] the distinct ones */
    int64_t n_items;
} rank_support;

typedef struct rank_method {
    const char *name;
    int n_settings; /* size of the grid, at least 1 */
    /** Setting number k of the grid; NULL: there is nothing to set. */
    rank_setting (*setting)(int k);
    /** Learn: 0, or 1 with a message. */
    int (*fit)(void **state, const cells *x, const rank_setting *setting, const thaw_parallel *parallel);
    /** A score for every item of the catalogue. */
    void (*score)(void *state, float *scores, const rank_support *support);
    void (*free)(void *state);
} rank_method;

extern const rank_method rank_popularity, rank_recent, rank_itemknn, rank_ease, rank_ials;

/** Run a task over an index on the pool, or on this thread where there is none. */
void rank_parallel(const thaw_parallel *parallel, thaw_task task, void *arg, int64_t n_tasks);

/** How many workers that uses. */
int32_t rank_workers(const thaw_parallel *parallel);

#endif
