/* SPDX-License-Identifier: Apache-2.0
 * User prior: the prior mean M f of w from the user's features f (docs/ranking-training.md, equation 4). M is a ridge
 * regression (prior_fit.h) of w, as solved from whole histories without a prior mean, on user features; coordinates are
 * scaled to variance 1. The schedule prior_share weights it. */
#ifndef THAW_USER_PRIOR_H
#define THAW_USER_PRIOR_H

#include "histories.h"
#include "prior_fit.h"

/** The regression while users are added. */
typedef struct thaw__user_prior_fit {
    thaw_model *m;
    const thaw__histories *histories;
    const int64_t *users; /* [n] indices into the histories */
    int64_t n, first;     /* users; the first of those being added */
    float *w;             /* [n, stride] posterior means; scaled at the end */
    float *factor;        /* [workers, rank, stride] scratch */
    thaw__prior_fit fit;
} thaw__user_prior_fit;

/** Begin for a model with user features and n >= 1 users. Close it also on error. */
thaw_status thaw__user_prior_begin(thaw__user_prior_fit *out, thaw_model *m, const thaw__histories *h,
                                   const int64_t *users, int64_t n);

/** Compute w of the users first … first + n - 1. */
thaw_status thaw__user_prior_add(thaw__user_prior_fit *fit, int64_t first, int64_t n);

/** Compute M from all of them. */
void thaw__user_prior_end(thaw__user_prior_fit *fit);
void thaw__user_prior_close(thaw__user_prior_fit *fit);

/** M f of one user of the histories into mean [stride]; 0 without features. */
void thaw__user_prior_mean(const thaw_model *m, float *mean, const thaw__histories *h, int64_t user);

#endif
