/* SPDX-License-Identifier: Apache-2.0
 * What the parts of pretraining for ranking share (rank_train.c): the users, the judges, and what is told. */
#ifndef THAW_TRAINING_H
#define THAW_TRAINING_H

#include "episode.h"

typedef struct thaw__training {
    thaw_model *m;
    thaw__journeys j;
    thaw__basis basis;
    int64_t *users;      /* [n] journeys: those of the moments, those that teach the rules, the judges */
    int64_t n, n_moments, n_rules, n_judges;
    double best;         /* recall + NDCG of the judges under what is kept */
    thaw_report *report;
    thaw_progress progress;
    void *ctx;
    double begin;
} thaw__training;

/** Report, with a mean loss; THAW_E_CANCELLED if progress asks for it. */
thaw_status thaw__training_tell(const thaw__training *t, int32_t pass, double loss);

/** Ask the judges; 1 at *better, with the report told, if they like what stands better than all before. */
thaw_status thaw__training_consider(thaw__training *t, int *better);

#endif
