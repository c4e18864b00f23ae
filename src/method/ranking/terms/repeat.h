/* SPDX-License-Identifier: Apache-2.0
 * Repeat-consumption term: scores items that are already in the history (docs/ranking-model.md, equation 4). It is used
 * only where a target event is predicted, such as a purchase after views; without a target only new items are
 * predicted.
 *
 *     repeat_i = weight rate_i t_i q_i^more / (1 + k)^newer         k: number of items with a newer event
 *     rate_i = (T_ii + x sum T / sum p) / (p_i + x),   x = prior mean_popularity
 *
 * q and t are strength and target of support_weights.h. rate_i is the part of the users of item i who had a target
 * event of it later on, shrunk to the mean over items.
 */
#ifndef THAW_REPEAT_H
#define THAW_REPEAT_H

#include "sparse_table.h"
#include "support_weights.h"

/** Compute the term of each item of the support, value [support->n]. @return support->n, or 0 without a target. */
int32_t thaw__repeat_of(float *value, const thaw__ranking *r, const thaw__support_weights *support);

/** Derivatives of a loss by the schedules at K. */
typedef struct thaw__repeat_slope {
    float weight, more, newer;
    float prior; /* by the logarithm */
} thaw__repeat_slope;

/** From derivatives by the values of the table, by_value [THAW__SPARSE_TABLE]. Derivatives by strength and target
 *  [support->n] are added to by_strength and by_target. */
thaw__repeat_slope thaw__repeat_slope_of(const thaw__ranking *r, const thaw__support_weights *support,
                                         const thaw__sparse_table *table, const float *by_value, float *by_strength,
                                         float *by_target);

#endif
