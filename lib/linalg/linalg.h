/* SPDX-License-Identifier: Apache-2.0
 * The backend contract: dense linear algebra in float32, row-major, and the few things needed in float64.
 *
 * Each routine has one formula. Matrices are [rows, columns] with a leading dimension >= columns, the distance of two
 * rows in elements; elements beyond the columns are neither read nor written. Sizes may be 0 (an empty sum is 0). With
 * alpha 0 the factors of the product are not read. Outputs must not overlap inputs unless stated. Non-finite input
 * gives non-finite output. Nothing allocates, prints or changes the threads of BLAS; all routines may be called from
 * many threads.
 *
 * Two backends implement it: linalg_ref.c, plain C, which is always built with names thaw__ref_* and is the reference
 * of the tests; and linalg_blas.c, with CBLAS and Fortran LAPACK of any vendor. The names below are those of the
 * backend of the build. kernels.h has what is faster than BLAS for small sizes.
 */
#ifndef THAW_LINALG_H
#define THAW_LINALG_H

#include <stdint.h>

/** The backend in use: "ref"; "blas (…)" with the library found at run time, its threading, and whether calls are
 *  serialised because the library is not thread-safe; or "ref (blas refused: …)" with the reason, if the library has
 *  64-bit integers or gives wrong results. For thaw_build_info(); constant during the process. */
const char *thaw__linalg_name(void);

/** y[i] = beta y[i] + alpha sum_j A[i,j] x[j]        A [m, n], x [n], y [m]; with beta 0, y is not read */
void thaw__gemv(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta, float *y);

/** y[j] = beta y[j] + alpha sum_i A[i,j] x[i]        A [m, n], x [m], y [n] */
void thaw__gemv_t(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta, float *y);

/** C = beta C + alpha A B                            A [m, k], B [k, n], C [m, n]; with beta 0, C is not read */
void thaw__gemm(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B, int64_t ldb,
                float beta, float *C, int64_t ldc);

/** C = beta C + alpha A B'                           A [m, k], B [n, k], C [m, n] */
void thaw__gemm_nt(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                   int64_t ldb, float beta, float *C, int64_t ldc);

/** C = beta C + alpha A' B                           A [k, m], B [k, n], C [m, n] */
void thaw__gemm_tn(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                   int64_t ldb, float beta, float *C, int64_t ldc);

/** C = beta C + alpha A' A, lower triangle only      A [k, n], C [n, n]; the strict upper triangle does not change */
void thaw__syrk_t(int64_t n, int64_t k, float alpha, const float *A, int64_t lda, float beta, float *C, int64_t ldc);

/** A = L L' with L in the lower triangle of A; the strict upper triangle does not change.
 *  @return 0, or k > 0 if the leading k x k block is not positive definite (or not finite); A is then undefined. */
int64_t thaw__potrf(int64_t n, float *A, int64_t lda);

/** Solve L L' x = b in place, L from thaw__potrf.     b [n] */
void thaw__potrs(int64_t n, const float *L, int64_t ldl, float *b);

/** A = (L L')^-1 in full (both triangles), L from thaw__potrf given in A. Same return as thaw__potrf. */
int64_t thaw__potri(int64_t n, float *A, int64_t lda);

/** B = B L^-1 (right = 1, B [m, n]) or L^-1 B (right = 0, B [n, m]);  L [n, n] lower triangular, not singular */
void thaw__trsm(int right, int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb);

/* The same two in float64, for the priors, once per step: they subtract squares of nearly equal numbers. */
int64_t thaw__potrf64(int64_t n, double *A, int64_t lda);
int64_t thaw__potri64(int64_t n, double *A, int64_t lda);

/** A = Q' diag(values) Q: symmetric A [n, n] by its lower triangle; row i of A becomes the unit eigenvector of
 *  values[i], ascending. work [n n + 3 n]. @return 0, or not 0 if the iteration does not converge (or A is not finite);
 *  A is then undefined. */
int64_t thaw__syev64(int64_t n, double *A, int64_t lda, double *values, double *work);

#endif
