/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_PRETRAINING_H
#define THAW_CLI_PRETRAINING_H

/* Pretraining as `thaw pretrain` and `thaw evaluate` share it: --set, --threads and --positive-min, a bar with the time
 * left, and Ctrl-C that ends the training and keeps the model. */

#include "thaw/thaw.h"

#define PRETRAINING_SET_HELP \
    "  --set KEY=VALUE    a field of thaw_config: objective (rating or ranking; by the events), target, rank (16;\n" \
    "                     ranking 64), passes (15), patience, seed, batch_users, half_life, rating_min,\n" \
    "                     rating_max, min_feature, loss (of rankings: share, softmax, pairwise, squared, logistic)\n"

#define PRETRAINING_EVENT_HELP \
    "  --event-weight NAME=W[,TARGET[,EXPONENT]]   how a ranking reads events of a name, instead of learning it: what\n" \
    "                     one counts; 1 wanted or 0 not; the exponent of 1 + value in the weight\n"

enum { MOST_READINGS = 16 };

typedef struct pretraining {
    thaw_config config;
    const char *read_names[MOST_READINGS];
    thaw_event_weighting readings[MOST_READINGS];
    int n_readings;
    int32_t n_threads;
    thaw_threads *threads; /* NULL before pretraining_threads() and with one thread */
} pretraining;

/** Defaults: all cores. 0, or 1 with a message. */
int pretraining_init(pretraining *out);

/** Take the KEY=VALUE of a --set, or cli_refuse(). */
void pretraining_set(pretraining *pretraining, char *text);

/** Take the argument of an --event-weight, or cli_refuse(). */
void pretraining_read_event(pretraining *pretraining, char *text);

/** Start the threads that the configuration then works on: 0, or 1 with a message. pretraining_end() ends them. */
int pretraining_threads(pretraining *pretraining);
void pretraining_end(pretraining *pretraining);

/** Make a model of data and train it; `title` stands before the bar: 0, or 1 with a message. Says what was learned
 *  unless quiet. interrupted, where not NULL, receives 1 if Ctrl-C ended it. */
int pretraining_run(thaw_model **out, const pretraining *pretraining, const thaw_data *data, const char *title,
                    int quiet, int *interrupted);

/** Drop events with a value below least; none for NaN. Events without a value stay. 0, or 1 with a message. */
int pretraining_keep_positives(thaw_data *data, double least);

#endif
