/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_SPLIT_H
#define THAW_CLI_RANKING_SPLIT_H

/* The data of one run of the ranking protocol: a model, training events for baselines, and test users; all with the
 * rows of one catalogue. */

#include "evaluate.h"
#include "ranking_protocol.h"

typedef struct ranking_split {
    thaw_data *train, *test; /* train is NULL if no baseline is fitted */
    thaw_data *model_train;  /* events of --known-event in train; NULL: the model is trained on train */
    thaw_data *all;          /* borrowed, replaces test if all users are test users */
    thaw_model *model;       /* NULL: baselines only */
    catalogue catalogue;
    histories train_histories, test_histories;
    user_list train_users; /* all users of train_histories */
} ranking_split;

/** Read a table of events and apply --positive-min: 0, or 1 with a message. */
int ranking_split_read(thaw_data **out, const tables *source, const evaluate_options *options);

/** The split for --model or --no-model: test users from --inter, training events from --train. Items that are not in
 *  the model are added to it and ranked by their features. Free the split also after a failure. */
int ranking_split_load(ranking_split *out, const evaluate_options *options);

/** The split for --holdout-users: hold out users of `all`, which is borrowed, and pretrain a model on the others. Free
 *  the split also after a failure. */
int ranking_split_holdout(ranking_split *out, thaw_data *all, evaluate_options *options, int64_t seed);

void ranking_split_free(ranking_split *split);

/** The events of the test users. */
const thaw_data *ranking_split_test_data(const ranking_split *split);

#endif
