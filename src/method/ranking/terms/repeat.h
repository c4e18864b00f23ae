/* SPDX-License-Identifier: Apache-2.0
 * What a history says of its own items where a target event is to be predicted: what was looked at often and of late is bought.
 *
 *     again_i = weight(K) chance_i t_i q_i^more(K) / (1 + k)^newer(K)       k: how many items have a newer event
 *     chance_i = (T_ii + x sum T / sum p) / (p_i + x),  x = prior(K) mean(p)
 *
 * with strength q and target t of support_weights.h. chance_i is the part of those who met i and wished for it later on, pulled to what it
 * is over all items. Nothing comes again where only new items are predicted.
 */
#ifndef THAW_REPEAT_H
#define THAW_REPEAT_H

#include "sparse_table.h"
#include "support_weights.h"

/** How many items of S come again, e->n or 0, and the addition to the score of each [e->n]. */
int32_t thaw__repeat_of(float *value, const thaw__ranking *r, const thaw__support_weights *e);

/** What a derivative of a loss by the additions is by the rules at K. */
typedef struct thaw__repeat_slope {
    float weight, more, newer;
    float prior; /* by the logarithm */
} thaw__repeat_slope;

/** by_value [THAW__SPARSE_TABLE] beside the table's; strength and target slopes [e->n] are added to. */
thaw__repeat_slope thaw__repeat_slope_of(const thaw__ranking *r, const thaw__support_weights *e, const thaw__sparse_table *table,
                                       const float *by_value, float *by_strength, float *by_target);

#endif
