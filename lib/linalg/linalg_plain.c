/* SPDX-License-Identifier: Apache-2.0
 * linalg.h in plain C only: THAW_BACKEND=ref. */
#include "linalg.h"
#include "linalg_ref.h"

const char *thaw__linalg_name(void)
{
    return "ref";
}

void thaw__gemv(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta, float *y)
{
    thaw__ref_gemv(m, n, alpha, A, lda, x, beta, y);
}

void thaw__gemv_t(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta, float *y)
{
    thaw__ref_gemv_t(m, n, alpha, A, lda, x, beta, y);
}

void thaw__gemm(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B, int64_t ldb,
                float beta, float *C, int64_t ldc)
{
    thaw__ref_gemm(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

void thaw__gemm_nt(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                   int64_t ldb, float beta, float *C, int64_t ldc)
{
    thaw__ref_gemm_nt(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

void thaw__gemm_tn(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                   int64_t ldb, float beta, float *C, int64_t ldc)
{
    thaw__ref_gemm_tn(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}

void thaw__syrk_t(int64_t n, int64_t k, float alpha, const float *A, int64_t lda, float beta, float *C, int64_t ldc)
{
    thaw__ref_syrk_t(n, k, alpha, A, lda, beta, C, ldc);
}

int64_t thaw__potrf(int64_t n, float *A, int64_t lda)
{
    return thaw__ref_potrf(n, A, lda);
}

void thaw__potrs(int64_t n, const float *L, int64_t ldl, float *b)
{
    thaw__ref_potrs(n, L, ldl, b);
}

int64_t thaw__potri(int64_t n, float *A, int64_t lda)
{
    return thaw__ref_potri(n, A, lda);
}

void thaw__trsm(int right, int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb)
{
    thaw__ref_trsm(right, n, m, L, ldl, B, ldb);
}

int64_t thaw__potrf64(int64_t n, double *A, int64_t lda)
{
    return thaw__ref_potrf64(n, A, lda);
}

int64_t thaw__potri64(int64_t n, double *A, int64_t lda)
{
    return thaw__ref_potri64(n, A, lda);
}

int64_t thaw__syev64(int64_t n, double *A, int64_t lda, double *values, double *work)
{
    return thaw__ref_syev64(n, A, lda, values, work);
}
