/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_BLAS_H
#define THAW_CLI_BLAS_H

/* BLAS and LAPACK for the baselines. A row-major upper triangle is a column-major lower triangle: uplo is "L". */

#include <cblas.h>
#include <stddef.h>

void spotrf_(const char *uplo, const int *n, float *A, const int *lda, int *info, size_t uplo_length);
void spotri_(const char *uplo, const int *n, float *A, const int *lda, int *info, size_t uplo_length);
void sposv_(const char *uplo, const int *n, const int *n_rhs, float *A, const int *lda, float *B, const int *ldb,
            int *info, size_t uplo_length);

#endif
