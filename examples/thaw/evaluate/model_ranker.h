/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_MODEL_RANKER_H
#define THAW_CLI_MODEL_RANKER_H

/* A model of thaw as a ranker, by thaw_adapt() and thaw_recommend(). Item rows are those of the model. */

#include "ranker.h"
#include "user_features.h"

typedef struct model_ranker {
    const thaw_model *model;
    const thaw_data *data; /* user features */
    thaw_user *user;
    user_features features;
    int32_t n_event_names; /* of the model; events with other names are dropped */
    int needs_values;      /* 1: events without a value are dropped */
    thaw_event *events;    /* [n_events] buffer of the kept events */
    thaw_hit *hits;        /* [n_hits] */
    int64_t n_events, n_hits;
} model_ranker;

/** Borrows model and data. 0, or 1 with a message. */
int model_ranker_init(model_ranker *out, const thaw_model *model, const thaw_data *data);
void model_ranker_free(model_ranker *model);

/** The model as a ranker that borrows it. */
ranker model_ranker_as_ranker(model_ranker *model);

#endif
