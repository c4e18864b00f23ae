/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_BASELINE_H
#define THAW_CLI_BASELINE_H

/* Baseline methods for rankings. A method is fitted on an interaction matrix and scores every item of the catalogue for
 * a support. ranking_baseline.h tunes a method and makes it a ranker. */

#include "interactions.h"

/** One setting of the hyper-parameters of a method. */
typedef struct baseline_setting {
    int n;
    const char *names[3];
    double values[3];
} baseline_setting;

/** The known events of a user. */
typedef struct baseline_support {
    const thaw_event *events; /* [n_events] in order of time */
    int64_t n_events;
    const int64_t *items; /* [n_items] distinct items of the events */
    int64_t n_items;
} baseline_support;

typedef struct baseline_method {
    const char *name;
    int n_settings; /* size of the grid, at least 1 */
    /** Setting k of the grid; NULL: the method has no hyper-parameters. */
    baseline_setting (*setting)(int k);
    /** Fit the method to X: 0, or 1 with a message. */
    int (*fit)(void **state, const interactions *x, const baseline_setting *setting, const thaw_parallel *parallel);
    /** Score every item of the catalogue: scores [n_items]. */
    void (*score)(void *state, float *scores, const baseline_support *support);
    void (*free)(void *state);
} baseline_method;

extern const baseline_method baseline_popularity, baseline_recent, baseline_item_knn, baseline_ease, baseline_ials;

/** Run a task for each index 0 … n_tasks - 1 on the thread pool, or on this thread if there is no pool. */
void baseline_parallel(const thaw_parallel *parallel, thaw_task task, void *arg, int64_t n_tasks);

/** The number of workers that baseline_parallel() uses. */
int32_t baseline_workers(const thaw_parallel *parallel);

#endif
