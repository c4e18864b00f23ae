/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_SPLIT_H
#define THAW_CLI_RANKING_SPLIT_H

/* What the ranking protocol learns from and whom it asks: a model, the events that baselines are fitted on, the events of the
 * users who are asked, all in rows of one catalogue. */

#include "evaluate.h"
#include "ranking_protocol.h"

typedef struct ranking_part {
    thaw_data *train, *test; /* train is NULL where nothing is fitted */
    thaw_data *lesson;       /* of train what the model is taught where that is less, else NULL */
    thaw_data *whole;        /* lent instead of test where everybody is asked */
    thaw_model *model;       /* NULL: only baselines */
    catalogue catalogue;
    histories known, asked;
    user_list known_users;   /* all of known */
} ranking_part;

/** Read a table of events and drop what --positive-min drops: 0, or 1 with a message. */
int ranking_part_read(thaw_data **out, const tables *source, const evaluate_options *options);

/** The part of a model that was trained before; items that it has not seen are added and ranked by their features. Free the
 *  part also after a failure. */
int ranking_part_load(ranking_part *out, const evaluate_options *options);

/** Hold out users of `whole`, which is lent, and pretrain a model on the others. */
int ranking_part_make(ranking_part *out, thaw_data *whole, evaluate_options *options, int64_t seed);

void ranking_part_free(ranking_part *part);

/** The events of those who are asked. */
const thaw_data *ranking_part_test(const ranking_part *part);

#endif
