/* SPDX-License-Identifier: Apache-2.0
 * A ridge episode: adapt in closed form, score some items, and differentiate the loss through the solve.
 *
 *     A = diag(q) + sum_{i in S} a_i v_i v_i',   b = b0 + sum c_i v_i,   w = A^-1 b,   s_j = o_j + gain f_j . w
 *     g = dL/dw = gain sum_j e_j f_j,            e_j = dL/ds_j,          l = A^-1 g
 *     dL/dv_i = (c_i - a_i v_i'w) l - a_i (v_i'l) w,                     dL/df_j = gain e_j w
 *
 * The gradient of every row is in the plane of w and l, so it is stored as one or two coefficients per row. Supports of
 * up to rank items use the dual form: with X = D^1/2 V q^-1/2 and G = I + X X', the residual X z is G^-1 X y without
 * another product. q and b0 are constants here, although both depend on V (unobserved_precision V'V,
 * unobserved_precision V'p). Differentiable closed-form heads: Bertinetto, Henriques, Torr, Vedaldi (ICLR 2019).
 */
#ifndef RIDGE_EPISODE_H
#define RIDGE_EPISODE_H

#include <stdint.h>

#include "kernels.h"
#include "loss.h"

enum { RIDGE_QUERY = 256 };

/** Rows and numbers of a task. Rows are [stride], aligned, zero from the rank on. */
typedef struct ridge_task {
    const float *const *support;          /* [k] v */
    const float *precision;               /* [k] a >= 0 */
    const float *pull;                    /* [k] c */
    const float *const *query;            /* [n] f */
    const float *offset, *label, *weight; /* [n] */
    const float *diagonal;                /* [stride] q > 0, 1 beyond the rank */
    const float *start;                   /* [stride] b0 */
    int64_t k, n;
    float gain, sharpness;
    int32_t loss; /* THAW_LOSS_SOFTMAX … THAW_LOSS_LOGISTIC, loss.h */
} ridge_task;

/** dL/dv_i = by_l[i] l + by_w[i] w;  dL/df_j = by_query[j] w. Arrays of the caller; w and l are aligned. */
typedef struct ridge_gradient {
    float *w, *l;       /* [stride] */
    float *by_l, *by_w; /* [k] */
    float *by_query;    /* [n] */
} ridge_gradient;

/** Number of floats of scratch, which must be 64-byte aligned. */
int64_t ridge_scratch(int64_t stride);

/** Run one episode; writes loss, slope and scratch. n is at most RIDGE_QUERY. Without positive items, or without
 *  negative items for the pairwise loss, loss and slope are 0.
 *  @return 0, or 1 if A is not positive definite or the loss is not finite; slope is then undefined */
int ridge_episode_run(double *loss, const ridge_gradient *slope, const ridge_task *task, const thaw__kernels *kernels,
                      int64_t rank, int64_t stride, float *scratch);

/** Inner products of w and l. */
typedef struct ridge_plane {
    float ww, wl, ll;
} ridge_plane;

ridge_plane ridge_plane_of(const ridge_gradient *slope, const thaw__kernels *kernels, int64_t stride);

/** A step of Adagrad with one sum per row, which is invariant to rotations of the latent space:
 *      gradient = by_l l + by_w w,   sum += |gradient|^2,   row -= rate gradient / sqrt(sum) */
void ridge_adagrad(float *row, float *sum, float rate, float by_l, float by_w, const ridge_gradient *slope,
                   ridge_plane plane, const thaw__kernels *kernels, int64_t stride);

#endif
