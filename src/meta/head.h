/* SPDX-License-Identifier: Apache-2.0
 * A ridge episode: adapt in closed form, score some items, and differentiate the loss through the solve.
 *
 *     A = diag(q) + sum_{i in S} a_i v_i v_i',   b = b0 + sum c_i v_i,   w = A^-1 b,   s_j = o_j + gain f_j . w
 *     g = dL/dw = gain sum_j e_j f_j,            e_j = dL/ds_j,          l = A^-1 g
 *     dL/dv_i = (c_i - a_i v_i'w) l - a_i (v_i'l) w,                     dL/df_j = gain e_j w
 *
 * so the gradient of every row lies in the plane of w and l and is told by one or two numbers; no gradient row is written. Up to
 * rank items go through the dual: with X = D^1/2 V q^-1/2 and G = I + X X', the residual X z is G^-1 X y and needs no
 * product of its own. q and b0 are constants here, though both sum over V (silence V'V, silence V'p).
 * Differentiable closed-form heads: Bertinetto, Henriques, Torr, Vedaldi (ICLR 2019).
 */
#ifndef THAW_HEAD_H
#define THAW_HEAD_H

#include <math.h>

#include "kernels.h"

enum { THAW__HEAD_QUERY = 256 };

/** Losses of scores s; label y is 1 (wanted) or 0, weight m_j is how many items of the catalogue j stands for, h the sharpness.
 *  W is the sum of weights of the wanted. */
typedef enum thaw__loss {
    THAW__LOSS_SOFTMAX,  /* log sum_j m_j exp(h s_j) - sum_j y_j m_j h s_j / W   sampled softmax, corrected for the sampling */
    THAW__LOSS_PAIRWISE, /* mean over pairs (wanted i, other j), weighted m_i m_j, of log(1 + exp(h (s_j - s_i)))      BPR */
    THAW__LOSS_SQUARED,  /* sum_j m_j (s_j - y_j)^2 / 2 W */
    THAW__LOSS_LOGISTIC, /* sum_j m_j (log(1 + exp(h s_j)) - y_j h s_j) / W */
    THAW__N_LOSSES,
} thaw__loss;

/** log(1 + exp(x)) and its derivative. */
static inline float thaw__softplus(float x, float *slope)
{
    const float e = expf(-fabsf(x)), up = 1 / (1 + e);
    *slope = x > 0 ? up : 1 - up;
    return (x > 0 ? x : 0) + log1pf(e);
}

/** Where a task's rows and numbers are. Rows are [stride], aligned, zero beyond the rank. */
typedef struct thaw__head_task {
    const float *const *support; /* [k] v */
    const float *precision;      /* [k] a >= 0 */
    const float *pull;           /* [k] c */
    const float *const *query;   /* [n] f */
    const float *offset, *label, *weight; /* [n] */
    const float *diagonal;       /* [stride] q > 0, 1 beyond the rank */
    const float *start;          /* [stride] b0 */
    int64_t k, n;
    float gain, sharpness;
    thaw__loss loss;
} thaw__head_task;

/** dL/dv_i = by_l[i] l + by_w[i] w;  dL/df_j = by_query[j] w. The caller's arrays; w and l aligned. */
typedef struct thaw__head_slope {
    float *w, *l;        /* [stride] */
    float *by_l, *by_w;  /* [k] */
    float *by_query;     /* [n] */
} thaw__head_slope;

/** Floats of scratch, to be 64-byte aligned. */
int64_t thaw__head_scratch(int64_t stride);

/** One episode. Nothing is written beyond slope and scratch. n is at most THAW__HEAD_QUERY. Without wanted items, or without others for the pairwise loss,
 *  loss and slopes are 0.
 *  @return 0, or 1 if A is not positive definite or the loss is not finite; slope is then undefined */
int thaw__head_run(double *loss, const thaw__head_slope *slope, const thaw__head_task *task, const thaw__kernels *kernels,
                   int64_t rank, int64_t stride, float *scratch);

/** Losses alone: e_j = dL/ds_j of n scores. */
double thaw__loss_of(thaw__loss loss, float *e, const float *s, const float *label, const float *weight, int64_t n, float sharpness);

/** Lengths in the plane of w and l. */
typedef struct thaw__head_plane {
    float ww, wl, ll;
} thaw__head_plane;

thaw__head_plane thaw__head_plane_of(const thaw__head_slope *slope, const thaw__kernels *kernels, int64_t stride);

/** A step of Adagrad with one sum per row, which does not depend on how the space is rotated:
 *      gradient = by_l l + by_w w,   sum += |gradient|^2,   row -= rate gradient / sqrt(sum) */
void thaw__head_move(float *row, float *sum, float rate, float by_l, float by_w, const thaw__head_slope *slope,
                     thaw__head_plane plane, const thaw__kernels *kernels, int64_t stride);

#endif
