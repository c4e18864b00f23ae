/* SPDX-License-Identifier: Apache-2.0
 * What a history says of the items in it:
 *
 *     strength  q_i = sum over its events of  weight_e (1 + value)^exponent_e 2^(-age / half_life)
 *     precision s_i = log2(1 + q_i) / (1 + recency(K) k)      k: how many items have a newer event
 *     target    t_i = mean of the events' targets, by strength
 *
 * An event without a value counts as one of value 0. Values below 0 count as 0.
 */
#ifndef THAW_SUPPORT_WEIGHTS_H
#define THAW_SUPPORT_WEIGHTS_H

#include "ranking.h"

typedef struct thaw__support_weights {
    int32_t n;                       /* items, the one with the newest event first */
    thaw__interpolation interpolation;               /* of n among the knots */
    int32_t item[THAW__HISTORY];
    float strength[THAW__HISTORY];
    float precision[THAW__HISTORY];
    float target[THAW__HISTORY];
    int32_t slot[THAW__HISTORY];     /* which of these items each event is of */
} thaw__support_weights;

/** Read the events [n <= THAW__HISTORY], in time order. */
void thaw__support_weights_read(thaw__support_weights *out, const thaw__ranking *r, const thaw_event *events, int64_t n);

/** Derivatives with respect to what is learned of events, added up. */
typedef struct thaw__support_weights_slope {
    float *weight, *target, *exponent; /* [kinds] */
    float recency[2];                  /* of the logarithms at place.knot and the next */
    float half_life;                   /* of its logarithm */
} thaw__support_weights_slope;

/** Derivatives of a loss by what is read of the items. */
typedef struct thaw__support_weights_by {
    float strength[THAW__HISTORY], precision[THAW__HISTORY], target[THAW__HISTORY];
} thaw__support_weights_by;

/** From those to derivatives by what they are made of. */
void thaw__support_weights_slope_add(thaw__support_weights_slope *out, const thaw__support_weights *e, const thaw__ranking *r,
                              const thaw_event *events, int64_t n, const thaw__support_weights_by *by);

#endif
