/* SPDX-License-Identifier: Apache-2.0
 * Learning the rules: Adam (Kingma, Ba 2015) on episodes of users whom the moments have not seen, so that a rule cannot lean on
 * a user's own co-occurrences. */
#ifndef THAW_SCHEDULE_FIT_H
#define THAW_SCHEDULE_FIT_H

#include "episode.h"
#include "optimiser.h"

typedef struct thaw__schedule_fit {
    thaw_model *m;
    const thaw__histories *j;
    const int64_t *users;      /* [n] numbers of journeys with at least two items */
    int64_t n;
    thaw__episode **episodes;  /* [workers] */
    int32_t workers, n_slopes;
    float *slopes;             /* [batch, n_slopes] */
    double *losses;            /* [batch] */
    double *gradient;          /* [n_slopes] */
    int64_t first;             /* of the episodes being added */
    thaw__adam adam;           /* of the n_slopes numbers */
    float floor;               /* of the loss */
} thaw__schedule_fit;

thaw_status thaw__schedule_fit_create(thaw__schedule_fit *out, thaw_model *m, const thaw__basis *basis, const thaw__histories *j,
                               const int64_t *users, int64_t n, float floor);
void thaw__schedule_fit_free(thaw__schedule_fit *r);

/** Episodes of a step. */
enum { THAW__SCHEDULE_BATCH = 64 };

/** A step: all episodes of the batch, then Adam by the mean of their slopes; loss: the mean of theirs. */
thaw_status thaw__schedule_fit_add(thaw__schedule_fit *r, int64_t first, int64_t n);
void thaw__schedule_fit_step(thaw__schedule_fit *r, double *loss);

#endif
