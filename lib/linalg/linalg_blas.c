/* SPDX-License-Identifier: Apache-2.0
 * linalg.h with CBLAS and LAPACK. Each routine has three cases: plain C for empty matrices, sizes beyond int, or a
 * library that the probe refused; the kernels for small systems; BLAS for everything else.
 *
 * potrf + potri in microseconds, kernels / OpenBLAS 0.3.21 (one Zen 5 core, AVX-512):
 *     n = 8: 0.2 / 0.4     17: 0.7 / 1.6     33: 1.9 / 6.5     64: 5.8 / 25
 */
#include <limits.h>
#include <math.h>

#include "blas_abi.h"
#include "blas_probe.h"
#include "kernels.h"
#include "linalg.h"
#include "linalg_ref.h"
#include "thread.h"

static int64_t max2(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t max3(int64_t a, int64_t b, int64_t c)
{
    return max2(max2(a, b), c);
}

/* Whether BLAS can be called: no size is 0, all sizes and leading dimensions fit into int, the library is usable. */
static int can_use_blas(int64_t smallest, int64_t largest)
{
    return smallest > 0 && largest <= INT_MAX && thaw__blas_probe() != THAW__BLAS_REFUSED;
}

static void begin(void)
{
    thaw__serial_begin(thaw__blas_probe() == THAW__BLAS_SERIAL);
}

static void end(void)
{
    thaw__serial_end(thaw__blas_probe() == THAW__BLAS_SERIAL);
}

const char *thaw__linalg_name(void)
{
    return thaw__blas_name();
}

static void gemv(CBLAS_TRANSPOSE transpose, int64_t m, int64_t n, float alpha, const float *A, int64_t lda,
                 const float *x, float beta, float *y)
{
    begin();
    cblas_sgemv(CblasRowMajor, transpose, (int)m, (int)n, alpha, A, (int)lda, x, 1, beta, y, 1);
    end();
}

void thaw__gemv(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta, float *y)
{
    if (can_use_blas(m < n ? m : n, max2(m, lda))) gemv(CblasNoTrans, m, n, alpha, A, lda, x, beta, y);
    else thaw__ref_gemv(m, n, alpha, A, lda, x, beta, y);
}

void thaw__gemv_t(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta, float *y)
{
    if (can_use_blas(m < n ? m : n, max2(m, lda))) gemv(CblasTrans, m, n, alpha, A, lda, x, beta, y);
    else thaw__ref_gemv_t(m, n, alpha, A, lda, x, beta, y);
}

/* can_use_blas() for cblas_sgemm. */
static int can_use_gemm(int64_t m, int64_t n, int64_t k, int64_t lda, int64_t ldb, int64_t ldc)
{
    const int64_t smallest = m < n ? (m < k ? m : k) : (n < k ? n : k);
    return can_use_blas(smallest, max2(max3(m, n, k), max3(lda, ldb, ldc)));
}

static void gemm(CBLAS_TRANSPOSE of_a, CBLAS_TRANSPOSE of_b, int64_t m, int64_t n, int64_t k, float alpha,
                 const float *A, int64_t lda, const float *B, int64_t ldb, float beta, float *C, int64_t ldc)
{
    begin();
    cblas_sgemm(CblasRowMajor, of_a, of_b, (int)m, (int)n, (int)k, alpha, A, (int)lda, B, (int)ldb, beta, C, (int)ldc);
    end();
}

void thaw__gemm(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B, int64_t ldb,
                float beta, float *C, int64_t ldc)
{
    if (can_use_gemm(m, n, k, lda, ldb, ldc))
        gemm(CblasNoTrans, CblasNoTrans, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
    else thaw__ref_gemm(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

void thaw__gemm_nt(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                   int64_t ldb, float beta, float *C, int64_t ldc)
{
    if (can_use_gemm(m, n, k, lda, ldb, ldc))
        gemm(CblasNoTrans, CblasTrans, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
    else thaw__ref_gemm_nt(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

void thaw__gemm_tn(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                   int64_t ldb, float beta, float *C, int64_t ldc)
{
    if (can_use_gemm(m, n, k, lda, ldb, ldc))
        gemm(CblasTrans, CblasNoTrans, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
    else thaw__ref_gemm_tn(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

void thaw__syrk_t(int64_t n, int64_t k, float alpha, const float *A, int64_t lda, float beta, float *C, int64_t ldc)
{
    if (!can_use_blas(n < k ? n : k, max3(k, lda, ldc))) {
        thaw__ref_syrk_t(n, k, alpha, A, lda, beta, C, ldc);
        return;
    }
    begin();
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)k, alpha, A, (int)lda, beta, C, (int)ldc);
    end();
}

/* LAPACK's info, or the number of the first diagonal element that is not positive and finite: some vendors do not
 * detect NaN. */
static int64_t checked(int info, int64_t n, const float *A, int64_t lda)
{
    if (info != 0) return info > 0 ? info : 1;
    for (int64_t i = 0; i < n; i++)
        if (!(A[i * lda + i] > 0.0f && isfinite(A[i * lda + i]))) return i + 1;
    return 0;
}

static int64_t checked64(int info, int64_t n, const double *A, int64_t lda)
{
    if (info != 0) return info > 0 ? info : 1;
    for (int64_t i = 0; i < n; i++)
        if (!(A[i * lda + i] > 0.0 && isfinite(A[i * lda + i]))) return i + 1;
    return 0;
}

int64_t thaw__potrf(int64_t n, float *A, int64_t lda)
{
    if (n <= THAW__SMALL_MAX) return thaw__kernels_best()->potrf(n, A, lda);
    if (!can_use_blas(n, lda)) return thaw__ref_potrf(n, A, lda);
    const int order = (int)n, ld = (int)lda;
    int info;
    begin();
    spotrf_("U", &order, A, &ld, &info, 1);
    end();
    return checked(info, n, A, lda);
}

/* Forward substitution by dot products, b_i = (b_i - L_i b) / L_ii; back substitution by updates, b -= b_i L_i. */
static void small_potrs(int64_t n, const float *L, int64_t ldl, float *b)
{
    const thaw__kernels *k = thaw__kernels_best();
    for (int64_t i = 0; i < n; i++) b[i] = (b[i] - k->dot(i, L + i * ldl, b)) / L[i * ldl + i];
    for (int64_t i = n - 1; i >= 0; i--) {
        b[i] /= L[i * ldl + i];
        k->axpy(i, -b[i], L + i * ldl, b);
    }
}

void thaw__potrs(int64_t n, const float *L, int64_t ldl, float *b)
{
    if (n <= THAW__SMALL_MAX) {
        small_potrs(n, L, ldl, b);
        return;
    }
    if (!can_use_blas(n, ldl)) {
        thaw__ref_potrs(n, L, ldl, b);
        return;
    }
    const int order = (int)n, ld = (int)ldl, one = 1;
    int info;
    begin();
    spotrs_("U", &order, &one, L, &ld, b, &order, &info, 1);
    end();
}

int64_t thaw__potri(int64_t n, float *A, int64_t lda)
{
    if (n <= THAW__SMALL_MAX) return thaw__kernels_best()->potri(n, A, lda);
    if (!can_use_blas(n, lda)) return thaw__ref_potri(n, A, lda);
    const int order = (int)n, ld = (int)lda;
    int info;
    begin();
    spotri_("U", &order, A, &ld, &info, 1);
    end();
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) A[j * lda + i] = A[i * lda + j];
    return checked(info, n, A, lda);
}

void thaw__trsm(int right, int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb)
{
    if (!can_use_blas(m < n ? m : n, max3(m, ldl, ldb))) {
        thaw__ref_trsm(right, n, m, L, ldl, B, ldb);
        return;
    }
    begin();
    cblas_strsm(CblasRowMajor, right ? CblasRight : CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit,
                (int)(right ? m : n), (int)(right ? n : m), 1.0f, L, (int)ldl, B, (int)ldb);
    end();
}

int64_t thaw__potrf64(int64_t n, double *A, int64_t lda)
{
    if (!can_use_blas(n, lda)) return thaw__ref_potrf64(n, A, lda);
    const int order = (int)n, ld = (int)lda;
    int info;
    begin();
    dpotrf_("U", &order, A, &ld, &info, 1);
    end();
    return checked64(info, n, A, lda);
}

int64_t thaw__potri64(int64_t n, double *A, int64_t lda)
{
    if (!can_use_blas(n, lda)) return thaw__ref_potri64(n, A, lda);
    const int order = (int)n, ld = (int)lda;
    int info;
    begin();
    dpotri_("U", &order, A, &ld, &info, 1);
    end();
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) A[j * lda + i] = A[i * lda + j];
    return checked64(info, n, A, lda);
}

int64_t thaw__syev64(int64_t n, double *A, int64_t lda, double *values, double *work)
{
    if (!can_use_blas(n, lda) || n > INT_MAX / (n + 3)) return thaw__ref_syev64(n, A, lda, values, work);
    const int order = (int)n, ld = (int)lda, length = (int)(n * n + 3 * n);
    int info;
    begin();
    dsyev_("V", "U", &order, A, &ld, values, work, &length, &info, 1, 1);
    end();
    for (int64_t i = 0; info == 0 && i < n; i++) info = !isfinite(values[i]);
    return info;
}
