/* SPDX-License-Identifier: Apache-2.0
 * Kernels for sizes at which BLAS is slower: systems of few events, rank-one updates, dot products.
 *
 * One source, kernels.inc.h, in C with vector types, is compiled once per instruction set (portable, AVX2 + FMA,
 * AVX-512). thaw__kernels_best() chooses by CPU at run time. `stride` is a multiple of 16 floats up to 256; rows are
 * zero padded to it and 64-byte aligned, so no kernel has a tail loop. Nothing allocates; at most 64 KiB of stack.
 * Rounding differs between variants.
 */
#ifndef THAW_KERNELS_H
#define THAW_KERNELS_H

#include <stdint.h>

enum { THAW__LANES = 16, THAW__STRIDE_MAX = 256, THAW__DUAL_MAX = 256, THAW__MANY_MAX = 64, THAW__SMALL_MAX = 64 };

typedef struct thaw__kernels {
    const char *name; /* "portable", "avx2", "avx512" */

    /** sum_i x[i] y[i]                                    x, y [n], any n, any alignment */
    float (*dot)(int64_t n, const float *x, const float *y);

    /** y[i] += a x[i]                                     x, y [n], any n, any alignment */
    void (*axpy)(int64_t n, float a, const float *x, float *y);

    /** y[i] = a x[i]                                      x, y [n], n a multiple of 16, 64-byte aligned. Stores whole
     *  registers, so that the kernels below can load y without a store-forwarding stall */
    void (*scale)(int64_t n, float a, const float *x, float *y);

    /** The ridge dual of one user with few events:
     *      G = I + X X' = U' U,   t <- G^-1 t,   z <- z + X' t
     *  X [n, stride]; t [n]; z [stride]; G [ldg, ldg], ldg a multiple of 16 and > n, rows 64-byte aligned, U in the
     *  upper triangle of its first n columns (the rest is scratch). 0 <= n <= THAW__DUAL_MAX.
     *  @return 0, or 1 if G is not positive definite or the solution is not finite; t, z and G are then undefined */
    int (*ridge_dual)(int64_t n, int64_t stride, const float *X, float *G, int64_t ldg, float *t, float *z);

    /** Sixteen users at once, n events each, means only; one SIMD lane per user:
     *      row k of user u is scale[u n + k] * table row rows[u n + k];   z_u = X_u' (I + X_u X_u')^-1 t_u
     *  table [.., stride]; rows, scale, t [16, n]; z [16, stride] is overwritten; n <= THAW__MANY_MAX.
     *  A scale of 0 pads a shorter user. scratch: thaw__many_scratch(n, stride) floats, 64-byte aligned. */
    void (*ridge_dual16)(int64_t n, int64_t stride, const float *table, const int64_t *rows, const float *scale,
                         const float *t, float *z, float *scratch);

    /** The reduction of prior variance along each of 16 rows by n observations with rows X, U' U = I + X X':
     *      out[r] = x_r' X' (I + X X')^-1 X x_r = |U'^-1 X x_r|^2
     *  X [n, stride]; U upper, [n, ldu]; rows [16] to [stride] each; out [16], any alignment; n <= THAW__DUAL_MAX.
     *  The result of a row does not depend on the other rows. */
    void (*explained16)(int64_t n, int64_t stride, const float *X, const float *U, int64_t ldu,
                        const float *const *rows, float *out);

    /** Update a covariance by one observation with row x:
     *      g = P x,   s = x' g,   P <- P - g g' / (1 + s);   returns s
     *  P [d, stride] symmetric, both triangles, exactly symmetric afterwards; x [stride]; g [stride] = old P x. */
    float (*rank_one)(int64_t d, int64_t stride, float *P, const float *x, float *g);

    /** P = a I + b X' X                                   X [n, stride]; P [d, stride], both triangles, exactly
     *  symmetric, columns from d on those of X' X; n >= 0 */
    void (*crossprod)(int64_t n, int64_t d, int64_t stride, float a, float b, const float *X, float *P);

    /** sum_ij x[i] P[i,j] x[j]                            P [d, stride], x [stride] */
    float (*quadratic)(int64_t d, int64_t stride, const float *P, const float *x);

    /** thaw__potrf and thaw__potri of linalg.h, same contract, for n <= THAW__SMALL_MAX; any lda and alignment. */
    int64_t (*potrf)(int64_t n, float *A, int64_t lda);
    int64_t (*potri)(int64_t n, float *A, int64_t lda);
} thaw__kernels;

/** Floats of scratch for ridge_dual16. */
int64_t thaw__many_scratch(int64_t n, int64_t stride);

/** The best variant for this CPU, or the one of thaw__kernels_use(); constant during the process. */
const thaw__kernels *thaw__kernels_best(void);

/** thaw__kernels_best() is this variant from now on; for benchmarks, before any other call of the library. */
void thaw__kernels_use(const thaw__kernels *variant);

/** A variant by name, for tests and benchmarks; NULL if this CPU or build does not have it. */
const thaw__kernels *thaw__kernels_named(const char *name);

#endif
