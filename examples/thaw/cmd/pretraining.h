/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_PRETRAINING_H
#define THAW_CLI_PRETRAINING_H

/* Pretraining as `thaw pretrain`, `evaluate` and `replay` share it: --set, --threads and --positive-min, a progress
 * bar, and the end of the training where interrupt_ask() was called before. */

#include "thaw/thaw.h"

/* The settings of --set: key, default, range or choices, effect. docs/settings.md has the same tables; docs/check.sh
 * compares both with src/api/api_config.c. */
/* clang-format off */
#define PRETRAINING_COMMON_HELP \
    "      rank           0      0 … 256       dimension of the latent space; 0: 16 for ratings, 64 for rankings\n" \
    "      seed           1      0 … 2^53      seeds everything random\n" \
    "      passes         15     1 … 10000     passes of training, at most\n" \
    "      valid_users    0      0 … 0.5       part of the users held out for validation; rankings: 0 means 0.2\n" \
    "      half_life      0      0 … 1e30      age at which an event counts half. Rating: 0: never\n" \
    "                                          Rankings: where the learning of it starts; 0: from the data\n" \
    "      min_feature    2      1 … 2^31 - 1  feature values that fewer items or users have are ignored\n"

#define PRETRAINING_RATING_HELP \
    "      patience       3      0 … 10000     passes without a better validation error before the end; 0: no limit\n" \
    "      rating_min     0      -1e6 … 1e6    smallest rating; equal to rating_max: both from the data\n" \
    "      rating_max     0      -1e6 … 1e6    largest rating\n" \
    "      batch_users    0      0 … 2^31 - 1  users per step; 0: all\n"

#define PRETRAINING_RANKING_HELP \
    "      target         empty  event name    the event to predict; empty: any positive event, on new items\n" \
    "      loss           share  share, softmax, pairwise, squared, logistic: loss that fine-tunes embeddings\n"

#define PRETRAINING_SET_HELP \
    "  --set KEY=VALUE    a setting of the model; may be repeated. KEY, default, range, effect:\n" \
    "    both objectives\n" \
    "      objective      auto   auto, rating, ranking; auto: rating if any event carries a value, else ranking\n" \
    PRETRAINING_COMMON_HELP \
    "    rating only; refused for a ranking\n" \
    PRETRAINING_RATING_HELP \
    "    ranking only; refused for ratings\n" \
    PRETRAINING_RANKING_HELP

#define PRETRAINING_SET_RANKING_HELP \
    "  --set KEY=VALUE    a setting of the model, a ranking; may be repeated. KEY, default, range, effect:\n" \
    PRETRAINING_COMMON_HELP PRETRAINING_RANKING_HELP

#define PRETRAINING_EVENT_HELP \
    "  --event-weight NAME=W[,TARGET[,EXPONENT]]   ranking only: set the weighting of an event name, else learned:\n" \
    "                     W 1e-6 … 1e6, how much one event counts; TARGET -8 … 8, 1 for positive, 0 or less for\n" \
    "                     negative; EXPONENT -8 … 8, of 1 + value in the weight\n"
/* clang-format on */

enum { MOST_WEIGHTINGS = 16 };

typedef struct pretraining {
    thaw_config config;
    const char *weighted_events[MOST_WEIGHTINGS];
    thaw_event_weighting weightings[MOST_WEIGHTINGS];
    int n_weightings;
    int32_t n_threads;
    thaw_threads *threads; /* NULL before pretraining_threads() and with one thread */
} pretraining;

/** Defaults: all cores. 0, or 1 with a message. */
int pretraining_init(pretraining *out);

/** Take the KEY=VALUE of a --set, or cli_refuse(). */
void pretraining_set(pretraining *pretraining, char *text);

/** Take the argument of an --event-weight, or cli_refuse(). */
void pretraining_weight_event(pretraining *pretraining, char *text);

/** Start the threads that the configuration then works on: 0, or 1 with a message. pretraining_end() ends them. */
int pretraining_threads(pretraining *pretraining);
void pretraining_end(pretraining *pretraining);

/** Make a model of data and train it; `title` stands before the bar: 0, or 1 with a message. Says what was learned
 *  unless quiet. cancelled, where not NULL: a signal ends the training only, and it receives 1. */
int pretraining_run(thaw_model **out, const pretraining *pretraining, const thaw_data *data, const char *title,
                    int quiet, int *cancelled);

/** Drop events with a value below least; none for NaN. Events without a value stay. 0, or 1 with a message. */
int pretraining_keep_positives(thaw_data *data, double least);

#endif
