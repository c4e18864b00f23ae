/* SPDX-License-Identifier: Apache-2.0
 * Optimisers: Adam for a vector of few numbers, and normalised gradient descent for a matrix. */
#ifndef THAW_LEARN_OPTIMISER_H
#define THAW_LEARN_OPTIMISER_H

#include <stdint.h>

#include "kernels.h"
#include "mem.h"

/** Adam (Kingma, Ba, ICLR 2015, algorithm 1) with an exponentially decaying rate:
 *
 *      m <- 0.9 m + 0.1 g,   v <- 0.999 v + 0.001 g^2
 *      step = rate decay^t  m / (1 - 0.9^t) / (sqrt(v / (1 - 0.999^t)) + 1e-12)         t = 1, 2, … */
typedef struct thaw__adam {
    double rate, decay;
    double *mean, *square; /* [n] m, v */
    int64_t n, steps;
} thaw__adam;

thaw_status thaw__adam_create(thaw__adam *out, int64_t n, double rate, double decay, const thaw_allocator *a);
void thaw__adam_free(thaw__adam *o, const thaw_allocator *a);

/** Replace gradient [n] by the step, which the caller subtracts from the parameters. Not finite where the gradient is
 *  not. */
void thaw__adam_step(thaw__adam *o, double *gradient);

/** Gradient descent of a matrix X with steps relative to the length of X:
 *
 *      G <- diag(scale) G,   v <- 0.95 v + 0.05 |G|^2  (first: |G|^2),   X <- X - rate |X_0| G / sqrt(v)
 *
 *  |.| is over all rows, X_0 the matrix at the start. This is RMSprop (Tieleman, Hinton 2012) with one mean square for
 *  the whole matrix, so that a step does not depend on a rotation of the columns. */
typedef struct thaw__rms_descent {
    double length; /* |X_0| */
    double square; /* v */
    int64_t steps;
} thaw__rms_descent;

/** A matrix [rows, stride] of some rows of an array with leading dimension ld. */
typedef struct thaw__row_table {
    float *at;
    int64_t rows, stride, ld;
    const int32_t *index; /* [rows] where each is in the array; NULL: one after the other */
} thaw__row_table;

static inline float *thaw__row_of(const thaw__row_table *x, int64_t i)
{
    return x->at + (x->index ? x->index[i] : i) * x->ld;
}

/** Start a descent of X. */
thaw__rms_descent thaw__rms_descent_of(const thaw__row_table *x, const thaw__kernels *kernels);

/** One step. gradient [rows, stride] is scaled in place; scale [rows], or NULL: 1. X does not change unless v > 0 is
 *  finite. */
void thaw__rms_descent_step(thaw__rms_descent *o, const thaw__row_table *x, float *gradient, const float *scale,
                            double rate, const thaw__kernels *kernels);

#endif
