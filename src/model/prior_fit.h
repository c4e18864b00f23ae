/* SPDX-License-Identifier: Apache-2.0
 * Fitting the weights of a prior (docs/rating-model.md, eq. 10): ridge regression of residuals e on features f by sums,
 * which add up over rows, threads and machines. Each row is read once and no width x width matrix is formed.
 *
 * One update is a minorise-maximise step (Lange, Hunter and Yang 2000). For rows f >= 0, F'F <= diag(F' F 1), so
 *
 *     W_g += (sum_r f_rg e_r - lambda_c W_g) / (sum_r f_rg |f_r|_1 + lambda_c)
 *
 * never overshoots. lambda_c, one per column, is an empirical Bayes estimate (MacKay 1992; eq. 11).
 */
#ifndef THAW_PRIOR_FIT_H
#define THAW_PRIOR_FIT_H

#include "prior.h"

typedef struct thaw__prior_fit {
    double rows;             /* total weight of the rows */
    double *residual;        /* [dim]          sum of e */
    double *gradient;        /* [width, dim]   sum of f_g e */
    double *total_weight;    /* [width]        sum of f_g */
    double *bound;           /* [width]        sum of f_g |f|_1 */
    double *present;         /* [columns]      total weight of the rows that have the column */
    double *column_residual; /* [columns, dim] sum of e over those rows */
} thaw__prior_fit;

thaw_status thaw__prior_fit_init(thaw__prior_fit *out, const thaw__prior *p, const thaw_allocator *a);
void thaw__prior_fit_free(thaw__prior_fit *fit, const thaw_allocator *a);
void thaw__prior_fit_clear(thaw__prior_fit *fit, const thaw__prior *p);

/** Add row r of the features; residual [dim] = target minus prior mean. */
void thaw__prior_fit_add(thaw__prior_fit *fit, const thaw__prior *p, const thaw__sparse *rows, int64_t r,
                         const float *residual, double weight);

/** One update of weights, total_weight and column_mean. The sums are multiplied by `scale`; rho is the step size. The
 *  centre does not change: the caller may add residual / rows to it. */
void thaw__prior_fit_apply(const thaw__prior_fit *fit, thaw__prior *p, double scale, double rho);

/** Update the ridge of every column, eq. 11; precision [dim, dim] is Gamma^-1, NULL: the identity. */
void thaw__prior_fit_ridge(thaw__prior *p, const double *precision);

#endif
