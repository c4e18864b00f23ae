/* SPDX-License-Identifier: Apache-2.0
 * Losses of n scores s and their derivatives. Positive items have the label y = 1, the others y = 0. In a sample of a
 * catalogue the weight m_j is the number of items that item j represents. h is the sharpness, W the sum of the weights
 * of positive items.
 *
 *     softmax    log sum_j m_j exp(h s_j) - sum_j y_j m_j h s_j / W
 *     pairwise   mean over pairs (positive i, other j), weighted m_i m_j, of log(1 + exp(h (s_j - s_i)))
 *     squared    sum_j m_j (s_j - y_j)^2 / 2 W
 *     logistic   sum_j m_j (log(1 + exp(h s_j)) - y_j h s_j) / W
 *     share      - mean over positive items of log P_j, P_j = soft(s_j) / sum soft(s), soft(s) = f log(1 + exp(s / f))
 *
 * softmax is the sampled softmax, corrected for the sampling (Jean et al., ACL 2015); pairwise is BPR (Rendle et al.,
 * UAI 2009). The first four are thaw__loss_of(). The share is linear in scores above the floor f; its parts are
 * separate functions, because its sum is over a sample of the catalogue and a sparse table (episode.c).
 */
#ifndef THAW_LEARN_LOSS_H
#define THAW_LEARN_LOSS_H

#include <math.h>
#include <stdint.h>

#include "thaw/thaw.h"

/** One of the first four losses, THAW_LOSS_SOFTMAX … THAW_LOSS_LOGISTIC.
 *
 *  @param derivative [n] dL/ds_j
 *  @param score, label, weight [n]
 *  @return the loss; 0 with derivatives 0 if there is no positive item, or for pairwise no other item */
double thaw__loss_of(int32_t loss, float *derivative, const float *score, const float *label, const float *weight,
                     int64_t n, float sharpness);

/** log(1 + exp(x)) and its derivative. */
static inline float thaw__softplus(float x, float *derivative)
{
    const float e = expf(-fabsf(x)), up = 1 / (1 + e);
    *derivative = x > 0 ? up : 1 - up;
    return (x > 0 ? x : 0) + log1pf(e);
}

/** soft(s) and its derivative; floor: f > 0. */
static inline float thaw__soft(float score, float floor, float *derivative)
{
    return floor * thaw__softplus(score / floor, derivative);
}

/** score [n] <- soft(score), derivative [n] that of soft. @return sum_j weight soft(s_j) */
double thaw__soft_sum(float *score, float *derivative, int64_t n, double weight, float floor);

/** dL/ds of a positive item under the share loss: (soft' / soft) (soft / sum - 1 / n_positive).
 *  That of another item is soft' / sum. */
static inline float thaw__share_positive(float soft, float derivative, float sum, float n_positive)
{
    return derivative / soft * (soft / sum - 1 / n_positive);
}

#endif
