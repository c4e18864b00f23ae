/* SPDX-License-Identifier: Apache-2.0
 * The method "bayes": variational EM for the hierarchical Gaussian model of model.h (docs/rating-model.md). */
#ifndef THAW_VARIATIONAL_EM_H
#define THAW_VARIATIONAL_EM_H

#include "rating_sums.h"
#include "method.h"
#include "rating_tasks.h"

/** Degrees of freedom of the noise in training: a rating far off its prediction says less. Adapting is Gaussian. */
#define THAW__FREEDOM 6.0f

/** The first steps are Gaussian and keep their ridges: residuals mean little before the space has formed. */
enum { THAW__ROBUST_FROM = 2, THAW__RIDGE_FROM = 3 };

thaw_status thaw__rating_e_step(const thaw_model *m, thaw__rating_sums *sum, const thaw__rating_tasks *tasks);
thaw_status thaw__rating_m_step(thaw_model *m, const thaw__rating_sums *sum, double scale, double rho);
thaw_status thaw__rating_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);
thaw_status thaw__rating_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                   const int64_t *offsets, int64_t n_users);
thaw_status thaw__rating_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);

#endif
