/* SPDX-License-Identifier: Apache-2.0
 * The state of one pretraining run of a ranking between rounds, and its phases (docs/ranking-training.md): statistics
 * of the statistics users, schedules from episodes of other users, output regression, fine-tuning; then the statistics
 * and the embeddings again from all users, under the settings that the validation users chose.
 */
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
    thaw__histories histories;
    thaw__histories before; /* online: the same users as the model last saw them, to be subtracted */
    int64_t *users;         /* [n] indices into the histories: statistics users, schedule users, validation users */
    int64_t n_before;       /* users that are subtracted */
    int64_t n, n_statistics_users, n_schedule_users, n_validation_users;
    int64_t n_now;              /* the first n_now users take part in the present phase */
    const struct planned *plan; /* the present phase, and those after it */
    int begun;                  /* the phase has had a round */
    int32_t pass;               /* the pass that ends with this round; 0: none */
    double done, share;         /* the part of the phase before this round, and that of this round */
    int64_t steps_before;       /* of the model when the run began */
    double best;                /* recall + NDCG of the validation users for the best candidate so far */

    thaw__statistics statistics;
    float kept; /* part of the model's statistics that stays; 0: pretraining */
    thaw__basis basis;
    thaw__user_prior_fit user_prior;

    thaw__schedule_fit schedules;
    thaw__snapshot start_schedules, best_schedules;
    int floor;        /* index of the floor of the loss that is tried */
    int64_t step;     /* of those that this floor has */
    double pass_loss; /* sum over the steps of a pass */

    thaw__output_regression regression;
    float ridge; /* of the output regression; 0: none */

    thaw__fine_tuning fine_tuning;
    float *saved_rows; /* copy of what fine-tuning changes, in the best state so far */
    int32_t epochs;    /* of fine-tuning that are kept */
    double required;   /* what `best` must reach after the first evaluation of fine-tuning */

    struct {                /* the result without fine-tuning */
        double start, best; /* recall + NDCG with the schedules alone; with the output regression */
        float ridge;
        double recall, ndcg;
    } regression_only;
} thaw__ranking_fit;

/** One phase of the plan, in rounds. */
typedef struct thaw__phase {
    const char *name; /* for progress */
    /** Begin the next round; *n: its number of contributors, 0: the phase is over or skipped. Sets `done` and `share`
     *  if the phase has more than one round. */
    thaw_status (*begin)(thaw__ranking_fit *t, int64_t *n);
    thaw_status (*contribute)(thaw__ranking_fit *t, int64_t first, int64_t n);
    /** Update the model; *again: 1 if this phase has one more round. */
    thaw_status (*end)(thaw__ranking_fit *t, int *again);
    int whole; /* contributors come all at once; else in calls of any size */
} thaw__phase;

extern const thaw__phase thaw__phase_popularity, thaw__phase_space, thaw__phase_order, thaw__phase_neighbours,
    thaw__phase_user_prior, thaw__phase_schedules, thaw__phase_regression, thaw__phase_choose_epochs,
    thaw__phase_fine_tuned_prior, thaw__phase_fine_tuned_regression, thaw__phase_fine_tuning,
    thaw__phase_last_regression;

/** Evaluate the model on the validation users. *better: 1 if recall + NDCG is the best so far; then the report is
 *  updated. */
thaw_status thaw__ranking_evaluate_candidate(thaw__ranking_fit *t, int *better);

#endif
