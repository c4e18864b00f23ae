/* SPDX-License-Identifier: Apache-2.0
 * The sums of prior_fit.h against ridge regression solved outright. */
#include <math.h>
#include <string.h>

#include "mem.h"
#include "planted.h"
#include "prior_fit.h"
#include "run_suite.h"
#include "status.h"

enum { ROWS = 200, WIDTH = 6, DIM = 2 };

static thaw_allocator a;
static thaw__prior prior;
static thaw__sparse rows;
static float target[ROWS][DIM];

/* Two columns of three tokens each; every row has one token of each. Targets depend on the first column only. */
static void setup(void)
{
    a = thaw__allocator(NULL);
    thaw__features features = {.allocator = a, .n = 2, .width = WIDTH};
    features.columns = thaw__alloc0(&a, 2, sizeof *features.columns);
    for (int c = 0; c < 2; c++) {
        thaw__keymap_init(&features.columns[c].tokens, &a);
        features.columns[c].first = 3 * c;
        features.columns[c].width = 3;
    }
    ck_assert_int_eq(thaw__prior_init(&prior, &features, DIM), THAW_OK);
    rows.n = ROWS;
    rows.start = thaw__alloc(&a, ROWS + 1, sizeof *rows.start);
    rows.column = thaw__alloc(&a, 2 * ROWS, sizeof *rows.column);
    rows.value = thaw__alloc(&a, 2 * ROWS, sizeof *rows.value);
    for (int r = 0; r < ROWS; r++) {
        rows.start[r] = 2 * r;
        for (int c = 0; c < 2; c++) {
            rows.column[2 * r + c] = 3 * c + (int)(3 * planted_uniform(1, (uint64_t)c, (uint64_t)r));
            rows.value[2 * r + c] = 1;
        }
        for (int j = 0; j < DIM; j++)
            target[r][j] = (float)(1 + j + (rows.column[2 * r] - 1) * (j ? 0.5 : 1) +
                                   0.3 * planted_uniform(2, (uint64_t)j, (uint64_t)r));
    }
    rows.start[ROWS] = 2 * ROWS;
}

static void teardown(void)
{
    thaw__prior_free(&prior);
    thaw__sparse_free(&rows, &a);
}

static void residual_of(int r, float *e)
{
    thaw__prior_mean(&prior, e, &rows, r);
    for (int j = 0; j < DIM; j++) e[j] = target[r][j] - e[j];
}

static void step(int learn_ridge)
{
    thaw__prior_fit fit;
    float e[DIM];
    ck_assert_int_eq(thaw__prior_fit_init(&fit, &prior, &a), THAW_OK);
    for (int r = 0; r < ROWS; r++) {
        residual_of(r, e);
        thaw__prior_fit_add(&fit, &prior, &rows, r, e, 1);
    }
    for (int j = 0; j < DIM; j++) prior.centre[j] += (float)(fit.residual[j] / fit.rows);
    thaw__prior_fit_apply(&fit, &prior, 1, 1);
    if (learn_ridge) thaw__prior_fit_ridge(&prior, NULL);
    thaw__prior_fit_free(&fit, &a);
}

/* Every fifth row loses its second column, and its target is another. */
static void lose_columns(void)
{
    int64_t at = 0;
    for (int r = 0; r < ROWS; r++) {
        const int64_t first = rows.start[r], n = r % 5 ? 2 : 1;
        rows.start[r] = at;
        for (int64_t k = 0; k < n; k++) rows.column[at++] = rows.column[first + k];
        if (n == 1) target[r][0] += 2;
    }
    rows.start[ROWS] = at;
}

START_TEST(converges_to_the_ridge_solution)
{
    /* At the minimum of sum |e|^2 + lambda |W|^2 with columns centred over the rows that have them, the gradient
     * sum (f_g - total_weight_g / present_c) e - lambda W_g over those rows is zero, and so is sum e. */
    float e[DIM];
    double gradient[WIDTH][DIM] = {{0}}, sum[DIM] = {0}, column_residual[2][DIM] = {{0}};
    double total_weight[WIDTH] = {0}, present[2] = {0};
    if (_i) lose_columns();
    for (int k = 0; k < 200; k++) step(0);
    for (int r = 0; r < ROWS; r++) {
        residual_of(r, e);
        for (int j = 0; j < DIM; j++) sum[j] += (double)e[j];
        for (int64_t k = rows.start[r]; k < rows.start[r + 1]; k++) {
            const int g = rows.column[k];
            total_weight[g]++;
            present[g / 3]++;
            for (int j = 0; j < DIM; j++) {
                gradient[g][j] += (double)e[j];
                column_residual[g / 3][j] += (double)e[j];
            }
        }
    }
    for (int j = 0; j < DIM; j++) {
        ck_assert_double_eq_tol(sum[j], 0, 1e-2); /* of 200 targets of order 1, in float */
        for (int g = 0; g < WIDTH; g++)
            ck_assert_double_eq_tol(gradient[g][j] - total_weight[g] / present[g / 3] * column_residual[g / 3][j],
                                    (double)(prior.ridge[g / 3] * prior.weights[g * DIM + j]), 1e-2);
    }
}
END_TEST

/* The penalised squared error that a step should lower. */
static double objective(void)
{
    double sum = 0;
    float e[DIM];
    for (int r = 0; r < ROWS; r++) {
        residual_of(r, e);
        for (int j = 0; j < DIM; j++) sum += (double)e[j] * (double)e[j];
    }
    for (int g = 0; g < WIDTH; g++)
        for (int j = 0; j < DIM; j++) sum += (double)prior.ridge[g / 3] * pow((double)prior.weights[g * DIM + j], 2);
    return sum;
}

START_TEST(every_step_lowers_the_penalised_error)
{
    double before = objective();
    for (int k = 0; k < 30; k++) {
        step(0);
        ck_assert_double_le(objective(), before + 1e-3);
        before = objective();
    }
}
END_TEST

START_TEST(the_gradient_is_that_of_the_penalised_error)
{
    /* d objective / d W_g = -2 (sum f_g (e - mean e) - lambda W_g), columns centred: against central differences. */
    thaw__prior_fit fit;
    float e[DIM];
    const float h = 1e-2f;
    for (int k = 0; k < 3; k++) step(0);
    ck_assert_int_eq(thaw__prior_fit_init(&fit, &prior, &a), THAW_OK);
    for (int r = 0; r < ROWS; r++) {
        residual_of(r, e);
        thaw__prior_fit_add(&fit, &prior, &rows, r, e, 1);
    }
    for (int g = 0; g < WIDTH; g++)
        for (int j = 0; j < DIM; j++) {
            float *w = &prior.weights[g * DIM + j], *mean = &prior.column_mean[g / 3 * DIM + j], old = *w,
                  old_mean = *mean;
            double f[2], share = fit.total_weight[g] / fit.present[g / 3];
            for (int side = 0; side < 2; side++) {
                float move = side ? h : -h;
                *w = old + move;
                *mean = old_mean + move * (float)share;
                f[side] = objective();
            }
            *w = old;
            *mean = old_mean;
            double centred = fit.gradient[g * DIM + j] - share * fit.column_residual[g / 3 * DIM + j];
            double want = -2 * (centred - (double)(prior.ridge[g / 3] * old));
            ck_assert_double_eq_tol((f[1] - f[0]) / (2 * (double)h), want, 0.05 * (1 + fabs(want)));
        }
    thaw__prior_fit_free(&fit, &a);
}
END_TEST

START_TEST(a_useless_column_gets_the_larger_ridge)
{
    for (int k = 0; k < 50; k++) step(1);
    ck_assert_msg(prior.ridge[1] > 4 * prior.ridge[0], "%g, %g", (double)prior.ridge[0], (double)prior.ridge[1]);
}
END_TEST

START_TEST(rows_without_features_get_the_centre)
{
    static int64_t start[2] = {0, 0};
    thaw__sparse empty = {.n = 1, .start = start};
    float mean[DIM], average[DIM] = {0};
    for (int k = 0; k < 50; k++) step(0);
    thaw__prior_mean(&prior, mean, &empty, 0);
    for (int r = 0; r < ROWS; r++)
        for (int j = 0; j < DIM; j++) average[j] += target[r][j] / ROWS;
    for (int j = 0; j < DIM; j++) ck_assert_float_eq_tol(mean[j], average[j], 1e-3f);
    ck_assert(thaw__prior_widening(&prior, &empty, 0) == 1);
    ck_assert(thaw__prior_widening(&prior, &rows, 0) > 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prior fit");
    TCase *tc = tcase_create("ridge by sums");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, converges_to_the_ridge_solution, 0, 2);
    tcase_add_test(tc, every_step_lowers_the_penalised_error);
    tcase_add_test(tc, the_gradient_is_that_of_the_penalised_error);
    tcase_add_test(tc, a_useless_column_gets_the_larger_ridge);
    tcase_add_test(tc, rows_without_features_get_the_centre);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
