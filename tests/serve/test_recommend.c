/* SPDX-License-Identifier: Apache-2.0
 * thaw_recommend() against thaw_score() on every item. Lists are sorted by the score before it is converted to a mean.
 * Two items with different scores may have equal means, so the tests compare means: no item outside the list has a
 * larger one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "planted.h"
#include "run_suite.h"

/* Three blocks of the scan and a part of a fourth. */
static const planted shop = {.users = 150, .items = 1700, .per_user = 40, .noise = 0.4, .seed = 11};

enum { ITEMS = 1700, SUPPORT = 6 };

static thaw_model *model; /* created by the first test of a process, shared by all */
static int changed;       /* 1: a test has changed the model */
static thaw_user *user;
static float means[ITEMS], variances[ITEMS];
static thaw_hit hits[ITEMS + 10];
static thaw_query query;
static int64_t n_hits;

static void setup(void)
{
    thaw_config config = planted_config(NULL);
    thaw_event events[SUPPORT];
    int64_t rows[ITEMS];
    config.passes = 2;
    config.rank = 19; /* padded rows */
    if (!model) model = planted_model(&shop, &config);
    planted_support(&shop, model, events, 3, SUPPORT);
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
    ck_assert_int_eq(thaw_adapt(model, user, events, SUPPORT), THAW_OK);
    for (int i = 0; i < ITEMS; i++) rows[i] = i;
    ck_assert_int_eq(thaw_score(model, user, means, variances, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_query_init(&query, sizeof query), THAW_OK);
    n_hits = -1;
}

static void teardown(void)
{
    thaw_user_free(user);
    if (!changed) return;
    thaw_model_free(model);
    model = NULL;
    changed = 0;
}

static void recommend(void)
{
    ck_assert_int_eq(thaw_recommend(model, user, hits, &n_hits, &query), THAW_OK);
}

/* The hits are the best of the items with allowed[item], in order, with the mean and variance of thaw_score(). */
static void expect_best_of(const char *allowed, int64_t top)
{
    static char shown[ITEMS];
    int64_t candidates = 0;
    memset(shown, 0, sizeof shown);
    for (int i = 0; i < ITEMS; i++) candidates += allowed[i] != 0;
    ck_assert_int_eq(n_hits, candidates < top ? candidates : top);
    for (int64_t k = 0; k < n_hits; k++) {
        const int64_t i = hits[k].item;
        ck_assert(i >= 0 && i < ITEMS && allowed[i] && !shown[i]);
        shown[i] = 1;
        ck_assert(hits[k].mean == means[i] && hits[k].variance == variances[i]);
        if (k == 0) continue;
        ck_assert_msg(hits[k - 1].mean >= hits[k].mean, "place %d: row %d with %.9g, then row %d with %.9g", (int)k,
                      (int)hits[k - 1].item, (double)hits[k - 1].mean, (int)hits[k].item, (double)hits[k].mean);
    }
    for (int i = 0; i < ITEMS && n_hits; i++)
        if (allowed[i] && !shown[i]) ck_assert(means[i] <= hits[n_hits - 1].mean);
}

static char *all_but(const int64_t *rows, int64_t n)
{
    static char allowed[ITEMS];
    memset(allowed, 1, sizeof allowed);
    for (int64_t k = 0; k < n; k++) allowed[rows[k]] = 0;
    return allowed;
}

static char *only(const int64_t *rows, int64_t n)
{
    static char allowed[ITEMS];
    memset(allowed, 0, sizeof allowed);
    for (int64_t k = 0; k < n; k++) allowed[rows[k]] = 1;
    return allowed;
}

START_TEST(recommend_returns_the_items_with_the_best_scores)
{
    static const int64_t tops[] = {1, 2, 10, 511, 512, 513, ITEMS - 1, ITEMS};
    query.top = tops[_i];
    recommend();
    expect_best_of(all_but(NULL, 0), query.top);
}
END_TEST

START_TEST(a_null_query_returns_the_ten_best)
{
    ck_assert_int_eq(thaw_recommend(model, user, hits, &n_hits, NULL), THAW_OK);
    expect_best_of(all_but(NULL, 0), 10);
}
END_TEST

START_TEST(a_top_above_the_number_of_items_returns_all_items)
{
    query.top = INT64_MAX;
    recommend();
    expect_best_of(all_but(NULL, 0), query.top);
    ck_assert_int_eq(n_hits, ITEMS);
}
END_TEST

START_TEST(excluded_rows_in_any_order_are_not_recommended)
{
    int64_t best[40], rows[80];
    query.top = 40;
    recommend();
    for (int k = 0; k < 40; k++) best[k] = hits[k].item;                    /* the best items, not in ascending order */
    for (int k = 0; k < 80; k++) rows[k] = k < 40 ? best[k] : best[79 - k]; /* every row twice */
    query.exclude = rows;
    query.n_exclude = _i == 0 ? 40 : 80;
    recommend();
    expect_best_of(all_but(rows, query.n_exclude), query.top);
}
END_TEST

START_TEST(excluded_ascending_rows_with_repeats_are_not_recommended)
{
    int64_t rows[ITEMS];
    int64_t n = 0;
    for (int64_t i = 0; i < ITEMS; i++)
        for (int64_t times = 0; times < i % 3 && n < ITEMS; times++) rows[n++] = i;
    query.exclude = rows;
    query.n_exclude = n;
    query.top = 100;
    recommend();
    expect_best_of(all_but(rows, n), 100);
}
END_TEST

START_TEST(excluding_all_items_returns_no_item)
{
    int64_t rows[ITEMS];
    for (int64_t i = 0; i < ITEMS; i++) rows[i] = i;
    query.exclude = rows;
    query.n_exclude = ITEMS;
    recommend();
    ck_assert_int_eq(n_hits, 0);
}
END_TEST

START_TEST(only_allowed_rows_are_recommended)
{
    int64_t rows[50];
    for (int k = 0; k < 50; k++) rows[k] = (k * 977 + 13) % ITEMS; /* distinct, not ascending */
    query.allow = rows;
    query.n_allow = 50;
    query.top = _i;
    recommend();
    expect_best_of(only(rows, 50), _i);
}
END_TEST

START_TEST(an_allow_list_of_all_rows_changes_nothing)
{
    int64_t rows[ITEMS];
    for (int64_t i = 0; i < ITEMS; i++) rows[i] = i;
    query.allow = rows;
    query.n_allow = ITEMS;
    query.top = ITEMS;
    recommend();
    expect_best_of(all_but(NULL, 0), ITEMS);
}
END_TEST

START_TEST(repeats_in_an_ascending_allow_list_count_once)
{
    static const int64_t rows[] = {2, 2, 2, 7, 7, 9};
    query.allow = rows;
    query.n_allow = 6;
    recommend();
    expect_best_of(only(rows, 6), 10);
}
END_TEST

START_TEST(an_empty_allow_list_returns_no_item)
{
    static const int64_t none[1] = {0};
    query.allow = none;
    query.n_allow = 0;
    recommend();
    ck_assert_int_eq(n_hits, 0);
}
END_TEST

/* A sorted exclude list with an allow list that is not sorted. */
START_TEST(excluded_rows_are_not_recommended_although_allowed)
{
    int64_t allow[60], exclude[30];
    for (int k = 0; k < 60; k++) allow[k] = k % 2 ? 60 - k : k;
    for (int k = 0; k < 30; k++) exclude[k] = 2 * k;
    query.allow = allow;
    query.n_allow = 60;
    query.exclude = exclude;
    query.n_exclude = 30;
    query.top = 60;
    recommend();
    char *allowed = only(allow, 60);
    for (int k = 0; k < 30; k++) allowed[exclude[k]] = 0;
    expect_best_of(allowed, 60);
}
END_TEST

START_TEST(mean_minus_risk_aversion_times_sd_reaches_the_least_score)
{
    static const float least_scores[] = {-INFINITY, 1, 3, 3.5f, 9, INFINITY}, aversions[] = {0, 0.5f, 2};
    char allowed[ITEMS];
    for (int l = 0; l < 6; l++)
        for (int c = 0; c < 3; c++) {
            query.min_score = least_scores[l];
            query.risk_aversion = aversions[c];
            query.top = 40;
            for (int i = 0; i < ITEMS; i++)
                allowed[i] = means[i] - aversions[c] * sqrtf(variances[i]) >= least_scores[l];
            recommend();
            expect_best_of(allowed, 40);
        }
    ck_assert_int_eq(n_hits, 0);
}
END_TEST

/* Many groups; every seventh item has none. */
static int64_t make_groups(int32_t *groups)
{
    for (int i = 0; i < ITEMS; i++) groups[i] = i % 7 ? i % 5 : -1;
    return ITEMS;
}

START_TEST(no_group_has_more_than_its_cap)
{
    int32_t groups[ITEMS];
    int64_t same[5] = {0};
    query.groups = groups;
    query.n_groups = make_groups(groups);
    query.group_cap = 3;
    query.top = 30;
    recommend();
    ck_assert_int_eq(n_hits, 30);
    for (int k = 0; k < 30; k++)
        if (groups[hits[k].item] >= 0) ck_assert_int_le(++same[groups[hits[k].item]], 3);
    for (int i = 0; i < ITEMS; i++) { /* an item better than the last hit is a hit, or its group is full */
        int shown = 0;
        for (int k = 0; k < 30; k++) shown |= hits[k].item == i;
        if (!shown && means[i] > hits[29].mean) ck_assert(groups[i] >= 0 && same[groups[i]] == 3);
    }
}
END_TEST

START_TEST(only_items_of_allowed_groups_are_recommended)
{
    static const int32_t allow_groups[] = {4, -1};
    int32_t groups[ITEMS];
    char allowed[ITEMS];
    query.groups = groups;
    query.n_groups = make_groups(groups);
    query.allow_groups = allow_groups;
    for (query.n_allow_groups = 0; query.n_allow_groups <= 2; query.n_allow_groups++) {
        for (int i = 0; i < ITEMS; i++)
            allowed[i] = (query.n_allow_groups > 0 && groups[i] == 4) || (query.n_allow_groups > 1 && groups[i] == -1);
        recommend();
        expect_best_of(allowed, 10);
    }
}
END_TEST

static void make_ranking(void)
{
    thaw_config config = planted_config(NULL);
    config.objective = THAW_OBJECTIVE_RANKING, config.passes = 2, config.rank = 19;
    thaw_user_free(user);
    thaw_model_free(model);
    model = planted_model(&shop, &config);
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
    changed = 1;
}

/* More users in one call than one batch has, with every filter, with and without threads, for both objectives. */
START_TEST(recommend_many_equals_recommend_for_each_user)
{
    enum { USERS = 205, TOP = 12, MOST = 40 };
    static thaw_hit many[USERS][TOP], one[TOP];
    thaw_user *users[USERS];
    int64_t n_many[USERS], exclude[100], n_one;
    int32_t groups[ITEMS];
    thaw_threads *pool;
    const int ranks = _i / 2, most = ranks ? MOST : SUPPORT;
    if (ranks) make_ranking();
    query.top = TOP;
    if (_i % 2) {
        for (int k = 0; k < 100; k++) exclude[k] = 17 * k;
        query.exclude = exclude, query.n_exclude = 100;
        query.groups = groups, query.n_groups = make_groups(groups), query.group_cap = 2;
        query.min_score = ranks ? 1e-4f : 3, query.risk_aversion = 0.2f;
    }
    ck_assert_int_eq(thaw_threads_create(&pool, 3), THAW_OK);
    for (int u = 0; u < USERS; u++) {
        thaw_event events[MOST];
        planted_support(&shop, model, events, u % shop.users, most);
        ck_assert_int_eq(thaw_user_create(&users[u], model), THAW_OK);
        ck_assert_int_eq(thaw_adapt(model, users[u], events, u % (most + 1)), THAW_OK);
    }
    for (int threads = 0; threads < 2; threads++) {
        if (threads) ck_assert_int_eq(thaw_threads_parallel(pool, &query.parallel), THAW_OK);
        ck_assert_int_eq(thaw_recommend_many(model, many[0], n_many, (const thaw_user *const *)users, USERS, &query),
                         THAW_OK);
        for (int u = 0; u < USERS; u++) {
            ck_assert_int_eq(thaw_recommend(model, users[u], one, &n_one, &query), THAW_OK);
            ck_assert_int_eq(n_many[u], n_one);
            ck_assert(memcmp(many[u], one, (size_t)n_one * sizeof *one) == 0);
        }
    }
    for (int u = 0; u < USERS; u++) thaw_user_free(users[u]);
    thaw_threads_free(pool);
}
END_TEST

/* After training, adding items and loading, the codes of a model are those of its current items. */
START_TEST(recommendations_follow_every_change_of_the_model)
{
    int64_t size, added;
    thaw_data *more =
        planted_data(&(planted){.users = 150, .items = 1900, .per_user = 40, .noise = 0.4, .seed = 11}, NULL, 0, 150);
    thaw_data *data = planted_data(&shop, NULL, 0, 150);
    thaw_hit loaded[10];
    changed = 1;
    for (int step = 0; step < 2; step++) {
        if (step) ck_assert_int_eq(thaw_model_add_items(model, &added, more), THAW_OK);
        else ck_assert_int_eq(thaw_pretrain_step(model, NULL, data, NULL, 0), THAW_OK);
        thaw_event events[SUPPORT];
        thaw_model *copy;
        float all[2000];
        int64_t rows[2000];
        const int64_t n = step ? 1700 + added : 1700;
        for (int64_t i = 0; i < n; i++) rows[i] = i;
        planted_support(&shop, model, events, 5, SUPPORT);
        ck_assert_int_eq(thaw_adapt(model, user, events, SUPPORT), step ? THAW_OK : THAW_E_MISMATCH);
        if (!step) {
            thaw_user_free(user);
            ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
            ck_assert_int_eq(thaw_adapt(model, user, events, SUPPORT), THAW_OK);
        }
        recommend();
        ck_assert_int_eq(thaw_score(model, user, all, NULL, rows, n), THAW_OK);
        for (int64_t i = 0, better = 0; i < n; i++) ck_assert((better += all[i] > hits[9].mean) < 10);

        ck_assert_int_eq(thaw_model_save_buffer(model, NULL, 0, &size), THAW_E_SPACE);
        char *bytes = malloc((size_t)size);
        ck_assert_int_eq(thaw_model_save_buffer(model, bytes, size, &size), THAW_OK);
        ck_assert_int_eq(thaw_model_load_buffer(&copy, bytes, size, NULL), THAW_OK);
        ck_assert_int_eq(thaw_recommend(copy, user, loaded, &n_hits, &query), THAW_OK);
        ck_assert(memcmp(loaded, hits, sizeof loaded) == 0);
        thaw_model_free(copy);
        free(bytes);
    }
    thaw_data_free(data), thaw_data_free(more);
}
END_TEST

/* Unrated items with equal features have exactly equal scores. */
START_TEST(equal_means_are_sorted_by_row)
{
    char keys[40][8];
    const char *pointers[40], *kinds[40];
    thaw_data *data;
    for (int k = 0; k < 40; k++) {
        memcpy(keys[k], "new00", 6);
        keys[k][3] = (char)('0' + k / 10);
        keys[k][4] = (char)('0' + k % 10);
        pointers[k] = keys[k];
        kinds[k] = "v1";
    }
    int64_t added, rows[40];
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    ck_assert_int_eq(thaw_data_add_feature(data, THAW_TABLE_ITEMS, "kind", THAW_TYPE_TOKEN, pointers, kinds, 40),
                     THAW_OK);
    ck_assert_int_eq(thaw_model_add_items(model, &added, data), THAW_OK);
    thaw_data_free(data);
    changed = 1;
    for (int k = 0; k < 40; k++) rows[k] = ITEMS + 39 - k;
    query.allow = rows;
    query.n_allow = 40;
    recommend();
    ck_assert_int_eq(n_hits, 10);
    for (int k = 0; k < 10; k++) ck_assert_int_eq(hits[k].item, ITEMS + k);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("serve");
    TCase *tc = tcase_create("recommend");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, recommend_returns_the_items_with_the_best_scores, 0, 8);
    tcase_add_test(tc, a_null_query_returns_the_ten_best);
    tcase_add_test(tc, a_top_above_the_number_of_items_returns_all_items);
    tcase_add_loop_test(tc, excluded_rows_in_any_order_are_not_recommended, 0, 2);
    tcase_add_test(tc, excluded_ascending_rows_with_repeats_are_not_recommended);
    tcase_add_test(tc, excluding_all_items_returns_no_item);
    tcase_add_loop_test(tc, only_allowed_rows_are_recommended, 1, 60);
    tcase_add_test(tc, an_allow_list_of_all_rows_changes_nothing);
    tcase_add_test(tc, repeats_in_an_ascending_allow_list_count_once);
    tcase_add_test(tc, an_empty_allow_list_returns_no_item);
    tcase_add_test(tc, excluded_rows_are_not_recommended_although_allowed);
    tcase_add_test(tc, equal_means_are_sorted_by_row);
    tcase_add_test(tc, mean_minus_risk_aversion_times_sd_reaches_the_least_score);
    tcase_add_test(tc, no_group_has_more_than_its_cap);
    tcase_add_test(tc, only_items_of_allowed_groups_are_recommended);
    tcase_add_loop_test(tc, recommend_many_equals_recommend_for_each_user, 0, 4);
    tcase_add_test(tc, recommendations_follow_every_change_of_the_model);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
