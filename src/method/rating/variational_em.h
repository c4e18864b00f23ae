/* SPDX-License-Identifier: Apache-2.0
 * Variational EM for the rating model, and the posterior of one user (docs/rating-model.md). */
#ifndef THAW_VARIATIONAL_EM_H
#define THAW_VARIATIONAL_EM_H

#include "method.h"
#include "rating_sums.h"
#include "rating_tasks.h"

/** Degrees of freedom of the Student-t noise in training (eq. 6). Adapting uses Gaussian noise. */
#define THAW__NU 6.0f

/** The first step with Student-t weights, and the first that updates the ridges (eq. 11), counted from 0: residuals
 *  mean little before the embeddings have formed. */
enum { THAW__ROBUST_FROM = 2, THAW__RIDGE_FROM = 3 };

/** Add the contributions of the users of tasks to sum; the model does not change. THAW_E_NUMERIC if the posterior of a
 *  user is not positive definite. */
thaw_status thaw__rating_e_step(const thaw_model *m, thaw__rating_sums *sum, const thaw__rating_tasks *tasks);

/** Update the model from sums, which are multiplied by scale (N / n), with step size rho. The model is invalid on
 *  error. */
thaw_status thaw__rating_m_step(thaw_model *m, const thaw__rating_sums *sum, double scale, double rho);

/** adapt, adapt_many, observe and explain of method.h. */
thaw_status thaw__rating_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);
thaw_status thaw__rating_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                    const int64_t *offsets, int64_t n_users);
thaw_status thaw__rating_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);
thaw_status thaw__rating_explain(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                                 const thaw_event *events, int64_t n, int64_t item);

#endif
