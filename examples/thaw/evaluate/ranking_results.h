/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_RESULTS_H
#define THAW_CLI_RANKING_RESULTS_H

/* Results of the ranking protocol by method, support and seed; their means and standard deviations; printing and
 * plotting. */

#include "evaluate.h"
#include "baseline.h"

enum { MAX_METHODS = 8 };

/** One method under one seed. */
typedef struct ranking_run {
    ranking_scores scores[MAX_SUPPORTS];
    baseline_setting settings[MAX_SUPPORTS]; /* tuned settings; n = 0: none */
    int target_only[MAX_SUPPORTS];
} ranking_run;

typedef struct ranking_results {
    const evaluate_options *options;
    const char *methods[MAX_METHODS]; /* [n_methods] "thaw" is the first if there is a model */
    int n_methods;
    support_size supports[MAX_SUPPORTS];
    int n_supports;
    int64_t seeds;
    ranking_run *runs; /* [seeds, n_methods] */
} ranking_results;

ranking_run *ranking_results_run(const ranking_results *results, int64_t seed, int method);

/** Over seeds: mean, standard deviation (NaN with one seed), mean of the standard errors (over users). */
typedef struct ranking_summary {
    double mean, sd, se;
} ranking_summary;
ranking_summary ranking_results_metric(const ranking_results *results, int method, int support, int metric);

/** Number of tasks, mean over seeds. */
int64_t ranking_results_tasks(const ranking_results *results, int support);

/** 1 if the first method is a model, 0 if there are only baselines. */
int ranking_results_has_model(const ranking_results *results);

/** Print or plot: 0, or 1 with a message. */
int ranking_results_print(const ranking_results *results);
int ranking_results_print_json(const ranking_results *results);
int ranking_results_plot(const ranking_results *results, const char *path);

#endif
