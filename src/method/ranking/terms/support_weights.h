/* SPDX-License-Identifier: Apache-2.0
 * Support weights: strength, precision and target of each item of a history, computed from its events
 * (docs/ranking-model.md, equation 5).
 *
 *     strength  q_i = sum over its events of  weight_e (1 + value)^exponent_e 2^(-age / half_life)
 *     precision s_i = log2(1 + q_i) / (1 + recency k)         k: number of items with a newer event
 *     target    t_i = mean of the events' targets, weighted by strength
 *
 * An event without a value counts as one of value 0; values below 0 count as 0. Age is measured to the newest event.
 */
#ifndef THAW_SUPPORT_WEIGHTS_H
#define THAW_SUPPORT_WEIGHTS_H

#include "ranking.h"

typedef struct thaw__support_weights {
    int32_t n;                         /* K: items, the one with the newest event first */
    thaw__interpolation interpolation; /* of K */
    int32_t item[THAW__HISTORY];
    float strength[THAW__HISTORY];
    float precision[THAW__HISTORY];
    float target[THAW__HISTORY];
    int32_t slot[THAW__HISTORY]; /* of each event: the index of its item in the arrays above */
} thaw__support_weights;

/** Compute the weights from events [n <= THAW__HISTORY] in the order of time. */
void thaw__support_weights_read(thaw__support_weights *out, const thaw__ranking *r, const thaw_event *events,
                                int64_t n);

/** The part of each event in the strength of its item, into share [n]; 0 if the item has no strength. */
void thaw__support_weights_shares(float *share, const thaw__support_weights *support, const thaw__ranking *r,
                                  const thaw_event *events, int64_t n);

/** Derivatives of a loss by the learned numbers of events. */
typedef struct thaw__support_weights_slope {
    float *weight, *target, *exponent; /* [n_weightings] */
    float recency[2];                  /* by its logarithm at interpolation.knot and at the next knot */
    float half_life;                   /* by its logarithm */
} thaw__support_weights_slope;

/** Derivatives of a loss by the weights of the items. */
typedef struct thaw__support_weights_by {
    float strength[THAW__HISTORY], precision[THAW__HISTORY], target[THAW__HISTORY];
} thaw__support_weights_by;

/** From derivatives by the weights to those by the learned numbers, which are added to out. */
void thaw__support_weights_slope_add(thaw__support_weights_slope *out, const thaw__support_weights *support,
                                     const thaw__ranking *r, const thaw_event *events, int64_t n,
                                     const thaw__support_weights_by *by);

#endif
