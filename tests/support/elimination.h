/* SPDX-License-Identifier: Apache-2.0
 * Reference for systems of equations: Gaussian elimination with pivoting in float64. */
#ifndef ELIMINATION_H
#define ELIMINATION_H

#include <math.h>

/** A [n, n + m] = (A | B), B becomes A^-1 B. */
static inline void eliminate(double *A, int n, int m)
{
    const int w = n + m;
    for (int c = 0; c < n; c++) {
        int pivot = c;
        for (int r = c + 1; r < n; r++)
            if (fabs(A[r * w + c]) > fabs(A[pivot * w + c])) pivot = r;
        for (int k = 0; k < w; k++) {
            double t = A[c * w + k];
            A[c * w + k] = A[pivot * w + k];
            A[pivot * w + k] = t;
        }
        for (int r = 0; r < n; r++) {
            double f = r == c ? 0 : A[r * w + c] / A[c * w + c];
            for (int k = c; f != 0 && k < w; k++) A[r * w + k] -= f * A[c * w + k];
        }
    }
    for (int r = 0; r < n; r++)
        for (int k = n; k < w; k++) A[r * w + k] /= A[r * w + r];
}

/** The largest difference relative to the largest number. */
static inline double largest_error(const float *is, const double *expected, int n)
{
    double difference = 0, size = 1e-3;
    for (int k = 0; k < n; k++) {
        difference = fmax(difference, fabs((double)is[k] - expected[k]));
        size = fmax(size, fabs(expected[k]));
    }
    return difference / size;
}

#endif
