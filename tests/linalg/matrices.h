/* SPDX-License-Identifier: Apache-2.0
 * Random matrices for the tests, and comparison relative to the largest element. */
#ifndef THAW_TEST_MATRICES_H
#define THAW_TEST_MATRICES_H

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"

/* n standard normal numbers, 64-byte aligned. */
static inline float *normals(int64_t n, uint64_t seed)
{
    float *x = aligned_alloc(64, (size_t)(n + 16) / 16 * 64);
    ck_assert_ptr_nonnull(x);
    for (int64_t i = 0; i < n; i++) x[i] = (float)thaw__rng_normal(seed, 77, (uint64_t)i);
    return x;
}

static inline float *copy_of(const float *x, int64_t n)
{
    float *y = aligned_alloc(64, (size_t)(n + 16) / 16 * 64);
    ck_assert_ptr_nonnull(y);
    if (n) memcpy(y, x, (size_t)n * sizeof *y);
    return y;
}

/* A [n, lda] = n I + B' B / n, positive definite and well conditioned, both triangles; does not write columns from n
 * on. */
static inline void make_positive(int64_t n, float *A, int64_t lda)
{
    float *B = copy_of(A, n * lda);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = i == j ? 1.0 : 0.0;
            for (int64_t p = 0; p < n; p++) sum += (double)B[p * lda + i] * (double)B[p * lda + j] / (double)n;
            A[i * lda + j] = (float)sum;
        }
    free(B);
}

/* x [n] and y [n] differ by at most `tolerance` times max(1, largest |y|), because inputs are about 1 and may cancel.
 * NaN is never close. */
static inline void assert_close(const float *x, const float *y, int64_t n, double tolerance, const char *what)
{
    double largest = 1.0, worst = 0.0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs((double)y[i]));
    for (int64_t i = 0; i < n; i++) {
        const double difference = fabs((double)x[i] - (double)y[i]);
        ck_assert_msg(difference <= HUGE_VAL, "%s: element %d is not a number", what, (int)i);
        worst = fmax(worst, difference);
    }
    ck_assert_msg(worst <= tolerance * largest, "%s: differs by %g of %g, tolerance %g", what, worst, largest,
                  tolerance);
}

/* Tolerance of float32 sums of n products in any order of summation. */
static inline double rounding(int64_t n)
{
    return 4e-7 * (4.0 + sqrt((double)n));
}

#endif
