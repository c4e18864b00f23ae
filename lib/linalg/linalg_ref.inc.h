/* SPDX-License-Identifier: Apache-2.0
 * Cholesky factor and inverse for REAL = float and double. Sums are in double for both. */

/* A = L L', row by row:  L[i,j] = (A[i,j] - sum_{p<j} L[i,p] L[j,p]) / L[j,j] */
int64_t POTRF(int64_t n, REAL *A, int64_t lda)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double sum = (double)A[i * lda + j];
            for (int64_t p = 0; p < j; p++) sum -= (double)A[i * lda + p] * (double)A[j * lda + p];
            if (j < i) A[i * lda + j] = (REAL)(sum / (double)A[j * lda + j]);
            else if (sum > 0.0 && isfinite((REAL)sum)) A[i * lda + i] = (REAL)sqrt(sum);
            else return i + 1;
        }
    }
    return 0;
}

/* L <- L^-1 in place:  M[i,j] = -(sum_{j<=p<i} L[i,p] M[p,j]) / L[i,i],  M[i,i] = 1 / L[i,i].
 * Column j of row i reads L[i,p] for p >= j only, so it can overwrite L[i,j]. */
static int64_t INVERT(int64_t n, REAL *L, int64_t ldl)
{
    for (int64_t i = 0; i < n; i++) {
        const double d = (double)L[i * ldl + i];
        if (!(d > 0.0) || !isfinite(d)) return i + 1;
        for (int64_t j = 0; j < i; j++) {
            double sum = 0.0;
            for (int64_t p = j; p < i; p++) sum += (double)L[i * ldl + p] * (double)L[p * ldl + j];
            L[i * ldl + j] = (REAL)(-sum / d);
        }
        L[i * ldl + i] = (REAL)(1.0 / d);
    }
    return 0;
}

/* M <- M' M in full, in place:  out[i,j] = sum_{p>=i} M[p,i] M[p,j] for j <= i. Sums are stored in the upper triangle,
 * which is not read; row i of the lower triangle is read last for out[i,i], and then gets the mirror image. */
static void SQUARE(int64_t n, REAL *M, int64_t ldm)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (int64_t p = i; p < n; p++) sum += (double)M[p * ldm + i] * (double)M[p * ldm + j];
            M[j * ldm + i] = (REAL)sum;
        }
        for (int64_t j = 0; j < i; j++) M[i * ldm + j] = M[j * ldm + i];
    }
}

int64_t POTRI(int64_t n, REAL *A, int64_t lda)
{
    const int64_t bad = INVERT(n, A, lda);
    if (!bad) SQUARE(n, A, lda);
    return bad;
}

#undef REAL
#undef POTRF
#undef POTRI
#undef INVERT
#undef SQUARE
