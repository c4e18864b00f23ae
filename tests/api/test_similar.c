/* SPDX-License-Identifier: Apache-2.0
 * thaw_similar_items(): errors, filters, and that the cosine orders. */
#include <math.h>
#include <stdlib.h>

#include "run_suite.h"
#include "shop_fixture.h"

static thaw_hit hits[SHOP_ITEMS];
static int64_t n;
static thaw_query query;

static void setup(void)
{
    shop_setup();
    expect(thaw_query_init(&query, sizeof query), THAW_OK);
    query.top = SHOP_ITEMS;
}

START_TEST(similar_items_refuses_bad_arguments)
{
    n = 77;
    expect(thaw_similar_items(NULL, hits, &n, 0, NULL), THAW_E_ARG);
    expect(thaw_similar_items(model, NULL, &n, 0, NULL), THAW_E_ARG);
    expect(thaw_similar_items(model, hits, NULL, 0, NULL), THAW_E_ARG);
    expect(thaw_similar_items(model, hits, &n, -1, NULL), THAW_E_RANGE);
    expect(thaw_similar_items(model, hits, &n, SHOP_ITEMS, NULL), THAW_E_RANGE);
    reason("must be 0 to 11");
    query.top = 0;
    expect(thaw_similar_items(model, hits, &n, 0, &query), THAW_E_RANGE);
    query.top = 1, query.group_cap = 1;
    expect(thaw_similar_items(model, hits, &n, 0, &query), THAW_E_ARG);
    ck_assert_int_eq(n, 77);
}
END_TEST

static int has(int64_t item)
{
    int64_t k = 0;
    while (k < n && hits[k].item != item) k++;
    return k < n;
}

/* The relation is symmetric, in -1 … 1, and the list descends; the item itself is not on it. */
START_TEST(every_other_item_is_listed_by_its_cosine)
{
    float cosine[SHOP_ITEMS][SHOP_ITEMS];
    for (int64_t i = 0; i < SHOP_ITEMS; i++) {
        expect(thaw_similar_items(model, hits, &n, i, &query), THAW_OK);
        ck_assert_int_eq(n, SHOP_ITEMS - 1);
        ck_assert(!has(i));
        for (int64_t k = 0; k < n; k++) {
            ck_assert(fabsf(hits[k].mean) <= 1 && hits[k].variance == 0);
            ck_assert(k == 0 || hits[k].mean <= hits[k - 1].mean);
            cosine[i][hits[k].item] = hits[k].mean;
        }
    }
    for (int i = 0; i < SHOP_ITEMS; i++)
        for (int j = 0; j < i; j++) ck_assert_float_eq_tol(cosine[i][j], cosine[j][i], 1e-6f);
}
END_TEST

/* An event of rating 5 on i, and so the posterior mean, points along the embedding of i. */
START_TEST(the_cosine_is_that_of_the_embeddings)
{
    float mean[SHOP_ITEMS][4], length[SHOP_ITEMS];
    for (int64_t i = 0; i < SHOP_ITEMS; i++) {
        const thaw_event e = {.item = i, .value = 5};
        expect(thaw_adapt(model, user, &e, 1), THAW_OK);
        expect(thaw_user_posterior(model, user, mean[i], NULL), THAW_OK);
        length[i] = 0;
        for (int c = 0; c < 4; c++) length[i] += mean[i][c] * mean[i][c];
        length[i] = sqrtf(length[i]);
    }
    for (int64_t i = 0; i < SHOP_ITEMS; i++) {
        expect(thaw_similar_items(model, hits, &n, i, &query), THAW_OK);
        for (int64_t k = 0; k < n; k++) {
            float dot = 0;
            for (int c = 0; c < 4; c++) dot += mean[i][c] * mean[hits[k].item][c];
            ck_assert_float_eq_tol(hits[k].mean, dot / (length[i] * length[hits[k].item]), 1e-4f);
        }
    }
}
END_TEST

START_TEST(filters_of_a_query_hold)
{
    const int64_t some[] = {2, 2, 5, 8}, retired = 5;
    int32_t groups[SHOP_ITEMS];
    for (int i = 0; i < SHOP_ITEMS; i++) groups[i] = i % 3;
    query.exclude = some, query.n_exclude = 4;
    expect(thaw_similar_items(model, hits, &n, 0, &query), THAW_OK);
    ck_assert(n == SHOP_ITEMS - 4 && !has(2) && !has(5) && !has(8));
    query.n_exclude = 0, query.allow = some, query.n_allow = 4;
    expect(thaw_similar_items(model, hits, &n, 2, &query), THAW_OK);
    ck_assert(n == 2 && has(5) && has(8));
    expect(thaw_model_retire_items(model, &retired, 1, 1), THAW_OK);
    expect(thaw_similar_items(model, hits, &n, 2, &query), THAW_OK);
    ck_assert(n == 1 && has(8));
    query.allow = NULL, query.groups = groups, query.n_groups = SHOP_ITEMS, query.group_cap = 1;
    expect(thaw_similar_items(model, hits, &n, 2, &query), THAW_OK);
    ck_assert(n == 3 && groups[hits[0].item] + groups[hits[1].item] + groups[hits[2].item] == 3);
    query.group_cap = 0, query.min_score = hits[0].mean;
    expect(thaw_similar_items(model, hits, &n, 2, &query), THAW_OK);
    ck_assert_int_eq(n, 1);
}
END_TEST

/* Without a vector there is nothing to compare. */
START_TEST(a_new_item_of_a_ranking_has_no_similar_items)
{
    thaw_model *m = shop_ranking(NULL, 4);
    thaw_data *more = shop_data(NULL, SHOP_USERS, SHOP_ITEMS + 1, 1);
    expect(thaw_model_add_items(m, NULL, more), THAW_OK);
    n = 77;
    expect(thaw_similar_items(m, hits, &n, SHOP_ITEMS, &query), THAW_OK);
    ck_assert_int_eq(n, 0);
    expect(thaw_similar_items(m, hits, &n, 0, &query), THAW_OK);
    ck_assert(n > 0 && !has(SHOP_ITEMS));
    thaw_data_free(more);
    thaw_model_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api similar");
    TCase *tc = tcase_create("similar");
    tcase_add_checked_fixture(tc, setup, shop_teardown);
    tcase_add_test(tc, similar_items_refuses_bad_arguments);
    tcase_add_test(tc, every_other_item_is_listed_by_its_cosine);
    tcase_add_test(tc, the_cosine_is_that_of_the_embeddings);
    tcase_add_test(tc, filters_of_a_query_hold);
    tcase_add_test(tc, a_new_item_of_a_ranking_has_no_similar_items);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
