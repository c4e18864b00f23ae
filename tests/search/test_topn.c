/* SPDX-License-Identifier: Apache-2.0 */
#include "topn.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "run_suite.h"

enum { MOST = 300 };

static int better(const void *a, const void *b)
{
    const thaw_hit *x = a, *y = b;
    if (x->mean != y->mean) return x->mean < y->mean ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

/* n scores with few distinct values, so that there are many ties. */
static void draw_scores(thaw_hit *all, int n, uint64_t seed, int distinct)
{
    for (int i = 0; i < n; i++) {
        const double u = thaw__rng_uniform(seed, 1, (uint64_t)i);
        all[i] = (thaw_hit){.item = i, .mean = (float)(int)(u * distinct)};
    }
}

static int64_t keep_best(thaw_hit *hits, int64_t top, const thaw_hit *all, int n)
{
    thaw__topn t = {.hits = hits, .top = top};
    for (int i = 0; i < n; i++) {
        const int64_t key = thaw__topn_key(all[i].mean, all[i].item);
        if (thaw__topn_accepts(&t, key)) thaw__topn_push(&t, key);
    }
    thaw__topn_sort(&t);
    return t.n;
}

static void expect_same_rows(const thaw_hit *hits, const thaw_hit *sorted, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        ck_assert_int_eq(hits[k].item, sorted[k].item);
        ck_assert(hits[k].mean == sorted[k].mean);
    }
}

static const struct {
    int n, top, distinct;
} shapes[] = {{0, 1, 1},    {1, 1, 1},        {5, 9, 3},           {MOST, 1, 1000},
              {MOST, 7, 4}, {MOST, MOST, 20}, {MOST, MOST - 1, 1}, {64, 63, 50}};

START_TEST(top_n_equals_the_head_of_a_full_sort)
{
    thaw_hit all[MOST] = {{0}}, sorted[MOST], hits[MOST];
    const int n = shapes[_i].n, top = shapes[_i].top;
    draw_scores(all, n, (uint64_t)_i, shapes[_i].distinct);
    memcpy(sorted, all, sizeof sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, better);
    const int64_t kept = keep_best(hits, top, all, n);
    ck_assert_int_eq(kept, n < top ? n : top);
    expect_same_rows(hits, sorted, kept);
}
END_TEST

START_TEST(top_n_does_not_depend_on_the_order_of_insertion)
{
    thaw_hit all[MOST] = {{0}}, hits[MOST], backwards[MOST];
    draw_scores(all, MOST, 5, 9);
    keep_best(hits, 25, all, MOST);
    for (int i = 0; i < MOST / 2; i++) {
        const thaw_hit swap = all[i];
        all[i] = all[MOST - 1 - i];
        all[MOST - 1 - i] = swap;
    }
    keep_best(backwards, 25, all, MOST);
    expect_same_rows(backwards, hits, 25);
}
END_TEST

START_TEST(top_n_keeps_the_lower_rows_of_equal_scores)
{
    thaw_hit all[MOST] = {{0}}, hits[3];
    draw_scores(all, MOST, 1, 1);
    keep_best(hits, 3, all, MOST);
    for (int k = 0; k < 3; k++) ck_assert_int_eq(hits[k].item, k);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search");
    TCase *tc = tcase_create("topn");
    tcase_add_loop_test(tc, top_n_equals_the_head_of_a_full_sort, 0, (int)(sizeof shapes / sizeof *shapes));
    tcase_add_test(tc, top_n_does_not_depend_on_the_order_of_insertion);
    tcase_add_test(tc, top_n_keeps_the_lower_rows_of_equal_scores);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
