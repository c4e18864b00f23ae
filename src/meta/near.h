/* SPDX-License-Identifier: Apache-2.0
 * The neighbours' part of a score: a Gaussian process over items whose covariance is the sparse co-occurrence itself.
 *
 *     a = (C_SS + noise mean(p) D^-1)^-1 (t - p_S)        C_ij = both_ij - p_i p_j,  S the newest THAW__NEAR_SUPPORT items
 *     addition_j = sum_{i in S} a_i (after after_ij + before before_ij + kin kin_ij + like like_ij)
 *
 * What independence would give is taken off through the popularity: it is (after order + before (1 - order)) a'p_S o_j.
 */
#ifndef THAW_NEAR_H
#define THAW_NEAR_H

#include "additions.h"
#include "evidence.h"

typedef struct thaw__near {
    int32_t n;                       /* items of S */
    thaw__tie weight;                /* the rules at K */
    float common;                    /* how much less popularity says */
    float a[THAW__NEAR_SUPPORT];
    float factor[THAW__NEAR_SUPPORT * THAW__NEAR_SUPPORT]; /* Cholesky factor, lower */
} thaw__near;

/** Solve for a. @return 0, or 1 if the system is not positive definite; a is then 0. */
int thaw__near_solve(thaw__near *out, const thaw__ranking *r, const thaw__evidence *e);

/** Put the additions into the table. */
void thaw__near_add(thaw__additions *out, const thaw__near *near, const thaw__ranking *r, const thaw__evidence *e);

/** What a derivative of a loss by additions and by `common` is by what they are made of. */
typedef struct thaw__near_slope {
    thaw__tie weight; /* by the rules at K */
    float noise;      /* by the logarithm of THAW__NEAR_RIDGE at K */
} thaw__near_slope;

/** by_value [THAW__ADDITIONS] beside the table's; precision and target slopes [e->n] are added to. */
thaw__near_slope thaw__near_slope_of(const thaw__near *near, const thaw__ranking *r, const thaw__evidence *e,
                                     const thaw__additions *table, const float *by_value, float by_common,
                                     float *by_precision, float *by_target);

#endif
