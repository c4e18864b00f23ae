/* SPDX-License-Identifier: Apache-2.0 */
#include "rng.h"

#include <math.h>

#include "run_suite.h"

START_TEST(bits_equal_philox_of_the_paper)
{
    /* Known answers of Random123's kat_vectors: philox4x32 10, counter and key all zero: 6627e8d5 e169c58d … */
    ck_assert_uint_eq(thaw__rng_bits(0, 0, 0), 0x6627e8d5e169c58dull);
}
END_TEST

START_TEST(bits_depend_on_seed_stream_and_number)
{
    const uint64_t one = thaw__rng_bits(1, 1, 1);
    ck_assert_uint_eq(thaw__rng_bits(1, 1, 1), one);
    ck_assert_uint_ne(thaw__rng_bits(2, 1, 1), one);
    ck_assert_uint_ne(thaw__rng_bits(1, 2, 1), one);
    ck_assert_uint_ne(thaw__rng_bits(1, 1, 2), one);
    ck_assert_uint_ne(thaw__rng_bits(1, 1, 1 + (1ull << 32)), one);
    ck_assert_uint_ne(thaw__rng_bits(1 + (1ull << 32), 1, 1), one);
}
END_TEST

START_TEST(uniform_is_in_0_to_1_with_mean_one_half)
{
    double sum = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const double x = thaw__rng_uniform(5, 0, i);
        ck_assert(x >= 0 && x < 1);
        sum += x;
    }
    /* Tolerance: five standard deviations of the mean, each sqrt(1/12) / sqrt(1e5) = 0.0009. */
    ck_assert_double_eq_tol(sum / 100000, 0.5, 0.0046);
}
END_TEST

START_TEST(normal_has_mean_zero_and_variance_one)
{
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const double x = thaw__rng_normal(5, 0, i);
        ck_assert(isfinite(x));
        sum += x;
        squares += x * x;
    }
    /* Tolerance: five standard deviations, 1/sqrt(1e5) and sqrt(2/1e5). */
    ck_assert_double_eq_tol(sum / 100000, 0, 0.016);
    ck_assert_double_eq_tol(squares / 100000, 1, 0.023);
}
END_TEST

START_TEST(shuffle_is_a_permutation_that_depends_on_the_seed)
{
    int64_t a[100], b[100], c[100], seen[100] = {0};
    for (int64_t i = 0; i < 100; i++) a[i] = b[i] = c[i] = i;
    thaw__rng_shuffle(a, 100, 1, 0, 0);
    thaw__rng_shuffle(b, 100, 1, 0, 0);
    thaw__rng_shuffle(c, 100, 2, 0, 0);
    ck_assert_mem_eq(a, b, sizeof a);
    ck_assert_mem_ne(a, c, sizeof a);
    for (int64_t i = 0; i < 100; i++) seen[a[i]]++;
    for (int64_t i = 0; i < 100; i++) ck_assert_int_eq(seen[i], 1);
}
END_TEST

START_TEST(shuffle_gives_every_order_equally_often)
{
    int counts[27] = {0};
    for (uint64_t s = 0; s < 6000; s++) {
        int64_t rows[3] = {0, 1, 2};
        thaw__rng_shuffle(rows, 3, s, 0, 0);
        counts[rows[0] * 9 + rows[1] * 3 + rows[2]]++;
    }
    int orders = 0;
    for (int i = 0; i < 27; i++) {
        orders += counts[i] > 0;
        /* five standard deviations of sqrt(6000 * 1/6 * 5/6) = 29 */
        if (counts[i]) ck_assert_int_lt(abs(counts[i] - 1000), 145);
    }
    ck_assert_int_eq(orders, 6);
}
END_TEST

START_TEST(shuffle_of_0_or_1_elements_changes_nothing)
{
    int64_t row = 7;
    thaw__rng_shuffle(NULL, 0, 1, 0, 0);
    thaw__rng_shuffle(&row, 1, 1, 0, 0);
    ck_assert_int_eq(row, 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("rng");
    tcase_add_test(tc, bits_equal_philox_of_the_paper);
    tcase_add_test(tc, bits_depend_on_seed_stream_and_number);
    tcase_add_test(tc, uniform_is_in_0_to_1_with_mean_one_half);
    tcase_add_test(tc, normal_has_mean_zero_and_variance_one);
    tcase_add_test(tc, shuffle_is_a_permutation_that_depends_on_the_seed);
    tcase_add_test(tc, shuffle_gives_every_order_equally_often);
    tcase_add_test(tc, shuffle_of_0_or_1_elements_changes_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
