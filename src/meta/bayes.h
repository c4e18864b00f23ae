/* SPDX-License-Identifier: Apache-2.0
 * The method "bayes": variational EM for the hierarchical Gaussian model of model.h (docs/model.md). */
#ifndef THAW_BAYES_H
#define THAW_BAYES_H

#include "contribution.h"
#include "method.h"
#include "tasks.h"

/** Degrees of freedom of the noise in training: a rating far off its prediction says less. Adapting is Gaussian. */
#define THAW__FREEDOM 6.0f

/** The first steps are Gaussian and keep their ridges: residuals mean little before the space has formed. */
enum { THAW__ROBUST_FROM = 2, THAW__RIDGE_FROM = 3 };

thaw_status thaw__bayes_contribute(const thaw_model *m, thaw__contribution *sum, const thaw__tasks *tasks);
thaw_status thaw__bayes_apply(thaw_model *m, const thaw__contribution *sum, double scale, double rho);
thaw_status thaw__bayes_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);
thaw_status thaw__bayes_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                   const int64_t *offsets, int64_t n_users);
thaw_status thaw__bayes_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);

#endif
