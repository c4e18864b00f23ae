/* SPDX-License-Identifier: Apache-2.0
 * linalg.h in plain C: always built, the reference of the tests, and the fallback of the BLAS backend. */
#ifndef THAW_LINALG_REF_H
#define THAW_LINALG_REF_H

#include <stdint.h>

void thaw__ref_gemv(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta,
                    float *y);
void thaw__ref_gemv_t(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta,
                      float *y);
void thaw__ref_gemm(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                    int64_t ldb, float beta, float *C, int64_t ldc);
void thaw__ref_gemm_nt(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                       int64_t ldb, float beta, float *C, int64_t ldc);
void thaw__ref_gemm_tn(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                       int64_t ldb, float beta, float *C, int64_t ldc);
void thaw__ref_syrk_t(int64_t n, int64_t k, float alpha, const float *A, int64_t lda, float beta, float *C,
                      int64_t ldc);
int64_t thaw__ref_potrf(int64_t n, float *A, int64_t lda);
void thaw__ref_potrs(int64_t n, const float *L, int64_t ldl, float *b);
int64_t thaw__ref_potri(int64_t n, float *A, int64_t lda);
void thaw__ref_trsm(int right, int64_t n, int64_t m, const float *L, int64_t ldl, float *B, int64_t ldb);
int64_t thaw__ref_potrf64(int64_t n, double *A, int64_t lda);
int64_t thaw__ref_potri64(int64_t n, double *A, int64_t lda);
int64_t thaw__ref_syev64(int64_t n, double *A, int64_t lda, double *values, double *work);

#endif
