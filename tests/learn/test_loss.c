/* SPDX-License-Identifier: Apache-2.0
 * Every loss against the formulas of loss.h in double, and every derivative against finite differences of them. */
#include "loss.h"

#include <string.h>

#include "rng.h"
#include "run_suite.h"

enum { FIRST = THAW_LOSS_SOFTMAX, LAST = THAW_LOSS_LOGISTIC, MOST = 40 };

static const double sharpness = 1.5, floor_of_soft = 0.3;
static const int sizes[] = {1, 2, 7, 16, 40};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

/* Scores in [-2, 2), every third item positive, weights in [1, 6) as in a sample of a catalogue. */
typedef struct problem {
    int n;
    float score[MOST], label[MOST], weight[MOST], derivative[MOST];
} problem;

static double uniform(int row, int j)
{
    return thaw__rng_uniform(7, 1, (uint64_t)(row * MOST + j));
}

static problem make_problem(int n)
{
    problem p = {.n = n};
    for (int j = 0; j < n; j++) {
        p.score[j] = (float)(4 * uniform(0, j) - 2);
        p.label[j] = j % 3 == 0;
        p.weight[j] = (float)(1 + 5 * uniform(1, j));
    }
    return p;
}

static double run(problem *p, int32_t loss)
{
    return thaw__loss_of(loss, p->derivative, p->score, p->label, p->weight, p->n, (float)sharpness);
}

static double pairs(const problem *p, const double *s)
{
    double sum = 0, weight = 0;
    for (int i = 0; i < p->n; i++)
        for (int j = 0; j < p->n; j++) {
            if (!(p->label[i] > 0) || p->label[j] > 0) continue;
            const double both = (double)p->weight[i] * (double)p->weight[j];
            sum += both * log1p(exp(sharpness * (s[j] - s[i])));
            weight += both;
        }
    return weight > 0 ? sum / weight : 0;
}

static double plain(const problem *p, const double *s, int32_t loss)
{
    double positive = 0, sum = 0, exponentials = 0;
    if (loss == THAW_LOSS_PAIRWISE) return pairs(p, s);
    for (int j = 0; j < p->n; j++) positive += (double)(p->label[j] * p->weight[j]);
    for (int j = 0; j < p->n; j++) {
        const double m = (double)p->weight[j], y = (double)p->label[j], hs = sharpness * s[j];
        exponentials += m * exp(hs);
        if (loss == THAW_LOSS_SOFTMAX) sum -= y * m * hs;
        if (loss == THAW_LOSS_SQUARED) sum += m * (s[j] - y) * (s[j] - y) / 2;
        if (loss == THAW_LOSS_LOGISTIC) sum += m * (log1p(exp(hs)) - y * hs);
    }
    return sum / positive + (loss == THAW_LOSS_SOFTMAX ? log(exponentials) : 0);
}

START_TEST(losses_equal_their_formulas)
{
    problem p = make_problem(sizes[_i % N_SIZES]);
    const int32_t loss = FIRST + _i / N_SIZES;
    double s[MOST];
    for (int j = 0; j < p.n; j++) s[j] = (double)p.score[j];
    const double expected = plain(&p, s, loss);
    ck_assert_double_eq_tol(run(&p, loss), expected, 1e-5 * (1 + fabs(expected))); /* float, 40 terms */
}
END_TEST

START_TEST(derivatives_equal_finite_differences)
{
    problem p = make_problem(sizes[_i % N_SIZES]);
    const int32_t loss = FIRST + _i / N_SIZES;
    const double by = 1e-5;
    double s[MOST];
    run(&p, loss);
    for (int j = 0; j < p.n; j++) s[j] = (double)p.score[j];
    for (int j = 0; j < p.n; j++) {
        s[j] += by;
        const double up = plain(&p, s, loss);
        s[j] -= 2 * by;
        const double down = plain(&p, s, loss);
        s[j] += by;
        /* float; differences in double: 1e-9 */
        ck_assert_double_eq_tol((double)p.derivative[j], (up - down) / (2 * by), 1e-5);
    }
}
END_TEST

START_TEST(no_positive_items_have_no_loss_and_no_derivatives)
{
    problem p = make_problem(7);
    memset(p.label, 0, sizeof p.label);
    ck_assert_double_eq(run(&p, FIRST + _i), 0);
    for (int j = 0; j < p.n; j++) ck_assert_float_eq(p.derivative[j], 0);
}
END_TEST

START_TEST(pairs_without_others_have_no_loss_and_no_derivatives)
{
    problem p = make_problem(7);
    for (int j = 0; j < p.n; j++) p.label[j] = 1;
    ck_assert_double_eq(run(&p, THAW_LOSS_PAIRWISE), 0);
    for (int j = 0; j < p.n; j++) ck_assert_float_eq(p.derivative[j], 0);
}
END_TEST

START_TEST(large_scores_have_finite_losses_and_derivatives)
{
    problem p = make_problem(16);
    for (int j = 0; j < p.n; j++) p.score[j] *= 1e4f;
    ck_assert(isfinite(run(&p, FIRST + _i)));
    for (int j = 0; j < p.n; j++) ck_assert(isfinite(p.derivative[j]));
}
END_TEST

START_TEST(an_item_of_weight_two_counts_as_two_items)
{
    problem one = make_problem(7), two = one;
    const int32_t loss = FIRST + _i;
    one.weight[1] = 2; /* not positive */
    two.weight[1] = 1;
    two.score[7] = two.score[1], two.label[7] = 0, two.weight[7] = 1, two.n = 8;
    const double expected = run(&two, loss);
    ck_assert_double_eq_tol(run(&one, loss), expected, 1e-6 * (1 + fabs(expected)));
    ck_assert_float_eq_tol(one.derivative[1], two.derivative[1] + two.derivative[7], 1e-6f);
    ck_assert_float_eq_tol(one.derivative[0], two.derivative[0], 1e-6f);
}
END_TEST

/* ---- the share loss ---------------------------------------------------------------------------------------------- */

START_TEST(softplus_equals_that_in_double)
{
    static const float at[] = {-1e4f, -100, -20, -1, -1e-3f, 0, 1e-3f, 1, 20, 100, 1e4f};
    const float x = at[_i];
    float derivative;
    const double got = (double)thaw__softplus(x, &derivative), e = exp(-fabs((double)x)), up = 1 / (1 + e);
    ck_assert_double_eq_tol(got, fmax((double)x, 0) + log1p(e), 1e-6 * (1 + fabs((double)x)));
    ck_assert_double_eq_tol((double)derivative, x > 0 ? up : 1 - up, 1e-6);
}
END_TEST

static double soft(double s)
{
    return floor_of_soft * log1p(exp(s / floor_of_soft));
}

/* The share loss of a catalogue with weights 1, in double. */
static double plain_share(const problem *p, const double *s)
{
    double sum = 0, loss = 0, positive = 0;
    for (int j = 0; j < p->n; j++) sum += soft(s[j]);
    for (int j = 0; j < p->n; j++) {
        if (!(p->label[j] > 0)) continue;
        loss -= log(soft(s[j]) / sum);
        positive++;
    }
    return loss / positive;
}

START_TEST(derivatives_of_the_share_loss_equal_finite_differences)
{
    problem p = make_problem(sizes[_i]);
    double s[MOST], by = 1e-5, positive = 0;
    float value[MOST];
    for (int j = 0; j < p.n; j++) s[j] = (double)p.score[j], value[j] = p.score[j], positive += (double)p.label[j];
    const double sum = thaw__soft_sum(value, p.derivative, p.n, 1, (float)floor_of_soft);
    for (int j = 0; j < p.n; j++) {
        const float got = p.label[j] > 0 ? thaw__share_positive(value[j], p.derivative[j], (float)sum, (float)positive)
                                         : p.derivative[j] / (float)sum;
        s[j] += by;
        const double up = plain_share(&p, s);
        s[j] -= 2 * by;
        const double down = plain_share(&p, s);
        s[j] += by;
        ck_assert_double_eq_tol((double)got, (up - down) / (2 * by), 2e-5 * (1 + fabs((double)got)));
    }
}
END_TEST

START_TEST(a_soft_sum_multiplies_each_item_by_its_weight)
{
    problem p = make_problem(16), q = p;
    const double once = thaw__soft_sum(p.score, p.derivative, p.n, 1, (float)floor_of_soft);
    double sum = 0;
    for (int j = 0; j < q.n; j++) sum += soft((double)q.score[j]);
    ck_assert_double_eq_tol(once, sum, 1e-5 * sum);
    ck_assert_double_eq_tol(thaw__soft_sum(q.score, q.derivative, q.n, 3, (float)floor_of_soft), 3 * once, 1e-9);
}
END_TEST

int main(void)
{
    const int n = LAST - FIRST + 1;
    Suite *suite = suite_create("learn");
    TCase *tc = tcase_create("loss");
    tcase_add_loop_test(tc, losses_equal_their_formulas, 0, n * N_SIZES);
    tcase_add_loop_test(tc, derivatives_equal_finite_differences, 0, n * N_SIZES);
    tcase_add_loop_test(tc, no_positive_items_have_no_loss_and_no_derivatives, 0, n);
    tcase_add_test(tc, pairs_without_others_have_no_loss_and_no_derivatives);
    tcase_add_loop_test(tc, large_scores_have_finite_losses_and_derivatives, 0, n);
    tcase_add_loop_test(tc, an_item_of_weight_two_counts_as_two_items, 0, n);
    tcase_add_loop_test(tc, softplus_equals_that_in_double, 0, 11);
    tcase_add_loop_test(tc, derivatives_of_the_share_loss_equal_finite_differences, 0, N_SIZES);
    tcase_add_test(tc, a_soft_sum_multiplies_each_item_by_its_weight);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
