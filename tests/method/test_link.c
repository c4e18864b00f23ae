/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "link.h"
#include "planted.h"
#include "run_suite.h"

enum { N = 5000 };

static float values[N];
static thaw__link link_;

static void learn(int kind)
{
    for (int k = 0; k < N; k++) {
        double u = planted_uniform(1, 2, (uint64_t)k);
        values[k] = kind == 0 ? (float)(1 + floor(5 * u * u)) : kind == 1 ? (float)(100 * u) : 4;
    }
    thaw__link_learn(&link_, values, N);
}

START_TEST(scores_ascend_with_mean_0_and_variance_1)
{
    double sum = 0, square = 0;
    learn(_i);
    ck_assert(thaw__link_valid(&link_));
    for (int k = 0; k < N; k++) {
        double z = (double)thaw__link_score(&link_, values[k]);
        sum += z / N;
        square += z * z / N;
    }
    ck_assert_double_eq_tol(sum, 0, 0.02); /* grouped levels are met between their knots: not exactly 0 */
    ck_assert_double_eq_tol(square, _i == 2 ? 0 : 1, 0.02);
}
END_TEST

START_TEST(a_rating_and_its_score_are_one_to_one)
{
    learn(_i);
    for (int k = 0; k < N; k += 7) {
        float back = thaw__link_rating(&link_, thaw__link_score(&link_, values[k]));
        ck_assert_float_eq_tol(back, values[k], 1e-3f);
    }
    ck_assert(thaw__link_rating(&link_, 9) > thaw__link_rating(&link_, 8)); /* the end pieces go on */
}
END_TEST

START_TEST(five_levels_get_the_textbook_normal_scores)
{
    /* Two equal levels: E[z | z > 0] = sqrt(2 / pi) = 0.798; scaled to variance 1 that is 1. */
    for (int k = 0; k < N; k++) values[k] = (float)(k % 2 ? 5 : 1);
    thaw__link_learn(&link_, values, N);
    ck_assert_int_eq(link_.n, 2);
    ck_assert_float_eq_tol(link_.score[0], -1, 1e-4f);
    ck_assert_float_eq_tol(link_.score[1], 1, 1e-4f);
}
END_TEST

START_TEST(an_interval_keeps_its_sides)
{
    float mean = 0.3f, variance = 0.25f;
    learn(0);
    float low = thaw__link_rating(&link_, -0.2f), high = thaw__link_rating(&link_, 0.8f);
    thaw__link_back(&link_, &mean, &variance);
    ck_assert_float_eq_tol(2 * sqrtf(variance), high - low, 1e-5f);
    ck_assert_float_eq_tol(mean, thaw__link_rating(&link_, 0.3f), 1e-6f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model.link");
    TCase *tc = tcase_create("normal scores");
    tcase_add_loop_test(tc, scores_ascend_with_mean_0_and_variance_1, 0, 3);
    tcase_add_loop_test(tc, a_rating_and_its_score_are_one_to_one, 0, 3);
    tcase_add_test(tc, five_levels_get_the_textbook_normal_scores);
    tcase_add_test(tc, an_interval_keeps_its_sides);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
