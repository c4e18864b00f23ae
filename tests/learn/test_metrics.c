/* SPDX-License-Identifier: Apache-2.0
 * Metrics of short lists, computed by hand. */
#include "metrics.h"

#include <math.h>

#include "run_suite.h"

enum { N = 6 };

static const uint8_t none[N] = {0}, second_and_fifth[N] = {0, 1, 0, 0, 1, 0}, all[N] = {1, 1, 1, 1, 1, 1};

START_TEST(recall_is_relative_to_the_relevant_items_that_fit)
{
    ck_assert_double_eq(thaw__recall(second_and_fifth, N, 3, 4), 1.0 / 3); /* three places, four relevant */
    ck_assert_double_eq(thaw__recall(second_and_fifth, N, 5, 4), 2.0 / 4);
    ck_assert_double_eq(thaw__recall(second_and_fifth, N, 20, 2), 1);
    ck_assert_double_eq(thaw__recall(none, N, 5, 1), 0);
}
END_TEST

START_TEST(ndcg_discounts_by_the_logarithm_of_the_place)
{
    const double got = 1 / log2(3), best_two = 1 + 1 / log2(3);
    ck_assert_double_eq_tol(thaw__ndcg(second_and_fifth, N, 3, 2), got / best_two, 1e-15);
    ck_assert_double_eq_tol(thaw__ndcg(second_and_fifth, N, 5, 2), (got + 1 / log2(6)) / best_two, 1e-15);
    /* two places, two ideal hits */
    ck_assert_double_eq_tol(thaw__ndcg(second_and_fifth, N, 2, 9), got / best_two, 1e-15);
    ck_assert_double_eq(thaw__ndcg(none, N, 5, 3), 0);
}
END_TEST

START_TEST(a_perfect_list_has_metrics_of_1)
{
    for (int64_t k = 1; k <= N; k++) {
        ck_assert_double_eq(thaw__recall(all, N, k, N), 1);
        ck_assert_double_eq(thaw__ndcg(all, N, k, N), 1);
        ck_assert_double_eq(thaw__hit_rate(all, N, k), 1);
        ck_assert_double_eq(thaw__mrr(all, N, k), 1);
    }
}
END_TEST

START_TEST(hit_rate_and_mrr_depend_on_the_first_hit)
{
    ck_assert_double_eq(thaw__hit_rate(second_and_fifth, N, 1), 0);
    ck_assert_double_eq(thaw__mrr(second_and_fifth, N, 1), 0);
    ck_assert_double_eq(thaw__hit_rate(second_and_fifth, N, 2), 1);
    ck_assert_double_eq(thaw__mrr(second_and_fifth, N, 6), 0.5);
    ck_assert_double_eq(thaw__mrr(none, N, 6), 0);
}
END_TEST

START_TEST(a_short_list_has_no_hits_after_its_end)
{
    ck_assert_double_eq(thaw__recall(all, 2, 20, 4), 0.5);
    ck_assert_double_eq_tol(thaw__ndcg(all, 2, 10, 3), (1 + 1 / log2(3)) / (1 + 1 / log2(3) + 0.5), 1e-15);
    ck_assert_double_eq(thaw__recall(all, 0, 20, 4), 0);
    ck_assert_double_eq(thaw__hit_rate(all, 0, 10), 0);
}
END_TEST

static void expect_top(const float *scores, int64_t n, const int64_t *rows, int64_t n_rows)
{
    thaw_hit out[3];
    ck_assert_int_eq(thaw__top_k(out, 3, scores, n), n_rows);
    for (int64_t k = 0; k < n_rows; k++) {
        ck_assert_int_eq(out[k].item, rows[k]);
        ck_assert(out[k].mean == scores[rows[k]]);
    }
}

START_TEST(the_best_come_first)
{
    expect_top((const float[]){0.5f, -1, 3, 2, 0, 7}, 6, (const int64_t[]){5, 2, 3}, 3);
}
END_TEST

START_TEST(equal_scores_are_sorted_by_row)
{
    expect_top((const float[]){1, 2, 2, 2, 1, 2}, 6, (const int64_t[]){1, 2, 3}, 3);
    expect_top((const float[]){0, -0.0f, 0, -0.0f}, 4, (const int64_t[]){0, 1, 2}, 3);
}
END_TEST

START_TEST(a_short_vector_is_ranked_completely_with_hidden_rows_last)
{
    expect_top((const float[]){1, 2}, 2, (const int64_t[]){1, 0}, 2);
    expect_top((const float[]){-INFINITY, 2, -INFINITY, -5}, 4, (const int64_t[]){1, 3, 0}, 3);
    expect_top(NULL, 0, NULL, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("learn");
    TCase *tc = tcase_create("metrics");
    tcase_add_test(tc, recall_is_relative_to_the_relevant_items_that_fit);
    tcase_add_test(tc, ndcg_discounts_by_the_logarithm_of_the_place);
    tcase_add_test(tc, a_perfect_list_has_metrics_of_1);
    tcase_add_test(tc, hit_rate_and_mrr_depend_on_the_first_hit);
    tcase_add_test(tc, a_short_list_has_no_hits_after_its_end);
    tcase_add_test(tc, the_best_come_first);
    tcase_add_test(tc, equal_scores_are_sorted_by_row);
    tcase_add_test(tc, a_short_vector_is_ranked_completely_with_hidden_rows_last);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
