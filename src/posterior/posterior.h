/* SPDX-License-Identifier: Apache-2.0
 * The posterior N(m, P) of a Gaussian w ~ N(m0, I) after n observations y_k = x_k.w + noise, noise ~ N(0, 1):
 *
 *     P = (I + X'X)^-1,   m = m0 + P X't,   t_k = y_k - x_k.m0
 *
 * Scale rows and targets by 1 / noise for other noise, and coordinates by the prior's standard deviations for another
 * diagonal prior. Nothing here knows where rows come from. Two forms of P, because few rows need no d x d matrix:
 *
 *   DUAL        rows X [n_rows, stride] and U with U'U = I + XX';   P = I - X' (U'U)^-1 X     (Woodbury identity)
 *   COVARIANCE  P [rank, stride] in full
 *
 * One that fades also keeps J = X'X, what the observations add to the precision, because that is what fades.
 *
 * The owner gives the memory; nothing here allocates. Matrices have stride rows because the kernels need them, though
 * only rank rows hold numbers; columns from rank on are 0. Functions that return int return 0, or 1 if the posterior is
 * not finite, too large (finite.h) or not positive definite; it is then undefined until thaw__posterior_reset().
 */
#ifndef THAW_POSTERIOR_H
#define THAW_POSTERIOR_H

#include <stddef.h>

#include "kernels.h"
#include "precision.h"

enum { THAW__DUAL = 0, THAW__COVARIANCE = 1 };

typedef struct thaw__posterior {
    const thaw__kernels *kernels;
    int32_t rank; /* d */
    int32_t form;
    int32_t n_rows;     /* rows of X; DUAL */
    int32_t has_prior;  /* m0 is not zero */
    int64_t stride;     /* floats of a row of every matrix here; a multiple of THAW__LANES */
    float *prior;       /* [stride] m0 */
    float *mean;        /* [stride] m */
    float *main;        /* [stride, stride] X or P */
    float *side;        /* [stride, stride] U, or scratch */
    float *information; /* [stride, stride] J in COVARIANCE form; NULL unless it fades */
} thaw__posterior;

/* ---- memory and prior ---- */

/** Floats to lay out, of 64-byte alignment and zeroed; a multiple of THAW__LANES. */
size_t thaw__posterior_floats(int64_t stride, int fades);

/** Set the pointers; rank, stride and kernels are set.  @return the first float after. */
float *thaw__posterior_lay_out(thaw__posterior *p, float *at, int fades);

/** The numbers of `from`, of the same rank and fading, in p's memory. */
void thaw__posterior_copy(thaw__posterior *p, const thaw__posterior *from);

/** Put m0 from its first rank numbers and go back to it. */
void thaw__posterior_set_prior(thaw__posterior *p, const float *mean);

/** Back to the prior: m0 stays, the observations go. */
void thaw__posterior_reset(thaw__posterior *p);

/* ---- conditioning on all rows at once: condition.c ---- */

/** The most rows the dual form takes: the kernel needs one column beside them. */
static inline int64_t thaw__posterior_most_rows(const thaw__posterior *p)
{
    return p->rank < p->stride ? p->rank : p->stride - 1;
}

/** m = m0 + X' (I + XX')^-1 t from rows X [n, stride], n <= _most_rows(), at main; t [n] is used up. */
int thaw__posterior_condition_dual(thaw__posterior *p, int32_t n, float *t);

/** For more rows: clear J, add the rows, which may be written to main, and condition. */
static inline thaw__precision thaw__posterior_information(const thaw__posterior *p)
{
    return (thaw__precision){p->side, p->rank, p->stride};
}

/** m = m0 + P h with P = (I + J)^-1; h = X't [rank]. */
int thaw__posterior_condition_primal(thaw__posterior *p, const float *h);

/** The same for a linear term b [stride] that includes the prior's: m = (I + X'X)^-1 b, whatever m0 is. */
int thaw__posterior_solve_dual(thaw__posterior *p, int32_t n, const float *b);

/** For more rows: clear A, which is where P will be, add the identity and the rows, and solve. */
static inline thaw__precision thaw__posterior_precision(const thaw__posterior *p)
{
    return (thaw__precision){p->main, p->rank, p->stride};
}

/** m = P b with P = A^-1. */
int thaw__posterior_solve_primal(thaw__posterior *p, const float *b);

/* ---- one more observation: observe.c ---- */

/** For one that does not fade: an update of rank one. x [stride] is 64-byte aligned; residual = y - x.m. */
int thaw__posterior_observe(thaw__posterior *p, const float *x, float residual);

/** For one that fades: J <- gamma J + x x', gamma in [0, 1], as if all observations before had had smaller weights;
 *  t = y - x.m0. */
int thaw__posterior_observe_fading(thaw__posterior *p, const float *x, float t, float gamma);

/* ---- from DUAL to COVARIANCE: expand.c ---- */

/** Nothing to do if it is in COVARIANCE form. */
void thaw__posterior_expand(thaw__posterior *p);

/** Update P by one more observation with row x on the way, for one in DUAL form that does not fade: g [stride] = P x of
 *  before.  @return x'g. m stays. */
float thaw__posterior_expand_with(thaw__posterior *p, const float *x, float *g);

/* ---- what it is used for: covariance.c ---- */

/** out[k] = x_k' P x_k for rows[k] = x_k [stride]; n <= THAW__LANES. A number does not depend on the other rows. */
void thaw__posterior_variances(const thaw__posterior *p, float *out, const float *const *rows, int64_t n);

/** out [stride] = P x, for x [stride] with zeros from rank on; they must not overlap. */
void thaw__posterior_times(const thaw__posterior *p, float *out, const float *x);

/** P in full at P [rank, rank]. */
void thaw__posterior_covariance(const thaw__posterior *p, float *P);

/* ---- bytes: posterior_bytes.c ---- */

/** m0 [d], m [d], lower triangle of P [d (d + 1) / 2] by rows, and, if it fades, that of J; float32, little-endian. */
int64_t thaw__posterior_bytes(int32_t rank, int fades);

/** In COVARIANCE form; see thaw__posterior_expand(). */
void thaw__posterior_write(const thaw__posterior *p, unsigned char *bytes);

/** @return as above; P must have variances of at most 1, and I + J be positive definite. */
int thaw__posterior_read(thaw__posterior *p, const unsigned char *bytes);

#endif
