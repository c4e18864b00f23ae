/* SPDX-License-Identifier: Apache-2.0
 * Neighbour term: a Gaussian process over items whose covariance is the sparse co-occurrence (docs/ranking-model.md,
 * equation 3).
 *
 *     a = (C_SS + noise D^-1)^-1 (t - p_S)      C_ij = both_ij - p_i p_j,  C_ii = p_i - p_i^2,  D = diag(s)
 *     value_j = sum_{i in S} a_i e_ij        e_ij as in ranking.h
 *     kappa = (after order + before (1 - order)) a'p_S
 *
 * S is the newest THAW__NEIGHBOUR_SUPPORT items, noise = neighbour_ridge mean_popularity. kappa times the offset is
 * what independent items would give; the score subtracts it.
 */
#ifndef THAW_NEIGHBOUR_GP_H
#define THAW_NEIGHBOUR_GP_H

#include "sparse_table.h"
#include "support_weights.h"

typedef struct thaw__neighbour_gp {
    int32_t n;         /* items of S */
    thaw__edge weight; /* the schedules after, before, similar and content at K */
    float common;      /* kappa */
    float a[THAW__NEIGHBOUR_SUPPORT];
    float factor[THAW__NEIGHBOUR_SUPPORT * THAW__NEIGHBOUR_SUPPORT]; /* lower Cholesky factor of C_SS + noise D^-1 */
} thaw__neighbour_gp;

/** Solve for a. @return 0, or 1 if the matrix is not positive definite; then n and a are 0. */
int thaw__neighbour_gp_solve(thaw__neighbour_gp *out, const thaw__ranking *r, const thaw__support_weights *support);

/** Add the term of every neighbour to the table. */
void thaw__neighbour_gp_add(thaw__sparse_table *out, const thaw__neighbour_gp *gp, const thaw__ranking *r,
                            const thaw__support_weights *support);

/** Derivatives of a loss by the schedules at K. */
typedef struct thaw__neighbour_gp_slope {
    thaw__edge weight;
    float noise; /* by the logarithm of neighbour_ridge */
} thaw__neighbour_gp_slope;

/** From derivatives by the values of the table, by_value [THAW__SPARSE_TABLE], and by kappa, by_common. Derivatives by
 *  precision and target [support->n] are added to by_precision and by_target. */
thaw__neighbour_gp_slope thaw__neighbour_gp_slope_of(const thaw__neighbour_gp *gp, const thaw__ranking *r,
                                                     const thaw__support_weights *support,
                                                     const thaw__sparse_table *table, const float *by_value,
                                                     float by_common, float *by_precision, float *by_target);

#endif
