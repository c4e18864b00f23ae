/* SPDX-License-Identifier: Apache-2.0
 * linalg.h in plain loops. Inner loops run along rows, so that the compiler vectorises them. Cholesky is one text for
 * both float types: linalg_ref.inc.h.
 */
#include "linalg_ref.h"

#include <math.h>

enum { PARTS = 16 }; /* independent partial sums of a dot product: they vectorise, and rounding errors are smaller */

static float dot(int64_t n, const float *x, const float *y)
{
    float part[PARTS] = {0};
    int64_t i = 0;
    for (; i + PARTS <= n; i += PARTS)
        for (int p = 0; p < PARTS; p++) part[p] += x[i + p] * y[i + p];
    for (int p = 0; i < n; i++, p++) part[p] += x[i] * y[i];
    for (int half = PARTS / 2; half; half /= 2)
        for (int p = 0; p < half; p++) part[p] += part[p + half];
    return part[0];
}

static void axpy(int64_t n, float a, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < n; i++) y[i] += a * x[i];
}

/* y = beta y; with beta 0, y is not read. */
static void scale(int64_t n, float beta, float *y)
{
    for (int64_t i = 0; i < n; i++) y[i] = beta == 0.0f ? 0.0f : beta * y[i];
}

void thaw__ref_gemv(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta,
                    float *y)
{
    scale(m, beta, y);
    if (alpha == 0.0f) return;
    for (int64_t i = 0; i < m; i++) y[i] += alpha * dot(n, A + i * lda, x);
}

void thaw__ref_gemv_t(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta,
                      float *y)
{
    scale(n, beta, y);
    if (alpha == 0.0f) return;
    for (int64_t i = 0; i < m; i++) axpy(n, alpha * x[i], A + i * lda, y);
}

void thaw__ref_gemm(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                    int64_t ldb, float beta, float *C, int64_t ldc)
{
    for (int64_t i = 0; i < m; i++) thaw__ref_gemv_t(k, n, alpha, B, ldb, A + i * lda, beta, C + i * ldc);
}

void thaw__ref_gemm_nt(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                       int64_t ldb, float beta, float *C, int64_t ldc)
{
    for (int64_t i = 0; i < m; i++) thaw__ref_gemv(n, k, alpha, B, ldb, A + i * lda, beta, C + i * ldc);
}

void thaw__ref_gemm_tn(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                       int64_t ldb, float beta, float *C, int64_t ldc)
{
    for (int64_t i = 0; i < m; i++) scale(n, beta, C + i * ldc);
    if (alpha == 0.0f) return;
    for (int64_t p = 0; p < k; p++)
        for (int64_t i = 0; i < m; i++) axpy(n, alpha * A[p * lda + i], B + p * ldb, C + i * ldc);
}

void thaw__ref_syrk_t(int64_t n, int64_t k, float alpha, const float *A, int64_t lda, float beta, float *C, int64_t ldc)
{
    for (int64_t i = 0; i < n; i++) scale(i + 1, beta, C + i * ldc);
    if (alpha == 0.0f) return;
    for (int64_t p = 0; p < k; p++)
        for (int64_t i = 0; i < n; i++) axpy(i + 1, alpha * A[p * lda + i], A + p * lda, C + i * ldc);
}

void thaw__ref_potrs(int64_t n, const float *L, int64_t ldl, float *b)
{
    for (int64_t i = 0; i < n; i++) b[i] = (b[i] - dot(i, L + i * ldl, b)) / L[i * ldl + i];
    for (int64_t i = n - 1; i >= 0; i--) {
        b[i] /= L[i * ldl + i];
        axpy(i, -b[i], L + i * ldl, b);
    }
}

/* X L = B by rows: column i of X needs all later columns. */
static void trsm_right(int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb)
{
    for (int64_t r = 0; r < m; r++) {
        float *x = B + r * ldb;
        for (int64_t i = n - 1; i >= 0; i--) {
            x[i] /= L[i * ldl + i];
            axpy(i, -x[i], L + i * ldl, x);
        }
    }
}

/* L X = B: row i of X needs all earlier rows. */
static void trsm_left(int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t p = 0; p < i; p++) axpy(m, -L[i * ldl + p], B + p * ldb, B + i * ldb);
        for (int64_t j = 0; j < m; j++) B[i * ldb + j] /= L[i * ldl + i];
    }
}

void thaw__ref_trsm(int right, int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb)
{
    if (right) trsm_right(n, m, L, ldl, B, ldb);
    else trsm_left(n, m, L, ldl, B, ldb);
}

#define REAL float
#define POTRF thaw__ref_potrf
#define POTRI thaw__ref_potri
#define INVERT invert
#define SQUARE square
#include "linalg_ref.inc.h"

#define REAL double
#define POTRF thaw__ref_potrf64
#define POTRI thaw__ref_potri64
#define INVERT invert64
#define SQUARE square64
#include "linalg_ref.inc.h"
