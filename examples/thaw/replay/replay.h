/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_REPLAY_H
#define THAW_CLI_REPLAY_H

/* Prequential evaluation (Dawid 1984; Gama, Sebastião, Rodrigues 2013) of rankings on a log: predict each event, then
 * reveal it. A hit is an event whose item is among the first `top`. Three arms predict the same events:
 *
 *     frozen      the model and the user events of the first part
 *     following   the same model, adapted to all user events so far
 *     updated     as following, and the model is replaced after each period by an updated copy
 *
 * Events of one user with equal times are predicted together from the events before, because their order is unknown. */

#include "pretraining.h"
#include "replay_log.h"

enum { FROZEN, FOLLOWING, UPDATED, N_ARMS };
extern const char *const replay_arm_names[N_ARMS];

typedef struct replay_options {
    double train_part, sample; /* part of events before the first period; part of tasks used */
    int64_t updates, top;
    const char *target_event; /* NULL: predict items that are new to the user */
    int steps;                /* 0: no updated arm */
    int json;
    const char *plot; /* NULL: no plot */
    pretraining pretraining;
} replay_options;

/** The results of one period, or of all. */
typedef struct replay_score {
    int64_t tasks;            /* items to predict */
    int64_t unknown[N_ARMS];  /* tasks with an item that is not in the arm's model: no hits */
    double hits[N_ARMS];      /* tasks with the item among the first */
    double gain[N_ARMS];      /* sum of 1 / log2(1 + place) over hits */
    int64_t users, new_items; /* of the update after the period: its users, the items it added */
    double seconds;           /* time of the update; NaN: no update */
} replay_score;

/** Pretrain on the first part and replay the rest; writes scores [log->n_periods]. Returns 0, or 1 with a message. */
int replay_run(replay_score *scores, const replay_log *log, const replay_options *options);

/** The sum of all periods. */
replay_score replay_sum(const replay_score *scores, int64_t n);

/** Print or plot: 0, or 1 with a message. */
int replay_print(const replay_score *scores, const replay_log *log, const replay_options *options);
int replay_print_json(const replay_score *scores, const replay_log *log, const replay_options *options);
int replay_plot(const replay_score *scores, const replay_log *log, const replay_options *options);

#endif
