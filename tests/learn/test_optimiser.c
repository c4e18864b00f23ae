/* SPDX-License-Identifier: Apache-2.0 */
#include "optimiser.h"

#include <math.h>
#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"

/* ---- Adam -------------------------------------------------------------------------------------------------------- */

enum { N = 3 };

static const double rate = 0.05, decay = 0.99;
static const thaw_allocator host;

/* The gradient of f(x) = sum_i c_i (x_i - i)^2 / 2 with very different curvatures c. */
static void quadratic(double *gradient, const double *x)
{
    static const double curvature[N] = {0.01, 1, 100};
    for (int i = 0; i < N; i++) gradient[i] = curvature[i] * (x[i] - i);
}

/* Kingma and Ba (2015), algorithm 1; the caller has m and v. */
static void plain_adam(double *x, double *m, double *v, const double *g, int t)
{
    const double beta1 = 0.9, beta2 = 0.999, alpha = rate * pow(decay, t);
    for (int i = 0; i < N; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        const double m_hat = m[i] / (1 - pow(beta1, t)), v_hat = v[i] / (1 - pow(beta2, t));
        x[i] -= alpha * m_hat / (sqrt(v_hat) + 1e-12);
    }
}

START_TEST(adam_is_algorithm_1_of_the_paper)
{
    thaw__adam adam;
    const thaw_allocator a = thaw__allocator(&host);
    double x[N] = {5, -3, 7}, y[N] = {5, -3, 7}, m[N] = {0}, v[N] = {0}, g[N];
    ck_assert_int_eq(thaw__adam_create(&adam, N, rate, decay, &a), THAW_OK);
    for (int t = 1; t <= 200; t++) {
        quadratic(g, y);
        plain_adam(y, m, v, g, t);
        quadratic(g, x);
        thaw__adam_step(&adam, g);
        for (int i = 0; i < N; i++) x[i] -= g[i];
        for (int i = 0; i < N; i++) ck_assert_double_eq_tol(x[i], y[i], 1e-9);
    }
    ck_assert_int_eq(adam.steps, 200);
    thaw__adam_free(&adam, &a);
}
END_TEST

START_TEST(adam_finds_the_minimum_of_a_quadratic)
{
    thaw__adam adam;
    const thaw_allocator a = thaw__allocator(&host);
    double x[N] = {5, -3, 7}, g[N];
    ck_assert_int_eq(thaw__adam_create(&adam, N, 0.1, 0.999, &a), THAW_OK);
    for (int t = 0; t < 4000; t++) {
        quadratic(g, x);
        thaw__adam_step(&adam, g);
        for (int i = 0; i < N; i++) x[i] -= g[i];
    }
    for (int i = 0; i < N; i++) ck_assert_double_eq_tol(x[i], i, 1e-2);
    thaw__adam_free(&adam, &a);
}
END_TEST

START_TEST(the_first_step_of_adam_has_the_length_of_the_rate)
{
    thaw__adam adam;
    const thaw_allocator a = thaw__allocator(&host);
    double g[N] = {1e-6, -3, 1e6};
    ck_assert_int_eq(thaw__adam_create(&adam, N, rate, 1, &a), THAW_OK);
    thaw__adam_step(&adam, g);
    for (int i = 0; i < N; i++) ck_assert_double_eq_tol(fabs(g[i]), rate, 1e-6);
    ck_assert_double_lt(g[1], 0);
    thaw__adam_free(&adam, &a);
}
END_TEST

START_TEST(adam_without_memory_is_refused_and_leaks_nothing)
{
    failing_alloc f;
    thaw__adam adam;
    failing_alloc_init(&f, _i);
    ck_assert_int_eq(thaw__adam_create(&adam, N, rate, decay, &f.allocator), THAW_E_NOMEM);
    ck_assert_ptr_null(adam.mean);
    ck_assert_int_eq(f.live, 0);
}
END_TEST

/* ---- descent ----------------------------------------------------------------------------------------------------- */

enum { ROWS = 5, STRIDE = 16, LD = 32 };

typedef struct fixture {
    float x[ROWS * LD] __attribute__((aligned(64))), g[ROWS * STRIDE] __attribute__((aligned(64)));
    float scale[ROWS];
    thaw__row_table table;
} fixture;

static void set_up(fixture *f)
{
    for (int i = 0; i < ROWS * LD; i++) f->x[i] = (float)(i % 7) - 2;
    for (int i = 0; i < ROWS * STRIDE; i++) f->g[i] = (float)(i % 5) - 1;
    for (int i = 0; i < ROWS; i++) f->scale[i] = (float)(i + 1);
    f->table = (thaw__row_table){f->x, ROWS, STRIDE, LD, NULL};
}

static double length(const float *rows, int ld)
{
    double sum = 0;
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < STRIDE; c++) sum += (double)rows[i * ld + c] * (double)rows[i * ld + c];
    return sqrt(sum);
}

START_TEST(the_first_step_of_a_descent_is_relative_to_the_matrix_norm)
{
    fixture f;
    set_up(&f);
    float old[ROWS * LD], moved[ROWS * LD];
    const double at_first = length(f.x, LD);
    memcpy(old, f.x, sizeof old);
    thaw__rms_descent o = thaw__rms_descent_of(&f.table, thaw__kernels_best());
    ck_assert_double_eq_tol(o.length, at_first, 1e-5 * at_first);
    thaw__rms_descent_step(&o, &f.table, f.g, NULL, 0.02, thaw__kernels_best());
    for (int i = 0; i < ROWS * LD; i++) moved[i] = f.x[i] - old[i];
    ck_assert_double_eq_tol(length(moved, LD), 0.02 * at_first, 1e-5 * at_first);
    for (int i = 0; i < ROWS * LD; i++)
        if (i % LD >= STRIDE) ck_assert_float_eq(moved[i], 0);
}
END_TEST

START_TEST(a_descent_follows_its_formulas)
{
    fixture f;
    set_up(&f);
    thaw__rms_descent o = thaw__rms_descent_of(&f.table, thaw__kernels_best());
    double x[ROWS][STRIDE], v = 0, at_first = length(f.x, LD);
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < STRIDE; c++) x[i][c] = (double)f.x[i * LD + c];
    for (int t = 0; t < 4; t++) {
        double square = 0;
        for (int i = 0; i < ROWS * STRIDE; i++) f.g[i] = (float)((i + t) % 5) - 1;
        for (int i = 0; i < ROWS * STRIDE; i++) square += pow((double)(f.scale[i / STRIDE] * f.g[i]), 2);
        v = t ? 0.95 * v + 0.05 * square : square;
        for (int i = 0; i < ROWS; i++)
            for (int c = 0; c < STRIDE; c++)
                x[i][c] -= 0.01 * at_first * (double)(f.scale[i] * f.g[i * STRIDE + c]) / sqrt(v);
        thaw__rms_descent_step(&o, &f.table, f.g, f.scale, 0.01, thaw__kernels_best());
    }
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < STRIDE; c++) ck_assert_double_eq_tol((double)f.x[i * LD + c], x[i][c], 1e-5);
}
END_TEST

START_TEST(a_zero_or_infinite_gradient_changes_nothing)
{
    fixture f;
    set_up(&f);
    float old[ROWS * LD];
    memcpy(old, f.x, sizeof old);
    memset(f.g, 0, sizeof f.g);
    if (_i) f.g[3] = _i == 1 ? NAN : INFINITY;
    thaw__rms_descent o = thaw__rms_descent_of(&f.table, thaw__kernels_best());
    thaw__rms_descent_step(&o, &f.table, f.g, NULL, 0.02, thaw__kernels_best());
    ck_assert_mem_eq(f.x, old, sizeof old);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("learn");
    TCase *tc = tcase_create("optimiser");
    tcase_add_test(tc, adam_is_algorithm_1_of_the_paper);
    tcase_add_test(tc, adam_finds_the_minimum_of_a_quadratic);
    tcase_add_test(tc, the_first_step_of_adam_has_the_length_of_the_rate);
    tcase_add_loop_test(tc, adam_without_memory_is_refused_and_leaks_nothing, 1, 3);
    tcase_add_test(tc, the_first_step_of_a_descent_is_relative_to_the_matrix_norm);
    tcase_add_test(tc, a_descent_follows_its_formulas);
    tcase_add_loop_test(tc, a_zero_or_infinite_gradient_changes_nothing, 0, 3);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
