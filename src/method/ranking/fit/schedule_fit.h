/* SPDX-License-Identifier: Apache-2.0
 * Training of the schedules and event weightings: Adam (Kingma, Ba 2015) on episodes of users who are not in the
 * statistics (docs/ranking-training.md, equation 6). The co-occurrences of a user in the statistics are part of the
 * item graph, so schedules trained on such users would trust the graph too much.
 */
#ifndef THAW_SCHEDULE_FIT_H
#define THAW_SCHEDULE_FIT_H

#include "episode.h"
#include "optimiser.h"

typedef struct thaw__schedule_fit {
    thaw_model *m;
    const thaw__histories *histories;
    const int64_t *users; /* [n] indices into the histories, of users with two items or more */
    int64_t n;
    thaw__episode **episodes; /* [workers] */
    int32_t workers, n_slopes;
    float *slopes;    /* [batch, n_slopes] derivatives of each episode */
    double *losses;   /* [batch] */
    double *gradient; /* [n_slopes] mean over the batch, then the step of Adam */
    int64_t first;    /* of the episodes being added */
    thaw__adam adam;
    float floor; /* f of the loss, in units of mean_popularity */
} thaw__schedule_fit;

thaw_status thaw__schedule_fit_create(thaw__schedule_fit *out, thaw_model *m, const thaw__basis *basis,
                                      const thaw__histories *h, const int64_t *users, int64_t n, float floor);
void thaw__schedule_fit_free(thaw__schedule_fit *r);

/** Episodes of a step. */
enum { THAW__SCHEDULE_BATCH = 64 };

/** Run the episodes first … first + n - 1 of the next batch. */
thaw_status thaw__schedule_fit_add(thaw__schedule_fit *r, int64_t first, int64_t n);

/** One step of Adam by the mean gradient of the batch; *loss: the mean loss. */
void thaw__schedule_fit_step(thaw__schedule_fit *r, double *loss);

#endif
