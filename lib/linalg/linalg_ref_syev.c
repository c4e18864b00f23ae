/* SPDX-License-Identifier: Apache-2.0
 * Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub, Van Loan, Matrix Computations, 8.5). */
#include <math.h>
#include <string.h>

#include "linalg_ref.h"

enum { SWEEPS = 60 };

static double off_diagonal(int64_t n, const double *S)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) sum += S[i * n + j] * S[i * n + j];
    return sum;
}

static void rotate_rows(int64_t n, double *x, double *y, double c, double s)
{
    for (int64_t k = 0; k < n; k++) {
        const double a = x[k], b = y[k];
        x[k] = c * a - s * b;
        y[k] = s * a + c * b;
    }
}

/* The rotation J that makes S[p, q] zero: S <- J' S J, Q <- J' Q. */
static void rotate(int64_t n, double *S, double *Q, int64_t ldq, int64_t p, int64_t q)
{
    if (S[p * n + q] == 0) return;
    const double theta = (S[q * n + q] - S[p * n + p]) / (2 * S[p * n + q]);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double c = 1 / sqrt(t * t + 1), s = t * c;
    rotate_rows(n, S + p * n, S + q * n, c, s);
    for (int64_t k = 0; k < n; k++) {
        const double a = S[k * n + p], b = S[k * n + q];
        S[k * n + p] = c * a - s * b;
        S[k * n + q] = s * a + c * b;
    }
    rotate_rows(n, Q + p * ldq, Q + q * ldq, c, s);
}

static void sort_ascending(int64_t n, double *Q, int64_t ldq, double *values)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t least = i;
        for (int64_t k = i + 1; k < n; k++)
            if (values[k] < values[least]) least = k;
        const double v = values[i];
        values[i] = values[least];
        values[least] = v;
        if (least != i) rotate_rows(n, Q + i * ldq, Q + least * ldq, 0, 1);
    }
}

int64_t thaw__ref_syev64(int64_t n, double *A, int64_t lda, double *values, double *work)
{
    double *S = work, scale = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            S[i * n + j] = S[j * n + i] = A[i * lda + j];
            scale += A[i * lda + j] * A[i * lda + j];
        }
    for (int64_t i = 0; i < n; i++) memset(A + i * lda, 0, (size_t)n * sizeof *A);
    for (int64_t i = 0; i < n; i++) A[i * lda + i] = 1;
    if (!isfinite(scale)) return 1;
    int sweep = 0;
    for (; sweep < SWEEPS && off_diagonal(n, S) > 1e-28 * scale; sweep++)
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++) rotate(n, S, A, lda, p, q);
    for (int64_t i = 0; i < n; i++) values[i] = S[i * n + i];
    sort_ascending(n, A, lda, values);
    return sweep == SWEEPS;
}
