/* SPDX-License-Identifier: Apache-2.0
 * The ridge episode of ridge_episode.h against a reference in double, and its gradients against finite differences of
 * the reference. */
#include <math.h>
#include <string.h>

#include "linalg.h"
#include "mem.h"
#include "ridge_episode.h"
#include "rng.h"
#include "run_suite.h"

enum { MOST = 40, STRIDE = 32 };
enum { FIRST_LOSS = THAW_LOSS_SOFTMAX, N_LOSSES = THAW_LOSS_LOGISTIC - FIRST_LOSS + 1 };

static const struct {
    int rank, k, n;
} shapes[] = {{5, 0, 6},    {5, 1, 2},    {5, 5, 8},   {5, 6, 8},   {5, 40, 12},
              {16, 10, 10}, {17, 16, 20}, {32, 32, 7}, {17, 18, 40}};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* An episode; rows in double for the reference, in float for the code. */
typedef struct fixture {
    int rank, k, n;
    int32_t loss;
    double v[MOST][STRIDE], f[MOST][STRIDE];
    float rows[2 * MOST][STRIDE] __attribute__((aligned(64)));
    const float *support[MOST], *query[MOST];
    float precision[MOST], pull[MOST], offset[MOST], label[MOST], weight[MOST];
    float diagonal[STRIDE] __attribute__((aligned(64))), start[STRIDE] __attribute__((aligned(64)));
    float w[STRIDE] __attribute__((aligned(64))), l[STRIDE] __attribute__((aligned(64)));
    float by_l[MOST], by_w[MOST], by_query[MOST];
    float scratch[STRIDE * (2 * STRIDE + 16) + 3 * STRIDE] __attribute__((aligned(64)));
    ridge_task task;
    ridge_gradient slope;
} fixture;

static fixture x;

static double draw(uint64_t a, uint64_t b)
{
    return thaw__rng_uniform(3, 1, a * 1000 + b);
}

static void set_up(int shape, int32_t loss)
{
    memset(&x, 0, sizeof x);
    x.rank = shapes[shape].rank, x.k = shapes[shape].k, x.n = shapes[shape].n, x.loss = loss;
    for (int i = 0; i < 2 * MOST; i++)
        for (int c = 0; c < x.rank; c++) {
            x.rows[i][c] = (float)(draw((uint64_t)i, (uint64_t)c) - 0.5);
            (i < MOST ? x.v[i] : x.f[i - MOST])[c] = (double)x.rows[i][c];
        }
    for (int i = 0; i < MOST; i++) {
        x.support[i] = x.rows[i], x.query[i] = x.rows[MOST + i];
        x.precision[i] = i == 3 ? 0 : (float)(2 * draw(200, (uint64_t)i));
        x.pull[i] = (float)(2 * draw(201, (uint64_t)i) - 0.5);
        x.offset[i] = (float)(draw(202, (uint64_t)i) - 0.5);
        x.label[i] = i % 3 == 0;
        x.weight[i] = x.label[i] > 0 ? 1 : (float)(1 + 5 * draw(203, (uint64_t)i));
    }
    for (int c = 0; c < STRIDE; c++) x.diagonal[c] = c < x.rank ? (float)(0.5 + draw(204, (uint64_t)c)) : 1;
    for (int c = 0; c < x.rank; c++) x.start[c] = (float)(0.3 * draw(205, (uint64_t)c));
    x.task = (ridge_task){x.support,  x.precision, x.pull, x.query, x.offset, x.label, x.weight,
                          x.diagonal, x.start,     x.k,    x.n,     0.8f,     1.5f,    loss};
    x.slope = (ridge_gradient){x.w, x.l, x.by_l, x.by_w, x.by_query};
}

/* The loss by the formulas of ridge_episode.h, in double, through the normal equations. */
static double plain_loss(void)
{
    const int d = x.rank;
    double A[STRIDE * STRIDE] = {0}, w[STRIDE], s[MOST], positives = 0, negatives = 0, loss = 0, sum = 0;
    const double h = 1.5;
    for (int c = 0; c < d; c++) A[c * d + c] = (double)x.diagonal[c], w[c] = (double)x.start[c];
    for (int i = 0; i < x.k; i++)
        for (int a = 0; a < d; a++) {
            w[a] += (double)x.pull[i] * x.v[i][a];
            for (int b = 0; b < d; b++) A[a * d + b] += (double)x.precision[i] * x.v[i][a] * x.v[i][b];
        }
    for (int p = 0; p < d; p++) /* Gauss and Jordan */
        for (int r = 0; r < d; r++) {
            if (r == p) continue;
            const double q = A[r * d + p] / A[p * d + p];
            for (int c = p; c < d; c++) A[r * d + c] -= q * A[p * d + c];
            w[r] -= q * w[p];
        }
    for (int c = 0; c < d; c++) w[c] /= A[c * d + c];
    for (int j = 0; j < x.n; j++) {
        double dot = 0;
        for (int c = 0; c < d; c++) dot += x.f[j][c] * w[c];
        s[j] = (double)x.offset[j] + (double)0.8f * dot;
        *(x.label[j] > 0 ? &positives : &negatives) += (double)x.weight[j];
    }
    for (int j = 0; j < x.n; j++) {
        const double m = (double)x.weight[j], y = (double)x.label[j];
        if (x.loss == THAW_LOSS_SOFTMAX) sum += m * exp(h * s[j]), loss -= y * m * h * s[j] / positives;
        if (x.loss == THAW_LOSS_SQUARED) loss += m * (s[j] - y) * (s[j] - y) / 2 / positives;
        if (x.loss == THAW_LOSS_LOGISTIC) loss += m * (log1p(exp(h * s[j])) - y * h * s[j]) / positives;
        for (int i = 0; i < x.n && x.loss == THAW_LOSS_PAIRWISE; i++)
            if (x.label[i] > 0 && !(x.label[j] > 0))
                loss += m * (double)x.weight[i] * log1p(exp(h * (s[j] - s[i]))) / (positives * negatives);
    }
    return x.loss == THAW_LOSS_SOFTMAX ? loss + log(sum) : loss;
}

static double run(void)
{
    double loss = NAN;
    ck_assert_int_eq(ridge_episode_run(&loss, &x.slope, &x.task, thaw__kernels_best(), x.rank, STRIDE, x.scratch), 0);
    return loss;
}

/* Central differences in double have errors of 1e-9; the tolerance is that of float arithmetic through a solve. */
static void check_slope(double *at, double slope)
{
    const double keep = *at, by = 1e-5;
    *at = keep + by;
    const double up = plain_loss();
    *at = keep - by;
    const double down = plain_loss();
    *at = keep;
    ck_assert_double_eq_tol(slope, (up - down) / (2 * by), 2e-5 * (1 + fabs(slope)));
}

START_TEST(the_loss_equals_that_of_the_normal_equations)
{
    set_up(_i / N_LOSSES, FIRST_LOSS + _i % N_LOSSES);
    const double loss = run();
    ck_assert_double_eq_tol(loss, plain_loss(), 2e-5 * (1 + fabs(loss)));
}
END_TEST

START_TEST(the_gradient_of_support_rows_equals_finite_differences)
{
    set_up(_i / N_LOSSES, FIRST_LOSS + _i % N_LOSSES);
    run();
    for (int i = 0; i < x.k; i++)
        for (int c = 0; c < x.rank; c++)
            check_slope(&x.v[i][c], (double)x.by_l[i] * (double)x.l[c] + (double)x.by_w[i] * (double)x.w[c]);
}
END_TEST

START_TEST(the_gradient_of_query_rows_equals_finite_differences)
{
    set_up(_i / N_LOSSES, FIRST_LOSS + _i % N_LOSSES);
    run();
    for (int j = 0; j < x.n; j++)
        for (int c = 0; c < x.rank; c++) check_slope(&x.f[j][c], (double)x.by_query[j] * (double)x.w[c]);
}
END_TEST

START_TEST(an_episode_without_positive_items_has_gradient_0)
{
    set_up(5, FIRST_LOSS + _i);
    memset(x.label, 0, sizeof x.label);
    ck_assert_double_eq(run(), 0);
    for (int j = 0; j < x.n; j++) ck_assert_float_eq(x.by_query[j], 0);
    for (int i = 0; i < x.k; i++) ck_assert_float_eq(x.by_w[i], 0);
    for (int c = 0; c < STRIDE; c++) ck_assert_float_eq(x.l[c], 0);
}
END_TEST

START_TEST(large_scores_have_a_finite_loss)
{
    set_up(5, FIRST_LOSS + _i);
    for (int j = 0; j < x.n; j++) x.offset[j] *= 1e4f;
    ck_assert(isfinite(run()));
}
END_TEST

START_TEST(rows_that_are_not_finite_are_reported)
{
    double loss;
    set_up(_i ? 4 : 5, THAW_LOSS_SQUARED);
    x.rows[0][0] = NAN;
    ck_assert_int_eq(ridge_episode_run(&loss, &x.slope, &x.task, thaw__kernels_best(), x.rank, STRIDE, x.scratch), 1);
}
END_TEST

START_TEST(adagrad_descends_and_its_first_step_has_the_length_of_the_rate)
{
    set_up(5, FIRST_LOSS + _i);
    const double before = run();
    const ridge_plane plane = ridge_plane_of(&x.slope, thaw__kernels_best(), STRIDE);
    float sum = 0, old[STRIDE];
    double moved = 0;
    memcpy(old, x.rows[0], sizeof old);
    ridge_adagrad(x.rows[0], &sum, 0.01f, x.by_l[0], x.by_w[0], &x.slope, plane, thaw__kernels_best(), STRIDE);
    for (int c = 0; c < STRIDE; c++) moved += pow((double)x.rows[0][c] - (double)old[c], 2);
    ck_assert_double_eq_tol(sqrt(moved), 0.01, 1e-5);
    ck_assert_double_lt(run(), before);
}
END_TEST

START_TEST(the_scratch_size_is_enough)
{
    ck_assert_int_eq(ridge_scratch(STRIDE), sizeof x.scratch / sizeof *x.scratch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("learn");
    TCase *tc = tcase_create("ridge episode");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, the_loss_equals_that_of_the_normal_equations, 0, N_SHAPES * N_LOSSES);
    tcase_add_loop_test(tc, the_gradient_of_support_rows_equals_finite_differences, 0, N_SHAPES * N_LOSSES);
    tcase_add_loop_test(tc, the_gradient_of_query_rows_equals_finite_differences, 0, N_SHAPES * N_LOSSES);
    tcase_add_loop_test(tc, an_episode_without_positive_items_has_gradient_0, 0, N_LOSSES);
    tcase_add_loop_test(tc, large_scores_have_a_finite_loss, 0, N_LOSSES);
    tcase_add_loop_test(tc, rows_that_are_not_finite_are_reported, 0, 2);
    tcase_add_loop_test(tc, adagrad_descends_and_its_first_step_has_the_length_of_the_rate, 0, N_LOSSES);
    tcase_add_test(tc, the_scratch_size_is_enough);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
