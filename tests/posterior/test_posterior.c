/* SPDX-License-Identifier: Apache-2.0
 * A posterior against the textbook: P = (I + X'X)^-1, m = m0 + P X't by Gaussian elimination in float64. */
#include <math.h>
#include <string.h>

#include "elimination.h"
#include "mem.h"
#include "posterior.h"
#include "rng.h"
#include "run_suite.h"

enum { MOST_RANK = 64, MOST_ROWS = 2 * MOST_RANK };

#define TOLERANCE 1e-4 /* sums of a hundred products in float32, relative to the largest number */

static const int ranks[] = {1, 5, 16, 17, 32, 64};
enum { N_RANKS = sizeof ranks / sizeof *ranks };

static const thaw_allocator *const plain = NULL;

/* ---- arrange ----------------------------------------------------------------------------------------------------- */

static thaw__posterior p;
static float X[MOST_ROWS * MOST_RANK] __attribute__((aligned(64)));
static float t[MOST_ROWS];                               /* relative to m0 */
static double mean[MOST_RANK], P[MOST_RANK * MOST_RANK]; /* by the textbook formulas */
static float m[MOST_RANK], C[MOST_RANK * MOST_RANK];     /* by the posterior */

static thaw__posterior make(int rank, int fades)
{
    const int64_t stride = (int64_t)thaw__stride((size_t)rank);
    thaw__posterior made = {.kernels = thaw__kernels_best(), .rank = rank, .stride = stride};
    const thaw_allocator a = thaw__allocator(plain);
    float *block = thaw__alloc0(&a, thaw__posterior_floats(made.stride, fades), sizeof(float));
    float prior[MOST_RANK];
    ck_assert_ptr_nonnull(block);
    ck_assert_ptr_eq(thaw__posterior_lay_out(&made, block, fades), block + thaw__posterior_floats(made.stride, fades));
    for (int j = 0; j < rank; j++) prior[j] = (float)thaw__rng_normal(1, 1, (uint64_t)j);
    thaw__posterior_set_prior(&made, prior);
    return made;
}

static void destroy(thaw__posterior *made)
{
    const thaw_allocator a = thaw__allocator(plain);
    thaw__free(&a, made->prior);
}

/* Rows of length about 1, so that prior and rows both matter. */
static void begin(int rank, int fades)
{
    p = make(rank, fades);
    memset(X, 0, sizeof X);
    for (int k = 0; k < MOST_ROWS; k++) {
        t[k] = (float)thaw__rng_normal(2, 1, (uint64_t)k);
        for (int j = 0; j < rank; j++)
            X[k * p.stride + j] = (float)(thaw__rng_normal(3, 1, (uint64_t)(k * MOST_RANK + j)) / sqrt(rank));
    }
}

static void end(void)
{
    destroy(&p);
}

/* ---- actual and expected --------------------------------------------------------------------------------------- */

/* The first n rows and targets, row k of weight weight[k]; NULL: 1. */
static void textbook(int n, const double *weight)
{
    static double A[2 * MOST_RANK * MOST_RANK];
    const int d = p.rank, w = 2 * d;
    double h[MOST_RANK] = {0};
    memset(A, 0, sizeof A);
    for (int r = 0; r < d; r++) A[r * w + r] = A[r * w + d + r] = 1;
    for (int k = 0; k < n; k++) {
        const float *x = X + k * p.stride;
        const double s = weight ? weight[k] : 1;
        for (int r = 0; r < d; r++) {
            h[r] += s * (double)t[k] * (double)x[r];
            for (int c = 0; c < d; c++) A[r * w + c] += s * (double)x[r] * (double)x[c];
        }
    }
    eliminate(A, d, d);
    for (int r = 0; r < d; r++) {
        mean[r] = (double)p.prior[r];
        for (int c = 0; c < d; c++) {
            P[r * d + c] = A[r * w + d + c];
            mean[r] += P[r * d + c] * h[c];
        }
    }
}

/* P times the first row equals the textbook's. */
static void expect_product(int n)
{
    double expected[MOST_RANK] = {0};
    float product[MOST_RANK + THAW__LANES] __attribute__((aligned(64)));
    const int d = p.rank;
    for (int r = 0; r < d; r++)
        for (int c = 0; c < d; c++) expected[r] += P[r * d + c] * (double)X[c];
    thaw__posterior_times(&p, product, X);
    ck_assert_msg(largest_error(product, expected, d) < TOLERANCE, "P x is off at rank %d, n %d", d, n);
    for (int64_t c = d; c < p.stride; c++) ck_assert(product[c] == 0);
}

static void expect_textbook(int n)
{
    const int d = p.rank;
    thaw__posterior_covariance(&p, C);
    const double of_mean = largest_error(p.mean, mean, d), of_P = largest_error(C, P, d * d);
    ck_assert_msg(of_mean < TOLERANCE, "mean is off by %g at rank %d, n %d", of_mean, d, n);
    ck_assert_msg(of_P < TOLERANCE, "covariance is off by %g at rank %d, n %d", of_P, d, n);
    expect_product(n);
}

static int condition_dual(int n)
{
    float used[MOST_ROWS];
    memcpy(used, t, sizeof used);
    memcpy(p.main, X, (size_t)(n * p.stride) * sizeof *X);
    return thaw__posterior_condition_dual(&p, n, used);
}

static int condition_primal(int n)
{
    float h[MOST_RANK] = {0};
    const thaw__precision J = thaw__posterior_information(&p);
    thaw__precision_clear(J);
    thaw__precision_add_rows(J, n, X);
    for (int k = 0; k < n; k++) p.kernels->axpy(p.rank, t[k], X + k * p.stride, h);
    return thaw__posterior_condition_primal(&p, h);
}

static float residual(int k)
{
    float already = 0;
    for (int j = 0; j < p.rank; j++) already += X[k * p.stride + j] * (p.mean[j] - p.prior[j]);
    return t[k] - already;
}

static int64_t most_rows(void)
{
    return thaw__posterior_most_rows(&p);
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

START_TEST(the_posterior_of_no_events_is_the_prior)
{
    begin(ranks[_i], 0);
    thaw__posterior_reset(&p);
    thaw__posterior_covariance(&p, C);
    for (int r = 0; r < p.rank; r++) {
        ck_assert(p.mean[r] == p.prior[r]);
        for (int c = 0; c < p.rank; c++) ck_assert(C[r * p.rank + c] == (float)(r == c));
    }
    end();
}
END_TEST

START_TEST(conditioning_equals_the_textbook_in_both_forms)
{
    begin(ranks[_i], 0);
    for (int n = 0; n <= MOST_ROWS; n += n < 20 ? 1 : 13) {
        textbook(n, NULL);
        if (n <= most_rows()) {
            ck_assert_int_eq(condition_dual(n), 0);
            expect_textbook(n);
        }
        ck_assert_int_eq(condition_primal(n), 0);
        expect_textbook(n);
    }
    end();
}
END_TEST

START_TEST(dual_equals_primal)
{
    double dual[MOST_RANK], dual_P[MOST_RANK * MOST_RANK];
    begin(ranks[_i], 0);
    const int n = (int)most_rows(), d = p.rank;
    ck_assert_int_eq(condition_dual(n), 0);
    thaw__posterior_covariance(&p, C);
    for (int j = 0; j < d; j++) dual[j] = (double)p.mean[j];
    for (int j = 0; j < d * d; j++) dual_P[j] = (double)C[j];
    ck_assert_int_eq(condition_primal(n), 0);
    thaw__posterior_covariance(&p, C);
    ck_assert(largest_error(p.mean, dual, d) < TOLERANCE && largest_error(C, dual_P, d * d) < TOLERANCE);
    end();
}
END_TEST

/* b = m0 + X't, as one writes the same posterior by its linear term. */
START_TEST(solving_for_the_linear_term_equals_conditioning_on_targets)
{
    float b[MOST_RANK] = {0};
    begin(ranks[_i], 0);
    const int few = (int)most_rows(), n = _i % 2 ? MOST_ROWS : few;
    textbook(n, NULL);
    for (int k = 0; k < n; k++) {
        const float all = t[k] + p.kernels->dot(p.stride, X + k * p.stride, p.prior); /* y = t + x.m0 */
        p.kernels->axpy(p.rank, all, X + k * p.stride, b);
    }
    for (int j = 0; j < p.rank; j++) b[j] += p.prior[j];
    if (n <= few) {
        memcpy(p.main, X, (size_t)(n * p.stride) * sizeof *X);
        ck_assert_int_eq(thaw__posterior_solve_dual(&p, n, b), 0);
    } else {
        const thaw__precision A = thaw__posterior_precision(&p);
        thaw__precision_clear(A);
        thaw__precision_add_identity(A);
        thaw__precision_add_rows(A, n, X);
        ck_assert_int_eq(thaw__posterior_solve_primal(&p, b), 0);
    }
    expect_textbook(n);
    end();
}
END_TEST

START_TEST(observing_one_by_one_equals_conditioning_on_all)
{
    begin(ranks[_i / 2], 0);
    const int first = _i % 2 ? (int)most_rows() : 0; /* from the prior, and from rows in the dual form */
    ck_assert_int_eq(condition_dual(first), 0);
    for (int k = first; k < MOST_ROWS; k++) {
        ck_assert_int_eq(thaw__posterior_observe(&p, X + k * p.stride, residual(k)), 0);
        if (k % 13) continue;
        textbook(k + 1, NULL);
        expect_textbook(k + 1);
    }
    end();
}
END_TEST

START_TEST(variances_equal_those_of_the_covariance)
{
    const float *rows[THAW__LANES];
    float out[THAW__LANES];
    begin(ranks[_i], 0);
    for (int form = THAW__DUAL; form <= THAW__COVARIANCE; form++) {
        ck_assert_int_eq(form == THAW__DUAL ? condition_dual((int)most_rows()) : condition_primal(MOST_ROWS), 0);
        ck_assert_int_eq(p.form, form);
        thaw__posterior_covariance(&p, C);
        for (int k = 0; k < THAW__LANES; k++) rows[k] = X + (MOST_ROWS - 1 - k) * p.stride;
        thaw__posterior_variances(&p, out, rows, THAW__LANES - 3);
        for (int k = 0; k < THAW__LANES - 3; k++) {
            double expected = 0;
            for (int r = 0; r < p.rank; r++)
                for (int c = 0; c < p.rank; c++) expected += (double)(rows[k][r] * C[r * p.rank + c] * rows[k][c]);
            ck_assert_double_eq_tol((double)out[k], expected, TOLERANCE);
        }
    }
    end();
}
END_TEST

START_TEST(a_variance_never_grows_with_an_observation)
{
    begin(ranks[_i], 0);
    const float *row = X + (MOST_ROWS - 1) * p.stride;
    float before = INFINITY, now;
    for (int k = 0; k < 20; k++) {
        ck_assert_int_eq(thaw__posterior_observe(&p, X + k * p.stride, residual(k)), 0);
        thaw__posterior_variances(&p, &now, &row, 1);
        ck_assert(now >= 0 && now <= before * 1.0001f); /* rounding */
        before = now;
    }
    end();
}
END_TEST

START_TEST(expanding_keeps_mean_and_covariance)
{
    begin(ranks[_i / 2], _i % 2);
    const int n = (int)most_rows();
    ck_assert_int_eq(condition_dual(n), 0);
    memcpy(m, p.mean, sizeof(float) * (size_t)p.rank);
    thaw__posterior_expand(&p);
    ck_assert_int_eq(p.form, THAW__COVARIANCE);
    ck_assert_mem_eq(m, p.mean, sizeof(float) * (size_t)p.rank);
    textbook(n, NULL);
    expect_textbook(n);
    for (int r = 0; p.information && r < p.rank; r++) { /* J = X'X */
        double expected = 0;
        for (int k = 0; k < n; k++) expected += (double)(X[k * p.stride + r] * X[k * p.stride]);
        ck_assert_double_eq_tol((double)p.information[r * p.stride], expected, TOLERANCE);
    }
    end();
}
END_TEST

START_TEST(forgetting_equals_conditioning_on_smaller_weights)
{
    double weight[MOST_ROWS];
    begin(ranks[_i / 3], 1);
    const int n = (int)most_rows(), many = _i % 3 == 2 ? MOST_ROWS / 2 : _i % 3 ? n : 0;
    ck_assert_int_eq(many > n ? condition_primal(many) : condition_dual(many), 0);
    for (int k = 0; k < many; k++) weight[k] = 1;
    for (int k = many; k < many + 20; k++) {
        const float gamma = k % 3 ? 0.9f : 0.5f;
        ck_assert_int_eq(thaw__posterior_observe_fading(&p, X + k * p.stride, t[k], gamma), 0);
        for (int j = 0; j < k; j++) weight[j] *= (double)gamma;
        weight[k] = 1;
        textbook(k + 1, weight);
        expect_textbook(k + 1);
    }
    end();
}
END_TEST

START_TEST(numbers_that_are_not_finite_are_reported_and_reset_recovers)
{
    const float wrong[] = {NAN, INFINITY, -INFINITY};
    begin(ranks[_i / 2], _i % 2);
    const int n = (int)most_rows();
    const float right = t[0];
    for (int k = 0; k < 3; k++) {
        t[0] = wrong[k];
        ck_assert_int_eq(condition_dual(n), 1);
        ck_assert_int_eq(condition_primal(MOST_ROWS), 1);
        thaw__posterior_reset(&p);
        if (_i % 2) ck_assert_int_eq(thaw__posterior_observe_fading(&p, X, t[0], 1), 1);
        else ck_assert_int_eq(thaw__posterior_observe(&p, X, t[0]), 1);
        thaw__posterior_reset(&p);
    }
    t[0] = right;
    ck_assert_int_eq(condition_dual(n), 0);
    textbook(n, NULL);
    expect_textbook(n);
    end();
}
END_TEST

START_TEST(a_copy_of_a_posterior_is_equal_and_independent)
{
    begin(ranks[_i / 2], _i % 2);
    const int n = (int)most_rows();
    thaw__posterior copy = make(p.rank, _i % 2);
    ck_assert_int_eq(condition_dual(n), 0);
    thaw__posterior_copy(&copy, &p);
    ck_assert_int_eq(thaw__posterior_observe(&p, X + n * p.stride, residual(n)), 0);
    const thaw__posterior original = p;
    p = copy;
    textbook(n, NULL);
    expect_textbook(n);
    p = original;
    destroy(&copy);
    end();
}
END_TEST

START_TEST(bytes_give_the_same_posterior)
{
    static unsigned char bytes[4 * (2 * MOST_RANK + MOST_RANK * (MOST_RANK + 1))];
    begin(ranks[_i / 2], _i % 2);
    thaw__posterior read = make(p.rank, _i % 2);
    const int64_t size = thaw__posterior_bytes(p.rank, _i % 2), diagonal = 8 * (int64_t)p.rank; /* of P[0, 0] */
    ck_assert(size <= (int64_t)sizeof bytes);
    ck_assert_int_eq(condition_primal(MOST_ROWS), 0);
    thaw__posterior_write(&p, bytes);
    ck_assert_int_eq(thaw__posterior_read(&read, bytes), 0);
    ck_assert_mem_eq(read.mean, p.mean, sizeof(float) * (size_t)p.stride);
    ck_assert_mem_eq(read.main, p.main, sizeof(float) * (size_t)(p.rank * p.stride));
    if (_i % 2) ck_assert_mem_eq(read.information, p.information, sizeof(float) * (size_t)(p.rank * p.stride));
    bytes[diagonal + 3] |= 0x80; /* the sign */
    ck_assert_int_eq(thaw__posterior_read(&read, bytes), 1);
    memset(bytes + size - 4, 0xff, 4); /* not a number */
    bytes[diagonal + 3] &= 0x7f;
    ck_assert_int_eq(thaw__posterior_read(&read, bytes), 1);
    destroy(&read);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("posterior");
    TCase *tc = tcase_create("posterior");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, the_posterior_of_no_events_is_the_prior, 0, N_RANKS);
    tcase_add_loop_test(tc, conditioning_equals_the_textbook_in_both_forms, 0, N_RANKS);
    tcase_add_loop_test(tc, dual_equals_primal, 0, N_RANKS);
    tcase_add_loop_test(tc, solving_for_the_linear_term_equals_conditioning_on_targets, 0, N_RANKS);
    tcase_add_loop_test(tc, observing_one_by_one_equals_conditioning_on_all, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, variances_equal_those_of_the_covariance, 0, N_RANKS);
    tcase_add_loop_test(tc, a_variance_never_grows_with_an_observation, 0, N_RANKS);
    tcase_add_loop_test(tc, expanding_keeps_mean_and_covariance, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, forgetting_equals_conditioning_on_smaller_weights, 0, 3 * N_RANKS);
    tcase_add_loop_test(tc, numbers_that_are_not_finite_are_reported_and_reset_recovers, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, a_copy_of_a_posterior_is_equal_and_independent, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, bytes_give_the_same_posterior, 0, 2 * N_RANKS);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
