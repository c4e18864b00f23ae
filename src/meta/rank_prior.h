/* SPDX-License-Identifier: Apache-2.0
 * What features say of a user before the first event: the prior mean M f of w, from a ridge regression of the beliefs that whole
 * journeys give on features (prior_fit.h), coordinates scaled to variance 1. How much of it is taken is a rule of K. */
#ifndef THAW_RANK_PRIOR_H
#define THAW_RANK_PRIOR_H

#include "journeys.h"

/** Learn M from the journeys of these users under the model's rules; nothing to do without features. */
thaw_status thaw__rank_prior_learn(thaw_model *m, const thaw__journeys *j, const int64_t *users, int64_t n);

/** M f of the user of a journey, into mean [stride]; 0 without features. */
void thaw__rank_prior_mean(const thaw_model *m, float *mean, const thaw__journeys *j, int64_t user);

#endif
