/* SPDX-License-Identifier: Apache-2.0
 * The symbols of CBLAS and LAPACK that every vendor exports. LAPACK is called by its Fortran names: Debian's OpenBLAS
 * has no LAPACKE. Fortran passes the length of each character argument at the end. A row-major lower triangle is the
 * upper one of Fortran: uplo is "U".
 */
#ifndef THAW_BLAS_ABI_H
#define THAW_BLAS_ABI_H

#include <cblas.h>
#include <stddef.h>

void spotrf_(const char *uplo, const int *n, float *A, const int *lda, int *info, size_t uplo_length);
void spotrs_(const char *uplo, const int *n, const int *n_rhs, const float *A, const int *lda, float *B, const int *ldb,
             int *info, size_t uplo_length);
void spotri_(const char *uplo, const int *n, float *A, const int *lda, int *info, size_t uplo_length);
void dpotrf_(const char *uplo, const int *n, double *A, const int *lda, int *info, size_t uplo_length);
void dpotri_(const char *uplo, const int *n, double *A, const int *lda, int *info, size_t uplo_length);
void dsyev_(const char *job, const char *uplo, const int *n, double *A, const int *lda, double *values, double *work,
            const int *work_length, int *info, size_t job_length, size_t uplo_length);

/* For the probe: two routines that do not check their arguments. */
int isamax_(const int *n, const float *x, const int *step);
void slaset_(const char *uplo, const int *m, const int *n, const float *off_diagonal, const float *diagonal, float *A,
             const int *lda, size_t uplo_length);

#endif
