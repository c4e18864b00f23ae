/* SPDX-License-Identifier: Apache-2.0
 * The precision matrix of a Gaussian, summed over rows and then factored or inverted in place:
 *
 *     A = D + X'X        D diagonal, the prior's precision; X [n, rank], the rows of n observations with unit noise
 *     w = A^-1 b         the posterior mean, b the linear term
 *
 * A row of precision s is sqrt(s) times the row. Only the lower triangle of A is summed.
 *
 * Derivatives of a loss f through the solve: with l = A^-1 df/dw (the same factor),
 *
 *     df/db = l,   df/dA = -(l w' + w l') / 2
 *
 * so for a term s v v' of A and a term t v of b,  df/ds = -(v.l)(v.w)  and  df/dt = v.l.
 */
#ifndef THAW_PRECISION_H
#define THAW_PRECISION_H

#include "kernels.h"

typedef struct thaw__precision {
    float *A; /* [rank, stride] */
    int32_t rank;
    int64_t stride;
} thaw__precision;

/** A = 0, columns from rank on too. */
void thaw__precision_clear(thaw__precision p);

/** A = I, columns from rank on zero. */
void thaw__precision_set_identity(thaw__precision p);

/** A += I. */
void thaw__precision_add_identity(thaw__precision p);

/** A += X'X, rows X [n, stride]. */
void thaw__precision_add_rows(thaw__precision p, int64_t n, const float *X);

/** The upper triangle becomes that of the symmetric matrix. */
void thaw__precision_mirror(thaw__precision p);

/** A = L L', L replaces the lower triangle.  @return 0, or 1 if A is not positive definite; A is then undefined. */
int thaw__precision_factor(thaw__precision p);

/** b [rank] <- A^-1 b after _factor(). */
void thaw__precision_solve(thaw__precision p, float *b);

/** A becomes A^-1 in full.  @return as thaw__precision_factor(). */
int thaw__precision_invert(thaw__precision p);

/** df/ds and df/dt of one row v [stride], as above. */
typedef struct thaw__row_slope {
    float by_precision, by_linear;
} thaw__row_slope;

static inline thaw__row_slope thaw__row_slope_of(const thaw__kernels *kernels, int64_t stride, const float *v,
                                                 const float *l, const float *w)
{
    const float vl = kernels->dot(stride, v, l), vw = kernels->dot(stride, v, w);
    return (thaw__row_slope){-vl * vw, vl};
}

#endif
