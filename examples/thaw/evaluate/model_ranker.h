/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_MODEL_RANKER_H
#define THAW_CLI_MODEL_RANKER_H

/* A model of thaw as a ranker: thaw_adapt() and thaw_recommend(). The rows are the model's own. */

#include "ranker.h"
#include "user_features.h"

typedef struct model_ranker {
    const thaw_model *model;
    const thaw_data *data; /* what is known of the users */
    thaw_user *user;
    user_features features;
    int32_t n_kinds;       /* events of the model: others of the catalogue are left out */
    int needs_values;      /* the model takes no event without a value: those are left out */
    thaw_event *events;    /* [n_events] room for those that are not */
    thaw_hit *hits;        /* [n_hits] */
    int64_t n_events, n_hits;
} model_ranker;

/** Lends model and data; user_table may be NULL. 0, or 1 with a message. */
int model_ranker_init(model_ranker *out, const thaw_model *model, const thaw_data *data, const char *user_table);
void model_ranker_free(model_ranker *model);

/** As a ranker, which lends it. */
ranker model_ranker_of(model_ranker *model);

#endif
