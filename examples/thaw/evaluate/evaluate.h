/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_EVALUATE_H
#define THAW_CLI_EVALUATE_H

/* The options of the two protocols of `thaw evaluate`. cmd_evaluate.c reads them; evaluate_rating.c and
 * evaluate_ranking.c run the protocols. */

#include "pretraining.h"
#include "support_size.h"
#include "tables.h"

enum { MAX_BASELINES = 16 };

typedef struct evaluate_options {
    const char *model_path; /* NULL: the ranking protocol pretrains a model */
    tables tables, train;
    support_size supports[MAX_SUPPORTS];
    int n_supports; /* 0: the default of the protocol */
    int with_baselines;
    const char *baselines[MAX_BASELINES];
    int n_baselines;                       /* 0: all */
    int64_t min_events, max_events, seeds; /* 0: the default of the protocol */
    int json;

    int64_t query; /* rating protocol only; 0: the default */

    /* Ranking protocol only. */
    double positive_min;      /* NaN: every event counts */
    double holdout_users;     /* NaN: not given */
    double from_time;         /* NaN: not given, supports are by size */
    const char *target_event; /* NULL: any */
    const char *known_event;  /* the only event name in training and support; NULL: any */
    int64_t candidates;       /* 0: no sampled metrics */
    const char *plot;         /* NULL: no plot */
    int no_model;             /* baselines only */
    int tune_each_support;    /* tune baselines for each support */
    int seed_is_set;          /* --set seed was given */
    pretraining pretraining;  /* --set and --threads */
} evaluate_options;

/** Run the protocol and print the results: 0, or 1 with a message. */
int evaluate_rating(const evaluate_options *options);
int evaluate_ranking(evaluate_options *options);

#endif
