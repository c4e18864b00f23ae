/* SPDX-License-Identifier: Apache-2.0
 * What features say of a user before the first event: the prior mean M f of w, from a ridge regression of the beliefs that whole
 * journeys give on features (prior_fit.h), coordinates scaled to variance 1. How much of it is taken is a rule of K. */
#ifndef THAW_USER_PRIOR_H
#define THAW_USER_PRIOR_H

#include "histories.h"
#include "prior_fit.h"

/** The regression while users are added to it. */
typedef struct thaw__user_prior_fit {
    thaw_model *m;
    const thaw__histories *j;
    const int64_t *users; /* [n] numbers of journeys */
    int64_t n, first;     /* users in all; the first of those being added */
    float *w;             /* [n, stride] posterior means, scaled in the end */
    float *factor;        /* [workers, rank, stride] */
    thaw__prior_fit fit;
} thaw__user_prior_fit;

/** Of a model with user features and at least one user. Close it also on error. */
thaw_status thaw__user_prior_begin(thaw__user_prior_fit *out, thaw_model *m, const thaw__histories *j, const int64_t *users,
                                   int64_t n);
thaw_status thaw__user_prior_add(thaw__user_prior_fit *fit, int64_t first, int64_t n);
void thaw__user_prior_end(thaw__user_prior_fit *fit);
void thaw__user_prior_close(thaw__user_prior_fit *fit);

/** All of it over users who are here.
 *  Learn M from the journeys of these users under the model's rules; nothing to do without features. */
thaw_status thaw__user_prior_learn(thaw_model *m, const thaw__histories *j, const int64_t *users, int64_t n);

/** M f of the user of a journey, into mean [stride]; 0 without features. */
void thaw__user_prior_mean(const thaw_model *m, float *mean, const thaw__histories *j, int64_t user);

#endif
