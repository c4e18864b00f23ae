/* SPDX-License-Identifier: Apache-2.0
 * The neighbours' part of a score: a Gaussian process over items whose covariance is the sparse co-occurrence itself.
 *
 *     a = (C_SS + noise mean(p) D^-1)^-1 (t - p_S)        C_ij = both_ij - p_i p_j,  S the newest THAW__NEIGHBOUR_SUPPORT items
 *     addition_j = sum_{i in S} a_i (after after_ij + before before_ij + kin kin_ij + like like_ij)
 *
 * What independence would give is taken off through the popularity: it is (after order + before (1 - order)) a'p_S o_j.
 */
#ifndef THAW_NEIGHBOUR_GP_H
#define THAW_NEIGHBOUR_GP_H

#include "sparse_table.h"
#include "support_weights.h"

typedef struct thaw__neighbour_gp {
    int32_t n;                       /* items of S */
    thaw__edge weight;                /* the rules at K */
    float common;                    /* how much less popularity says */
    float a[THAW__NEIGHBOUR_SUPPORT];
    float factor[THAW__NEIGHBOUR_SUPPORT * THAW__NEIGHBOUR_SUPPORT]; /* Cholesky factor, lower */
} thaw__neighbour_gp;

/** Solve for a. @return 0, or 1 if the system is not positive definite; a is then 0. */
int thaw__neighbour_gp_solve(thaw__neighbour_gp *out, const thaw__ranking *r, const thaw__support_weights *e);

/** Put the additions into the table. */
void thaw__neighbour_gp_add(thaw__sparse_table *out, const thaw__neighbour_gp *near, const thaw__ranking *r, const thaw__support_weights *e);

/** What a derivative of a loss by additions and by `common` is by what they are made of. */
typedef struct thaw__neighbour_gp_slope {
    thaw__edge weight; /* by the rules at K */
    float noise;      /* by the logarithm of THAW__NEIGHBOUR_RIDGE at K */
} thaw__neighbour_gp_slope;

/** by_value [THAW__SPARSE_TABLE] beside the table's; precision and target slopes [e->n] are added to. */
thaw__neighbour_gp_slope thaw__neighbour_gp_slope_of(const thaw__neighbour_gp *near, const thaw__ranking *r, const thaw__support_weights *e,
                                     const thaw__sparse_table *table, const float *by_value, float by_common,
                                     float *by_precision, float *by_target);

#endif
