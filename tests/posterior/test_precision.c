/* SPDX-License-Identifier: Apache-2.0
 * A precision matrix, its solution and the derivative through it, against Gaussian elimination and finite differences
 * in float64. */
#include <math.h>
#include <string.h>

#include "elimination.h"
#include "packed.h"
#include "precision.h"
#include "rng.h"
#include "run_suite.h"

enum { RANK = 7, STRIDE = 16, ROWS = 5 };

static float X[ROWS * STRIDE] __attribute__((aligned(64)));
static const float target[ROWS] = {0.5f, -1, 0.25f, 2, -0.75f}, strength[ROWS] = {0.3f, 1, 2, 0.5f, 1.5f};

static float diagonal(int c)
{
    return 0.5f + 0.25f * (float)c;
}

static void begin(void)
{
    memset(X, 0, sizeof X);
    for (int k = 0; k < ROWS; k++)
        for (int j = 0; j < RANK; j++) X[k * STRIDE + j] = (float)thaw__rng_normal(4, 1, (uint64_t)(k * RANK + j));
}

/* w = A^-1 b with A = D + sum of s x x', b = sum of t x; s + by and t + by_linear at row k_moved. */
static void textbook(double *w, int k_moved, double by, double by_linear)
{
    double A[RANK * (RANK + 1)] = {0};
    for (int r = 0; r < RANK; r++) A[r * (RANK + 1) + r] = (double)diagonal(r);
    for (int k = 0; k < ROWS; k++) {
        const float *x = X + k * STRIDE;
        const double s = (double)strength[k] + (k == k_moved ? by : 0);
        const double t = (double)target[k] + (k == k_moved ? by_linear : 0);
        for (int r = 0; r < RANK; r++) {
            A[r * (RANK + 1) + RANK] += t * (double)x[r];
            for (int c = 0; c < RANK; c++) A[r * (RANK + 1) + c] += s * (double)x[r] * (double)x[c];
        }
    }
    eliminate(A, RANK, 1);
    for (int r = 0; r < RANK; r++) w[r] = A[r * (RANK + 1) + RANK];
}

/* The same in float32; A is factored. */
static thaw__precision solved(float *A, float *w)
{
    const thaw__precision p = {A, RANK, STRIDE};
    float rows[ROWS * STRIDE] = {0};
    memset(w, 0, STRIDE * sizeof *w);
    thaw__precision_clear(p);
    for (int c = 0; c < RANK; c++) A[c * STRIDE + c] = diagonal(c);
    for (int k = 0; k < ROWS; k++)
        for (int j = 0; j < RANK; j++) {
            rows[k * STRIDE + j] = sqrtf(strength[k]) * X[k * STRIDE + j];
            w[j] += target[k] * X[k * STRIDE + j];
        }
    thaw__precision_add_rows(p, 2, rows); /* block by block */
    thaw__precision_add_rows(p, ROWS - 2, rows + 2 * STRIDE);
    ck_assert_int_eq(thaw__precision_factor(p), 0);
    thaw__precision_solve(p, w);
    return p;
}

START_TEST(the_solution_equals_gaussian_elimination)
{
    float A[RANK * STRIDE], w[STRIDE] __attribute__((aligned(64)));
    double expected[RANK];
    begin();
    solved(A, w);
    textbook(expected, -1, 0, 0);
    ck_assert(largest_error(w, expected, RANK) < 1e-5); /* a dozen float32 sums */
}
END_TEST

START_TEST(the_inverse_times_the_matrix_is_the_identity)
{
    float A[RANK * STRIDE], inverse[RANK * STRIDE];
    begin();
    thaw__precision p = {A, RANK, STRIDE};
    thaw__precision_clear(p);
    thaw__precision_add_identity(p);
    thaw__precision_add_rows(p, ROWS, X);
    memcpy(inverse, A, sizeof A);
    thaw__precision_mirror(p);
    ck_assert_int_eq(thaw__precision_invert((thaw__precision){inverse, RANK, STRIDE}), 0);
    for (int r = 0; r < RANK; r++)
        for (int c = 0; c < RANK; c++) {
            double sum = 0;
            for (int k = 0; k < RANK; k++) sum += (double)(A[r * STRIDE + k] * inverse[k * STRIDE + c]);
            ck_assert_double_eq_tol(sum, r == c, 1e-5);
        }
}
END_TEST

/* f = sum over c of (c + 1) w_c; central differences of step 1e-4 in float64, which float32 then bounds. */
START_TEST(the_derivative_by_a_row_equals_finite_differences)
{
    float A[RANK * STRIDE], w[STRIDE] __attribute__((aligned(64))), l[STRIDE] __attribute__((aligned(64))) = {0};
    double up[RANK], down[RANK];
    begin();
    const thaw__precision p = solved(A, w);
    for (int c = 0; c < RANK; c++) l[c] = (float)(c + 1);
    thaw__precision_solve(p, l);
    for (int k = 0; k < ROWS; k++)
        for (int linear = 0; linear < 2; linear++) {
            const thaw__row_slope slope = thaw__row_slope_of(thaw__kernels_best(), STRIDE, X + k * STRIDE, l, w);
            double difference = 0;
            textbook(up, k, linear ? 0 : 1e-4, linear ? 1e-4 : 0);
            textbook(down, k, linear ? 0 : -1e-4, linear ? -1e-4 : 0);
            for (int c = 0; c < RANK; c++) difference += (c + 1) * (up[c] - down[c]) / 2e-4;
            const double is = (double)(linear ? slope.by_linear : slope.by_precision);
            ck_assert_double_eq_tol(is, difference, 1e-4 * (1 + fabs(difference)));
        }
}
END_TEST

START_TEST(a_matrix_that_is_not_positive_definite_is_reported)
{
    float A[RANK * STRIDE];
    const thaw__precision p = {A, RANK, STRIDE};
    for (int k = 0; k < 2; k++) {
        thaw__precision_clear(p);
        if (k) A[0] = NAN;
        ck_assert_int_eq(thaw__precision_factor(p), 1);
        thaw__precision_clear(p);
        ck_assert_int_eq(thaw__precision_invert(p), 1);
    }
}
END_TEST

START_TEST(packing_and_unpacking_gives_the_same_matrix)
{
    float full[RANK * STRIDE] = {0}, back[RANK * STRIDE] = {0}, triangle[RANK * (RANK + 1) / 2];
    for (int r = 0; r < RANK; r++)
        for (int c = 0; c < RANK; c++) full[r * STRIDE + c] = (float)(r + c + r * c);
    thaw__pack(triangle, full, STRIDE, RANK);
    ck_assert(triangle[4] == full[2 * STRIDE + 1]); /* element (2, 1) is at 2 3 / 2 + 1 */
    thaw__unpack(back, STRIDE, triangle, RANK);
    ck_assert_mem_eq(full, back, sizeof full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("posterior.precision");
    TCase *tc = tcase_create("precision");
    tcase_add_test(tc, the_solution_equals_gaussian_elimination);
    tcase_add_test(tc, the_inverse_times_the_matrix_is_the_identity);
    tcase_add_test(tc, the_derivative_by_a_row_equals_finite_differences);
    tcase_add_test(tc, a_matrix_that_is_not_positive_definite_is_reported);
    tcase_add_test(tc, packing_and_unpacking_gives_the_same_matrix);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
