/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_REPLAY_H
#define THAW_CLI_REPLAY_H

/* A log replayed in the order of time: how often is what people do next among the first `top` items, asked before it is seen
 * (prequentially: Dawid 1984; Gama, Sebastião, Rodrigues 2013)? Three arms answer the same questions:
 *
 *     frozen      the model of the first part, and of its users what was known then
 *     following   the same model, users' later events too
 *     updated     users' later events, and after each period a step of training on a copy that takes the model's place
 *
 * Events of one user at one time are asked together, from what was before that time: no order is read into them. */

#include "pretraining.h"
#include "replay_log.h"

enum { FROZEN, FOLLOWING, UPDATED, N_ARMS };
extern const char *const replay_arm_names[N_ARMS];

typedef struct replay_options {
    double train_part, sample; /* of the events: before the first period; of the questions: asked */
    int64_t updates, top;
    const char *target_event;  /* NULL: questions are items new to their user */
    int steps;                 /* 0: no arm is updated */
    int json;
    const char *plot;          /* NULL: none */
    pretraining pretraining;
} replay_options;

/** What one period, or all of them, came to. */
typedef struct replay_score {
    int64_t tasks;             /* questions asked */
    int64_t strange[N_ARMS];   /* of them for an item that the arm's model does not know: never a hit */
    double hits[N_ARMS];       /* how many were among the first */
    double gain[N_ARMS];       /* sum of 1 / log2(1 + place) over them */
    int64_t users, new_items;  /* of the update after the period: whose journeys it took, items it added */
    double seconds;            /* it took; NaN: there was none */
} replay_score;

/** Pretrain on the first part and replay the rest into scores [log->n_periods]: 0, or 1 with a message. */
int replay_run(replay_score *scores, const replay_log *log, const replay_options *options);

/** The sum of all periods. */
replay_score replay_sum(const replay_score *scores, int64_t n);

/** Show: 0, or 1 with a message. */
int replay_print(const replay_score *scores, const replay_log *log, const replay_options *options);
int replay_print_json(const replay_score *scores, const replay_log *log, const replay_options *options);
int replay_plot(const replay_score *scores, const replay_log *log, const replay_options *options);

#endif
