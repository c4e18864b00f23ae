/* SPDX-License-Identifier: Apache-2.0
 * What a history says of its own items where a target event is to be predicted: what was looked at often and of late is bought.
 *
 *     again_i = weight(K) chance_i t_i q_i^more(K) / (1 + k)^newer(K)       k: how many items have a newer event
 *     chance_i = (T_ii + x sum T / sum p) / (p_i + x),  x = prior(K) mean(p)
 *
 * with strength q and target t of evidence.h. chance_i is the part of those who met i and wished for it later on, pulled to what it
 * is over all items. Nothing comes again where only new items are predicted.
 */
#ifndef THAW_AGAIN_H
#define THAW_AGAIN_H

#include "additions.h"
#include "evidence.h"

/** How many items of S come again, e->n or 0, and the addition to the score of each [e->n]. */
int32_t thaw__again_of(float *value, const thaw__ranking *r, const thaw__evidence *e);

/** What a derivative of a loss by the additions is by the rules at K. */
typedef struct thaw__again_slope {
    float weight, more, newer;
    float prior; /* by the logarithm */
} thaw__again_slope;

/** by_value [THAW__ADDITIONS] beside the table's; strength and target slopes [e->n] are added to. */
thaw__again_slope thaw__again_slope_of(const thaw__ranking *r, const thaw__evidence *e, const thaw__additions *table,
                                       const float *by_value, float *by_strength, float *by_target);

#endif
