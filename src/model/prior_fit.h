/* SPDX-License-Identifier: Apache-2.0
 * Learning the weights of a prior: ridge regression of posterior means on features by sums that add up over rows, threads and
 * machines, so no row need be seen twice and no width x width matrix exists.
 *
 * One update is a minorise-maximise step (Lange, Hunter, Yang 2000): for rows f >= 0, F'F <= diag(F' F 1), so
 *     W_g += (sum_r f_rg e_r - lambda_c W_g) / (sum_r f_rg |f_r|_1 + lambda_c)
 * never overshoots. lambda_c, one per column, is the empirical Bayes estimate (MacKay 1992; docs/rating-model.md, eq. 11).
 */
#ifndef THAW_PRIOR_FIT_H
#define THAW_PRIOR_FIT_H

#include "prior.h"

typedef struct thaw__prior_fit {
    double rows;      /* total weight of rows */
    double *residual; /* [dim]        sum of e */
    double *gradient; /* [width, dim] sum of f_g e */
    double *mass;     /* [width]      sum of f_g */
    double *bound;    /* [width]      sum of f_g |f|_1 */
    double *present;  /* [columns]    rows that have the column */
    double *missed;   /* [columns, dim] sum of e over those rows */
} thaw__prior_fit;

thaw_status thaw__prior_fit_init(thaw__prior_fit *out, const thaw__prior *p, const thaw_allocator *a);
void thaw__prior_fit_free(thaw__prior_fit *fit, const thaw_allocator *a);
void thaw__prior_fit_clear(thaw__prior_fit *fit, const thaw__prior *p);

/** Add row r of the features, whose target misses the prior mean by residual [dim]. */
void thaw__prior_fit_add(thaw__prior_fit *fit, const thaw__prior *p, const thaw__sparse *rows, int64_t r,
                         const float *residual, double weight);

/** Take one step: weights, their mass and the column means. The sums stand for `scale` times as many rows; rho < 1 goes
 *  only that part of the way. The centre is left to the caller: what is left over on average is residual / rows. */
void thaw__prior_fit_apply(const thaw__prior_fit *fit, thaw__prior *p, double scale, double rho);

/** Re-estimate the ridge of every column; precision [dim, dim] is that of rows about their prior, NULL: the identity. */
void thaw__prior_fit_ridge(thaw__prior *p, const double *precision);

#endif
