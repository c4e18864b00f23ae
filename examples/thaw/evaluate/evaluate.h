/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_EVALUATE_H
#define THAW_CLI_EVALUATE_H

/* What the two protocols of `thaw evaluate` are asked for. cmd_evaluate.c reads it, evaluate_rating.c and
 * evaluate_ranking.c do it. */

#include "pretraining.h"
#include "support_size.h"
#include "tables.h"

enum { MOST_BASELINES = 16 };

typedef struct evaluate_options {
    const char *model_path; /* NULL: the ranking protocol pretrains one of its own */
    tables tables, train;
    support_size supports[MOST_SUPPORTS];
    int n_supports; /* 0: the protocol's own */
    int wants_baselines;
    const char *baselines[MOST_BASELINES];
    int n_baselines; /* 0: all there are */
    int64_t min_events, max_events, seeds; /* 0: the protocol's own */
    int json;

    int64_t query; /* of the rating protocol; 0: its own */

    /* Of the ranking protocol. */
    double positive_min;      /* NaN: every event counts */
    double holdout_users;     /* NaN: not asked for */
    double from_time;         /* NaN: the supports decide */
    const char *target_event; /* NULL: any */
    const char *known_event;  /* all that the model is taught and shown; NULL: any */
    int64_t candidates;       /* 0: none are sampled */
    const char *plot;         /* NULL: none */
    int no_model;             /* only baselines */
    int tunes_each;           /* baselines are tuned for each support alone */
    int sets_seed;            /* --set seed was given */
    pretraining pretraining;  /* --set and --threads */
} evaluate_options;

/** Measure and print: 0, or 1 with a message. */
int evaluate_rating(const evaluate_options *options);
int evaluate_ranking(evaluate_options *options);

#endif
