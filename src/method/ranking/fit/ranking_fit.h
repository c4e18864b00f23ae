/* SPDX-License-Identifier: Apache-2.0
 * What a run of pretraining for ranking keeps between rounds, and its phases: popularity, space, order and neighbours of most users,
 * rules by episodes of others, output rows by regression, rows tuned; then the same of everybody under what was chosen. */
#ifndef THAW_RANKING_FIT_H
#define THAW_RANKING_FIT_H

#include "method.h"
#include "user_prior.h"
#include "output_regression.h"
#include "schedule_fit.h"
#include "snapshot.h"
#include "fine_tuning.h"

typedef struct thaw__ranking_fit {
    thaw__run *run;
    thaw_model *m;
    thaw__histories j;
    int64_t *users;      /* [n] journeys: those of the moments, those that teach the rules, the judges */
    int64_t n, n_moments, n_rules, n_validation;
    int64_t n_now;       /* users, the first of all, whose moments are taken now */
    int phase;           /* of the plan */
    int begun;           /* the phase has had a round */
    int32_t pass;        /* that ends with the round; 0: none */
    double best;         /* recall + NDCG of the judges under what is kept */

    thaw__statistics moments;
    thaw__basis basis;
    thaw__user_prior_fit user_prior;

    thaw__schedule_fit rules;
    thaw__snapshot rules_at_first, best_rules;
    int floor;           /* which floor of the loss is tried */
    int64_t step;        /* of the floor's share of the passes */
    double pass_loss;    /* sum over the steps of a pass */

    thaw__output_regression readout;
    float ridge;         /* of the regression; 0: none */

    thaw__fine_tuning tune;
    float *rows;         /* what the tuning would go back to */
    int32_t epochs;      /* of tuning that are kept */
    double worth;        /* what the judges must say after the first epochs */

    struct {             /* what the regression alone comes to */
        double rules, best; /* of the judges: the rules alone, the regression with them */
        float ridge;
        double recall, ndcg;
    } plain;
} thaw__ranking_fit;

/** One phase of the plan, in rounds. */
typedef struct thaw__phase {
    /** The next round: how many contributors it has; 0 passes the phase over. */
    thaw_status (*begin)(thaw__ranking_fit *t, int64_t *n);
    thaw_status (*contribute)(thaw__ranking_fit *t, int64_t first, int64_t n);
    /** The model moves; *again: one more round of this phase. */
    thaw_status (*end)(thaw__ranking_fit *t, int *again);
    int whole; /* contributors come all at once; else in calls of any size */
} thaw__phase;

extern const thaw__phase thaw__phase_popularity, thaw__phase_space, thaw__phase_order, thaw__phase_neighbours,
    thaw__phase_user_prior, thaw__phase_schedules, thaw__phase_regression, thaw__phase_choose_epochs, thaw__phase_tuned_prior,
    thaw__phase_tuned_regression, thaw__phase_tune, thaw__phase_last_regression;

/** Evaluate on the judges; 1 at *better, with the report told, if what stands is the best so far. */
thaw_status thaw__ranking_evaluate_candidate(thaw__ranking_fit *t, int *better);

#endif
