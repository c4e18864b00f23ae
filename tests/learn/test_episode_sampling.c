/* SPDX-License-Identifier: Apache-2.0 */
#include "episode_sampling.h"

#include <math.h>
#include <string.h>

#include "run_suite.h"

enum { DRAWS = 20000 };

static const double last = 1 - 0x1p-53; /* the largest uniform number below 1 */

START_TEST(drawn_supports_leave_something_to_predict)
{
    for (int64_t n = 2; n < 2000; n++)
        for (int k = 0; k <= 20; k++) {
            const int64_t size = thaw__support_size_drawn(k == 20 ? last : k / 20.0, n);
            ck_assert_int_ge(size, 1);
            ck_assert_int_lt(size, n);
            ck_assert_int_le(size, 300);
            ck_assert_double_lt((double)size, 0.8 * (double)n + 1);
        }
    ck_assert_int_eq(thaw__support_size_drawn(0, 100), 1);
    ck_assert_int_eq(thaw__support_size_drawn(last, 100), 80);
    ck_assert_int_eq(thaw__support_size_drawn(last, 100000), 300);
}
END_TEST

/* P(K <= k) = log(k + 1) / log(M + 1), for evenly spaced draws. */
START_TEST(drawn_supports_are_log_uniform)
{
    enum { ITEMS = 100, M = 80 };
    int64_t count[M + 1] = {0}, below = 0;
    for (int d = 0; d < DRAWS; d++) count[thaw__support_size_drawn((d + 0.5) / DRAWS, ITEMS)]++;
    for (int k = 1; k <= M; k++) {
        below += count[k];
        ck_assert_double_eq_tol((double)below / DRAWS, log(k + 1) / log(M + 1), 1.0 / DRAWS);
    }
    ck_assert_int_eq(below, DRAWS);
}
END_TEST

START_TEST(episodes_draw_users_evenly_and_independent_numbers)
{
    enum { USERS = 10 };
    int64_t count[USERS] = {0};
    double support = 0, sample = 0, both = 0;
    for (uint64_t e = 0; e < DRAWS; e++) {
        const thaw__episode_draw d = thaw__draw_episode(1, THAW__EPISODE_COUNTERS * e, USERS);
        ck_assert(d.user >= 0 && d.user < USERS && d.support >= 0 && d.support < 1 && d.sample >= 0 && d.sample < 1);
        count[d.user]++;
        support += d.support / DRAWS;
        sample += d.sample / DRAWS;
        both += (d.support - 0.5) * (d.sample - 0.5) / DRAWS;
    }
    /* 5 sd */
    for (int u = 0; u < USERS; u++) ck_assert_double_eq_tol((double)count[u], DRAWS / USERS, 5 * sqrt(DRAWS * 0.09));
    ck_assert_double_eq_tol(support, 0.5, 0.011); /* 5 sd: 5 / sqrt(12 DRAWS) */
    ck_assert_double_eq_tol(sample, 0.5, 0.011);
    ck_assert_double_eq_tol(both, 0, 0.003); /* 5 sd: 5 / (12 sqrt(DRAWS)) */
}
END_TEST

START_TEST(an_episode_is_a_function_of_seed_and_counter)
{
    const thaw__episode_draw a = thaw__draw_episode(3, 30, 1000), b = thaw__draw_episode(3, 30, 1000);
    const thaw__episode_draw c = thaw__draw_episode(3, 33, 1000), d = thaw__draw_episode(4, 30, 1000);
    ck_assert(a.user == b.user && a.support == b.support && a.sample == b.sample);
    ck_assert(a.support != c.support && a.support != d.support);
}
END_TEST

START_TEST(every_item_is_in_one_of_the_samples)
{
    static const struct {
        int64_t items, most, step;
    } shapes[] = {{10, 16, 1}, {16, 16, 1}, {17, 16, 2}, {100, 16, 7}, {1, 16, 1}};
    const int64_t items = shapes[_i].items, step = shapes[_i].step;
    int seen[100] = {0};
    for (int64_t first = 0; first < step; first++) {
        const thaw__item_sample s =
            thaw__item_sample_drawn(((double)first + 0.5) / (double)step, items, shapes[_i].most);
        ck_assert_int_eq(s.first, first);
        ck_assert_int_eq(s.step, step);
        ck_assert_int_le(s.n, shapes[_i].most);
        for (int64_t k = 0; k < s.n; k++) seen[s.first + k * s.step]++;
        ck_assert_int_ge(s.first + s.n * s.step, items);
    }
    for (int64_t i = 0; i < items; i++) ck_assert_int_eq(seen[i], 1);
}
END_TEST

START_TEST(a_split_is_a_permutation_and_leaves_the_query)
{
    enum { QUERY = 10, MOST = 30 };
    for (int64_t n = 1; n <= MOST; n++) {
        int64_t order[MOST], least = n, most = 0;
        for (uint64_t d = 0; d < 400; d++) {
            int seen[MOST] = {0};
            const int64_t support = thaw__draw_split(order, n, QUERY, 5, d << 32);
            for (int64_t k = 0; k < n; k++) seen[order[k]]++;
            for (int64_t k = 0; k < n; k++) ck_assert_int_eq(seen[k], 1);
            if (support < least) least = support;
            if (support > most) most = support;
        }
        ck_assert_int_eq(least, 0);
        ck_assert_int_eq(most, n > QUERY ? n - QUERY : n / 2);
    }
}
END_TEST

START_TEST(the_grid_of_supports_leaves_15_percent)
{
    int64_t sizes[THAW__SUPPORT_GRID];
    ck_assert_int_eq(thaw__support_grid(sizes, 1), 0);
    ck_assert_int_eq(thaw__support_grid(sizes, 2), 1);
    ck_assert_int_eq(thaw__support_grid(sizes, 10), 5); /* 1, 2, 3, 5, 8 */
    ck_assert_int_eq(sizes[4], 8);
    ck_assert_int_eq(thaw__support_grid(sizes, 20), 6); /* up to 12, as 15 percent of 20 are left */
    ck_assert_int_eq(thaw__support_grid(sizes, 1000), THAW__SUPPORT_GRID);
    ck_assert_int_eq(sizes[THAW__SUPPORT_GRID - 1], 300);
}
END_TEST

START_TEST(validation_has_four_counts_and_a_part)
{
    static const int64_t ten[THAW__N_VALID_SUPPORTS] = {1, 3, 5, 10, 8}, one[THAW__N_VALID_SUPPORTS] = {1, 3, 5, 10, 1};
    for (int k = 0; k < THAW__N_VALID_SUPPORTS; k++) {
        ck_assert_int_eq(thaw__valid_support(k, 10), ten[k]);
        ck_assert_int_eq(thaw__valid_support(k, 1), one[k]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("learn");
    TCase *tc = tcase_create("episode sampling");
    tcase_add_test(tc, drawn_supports_leave_something_to_predict);
    tcase_add_test(tc, drawn_supports_are_log_uniform);
    tcase_add_test(tc, episodes_draw_users_evenly_and_independent_numbers);
    tcase_add_test(tc, an_episode_is_a_function_of_seed_and_counter);
    tcase_add_loop_test(tc, every_item_is_in_one_of_the_samples, 0, 5);
    tcase_add_test(tc, a_split_is_a_permutation_and_leaves_the_query);
    tcase_add_test(tc, the_grid_of_supports_leaves_15_percent);
    tcase_add_test(tc, validation_has_four_counts_and_a_part);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
