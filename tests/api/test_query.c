/* SPDX-License-Identifier: Apache-2.0
 * Errors of scoring and recommending. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "run_suite.h"
#include "shop_fixture.h"

static const int64_t rows[] = {0, 3, 3, 11};

START_TEST(score_refuses_bad_lists_and_writes_nothing)
{
    float mean[4];
    const int64_t past[] = {0, SHOP_ITEMS}, negative[] = {-1};
    float untouched[2] = {7, 7};
    expect(thaw_score(NULL, user, mean, NULL, rows, 4), THAW_E_ARG);
    expect(thaw_score(model, NULL, mean, NULL, rows, 4), THAW_E_ARG);
    expect(thaw_score(model, user, mean, NULL, NULL, 4), THAW_E_ARG);
    expect(thaw_score(model, user, mean, NULL, NULL, 0), THAW_OK);
    expect(thaw_score(model, user, NULL, NULL, rows, 4), THAW_OK);
    expect(thaw_score(model, user, mean, NULL, rows, -1), THAW_E_RANGE);
    expect(thaw_score(model, user, mean, NULL, rows, INT64_MIN), THAW_E_RANGE);
    expect(thaw_score(model, user, untouched, untouched, past, 2), THAW_E_RANGE);
    reason("must be 0 to 11");
    expect(thaw_score(model, user, untouched, NULL, negative, 1), THAW_E_RANGE);
    ck_assert(untouched[0] == 7 && untouched[1] == 7);
}
END_TEST

START_TEST(repeated_rows_score_the_same)
{
    float mean[4];
    float variance[4];
    expect(thaw_score(model, user, mean, variance, rows, 4), THAW_OK);
    ck_assert(mean[1] == mean[2] && variance[1] == variance[2] && variance[0] > 0);
}
END_TEST

START_TEST(recommend_refuses_bad_queries)
{
    int64_t size = 77;
    thaw_query q;
    thaw_hit hits[20];
    const int64_t past[] = {SHOP_ITEMS};
    expect(thaw_query_init(&q, sizeof q), THAW_OK);
    expect(thaw_recommend(NULL, user, hits, &size, NULL), THAW_E_ARG);
    expect(thaw_recommend(model, NULL, hits, &size, NULL), THAW_E_ARG);
    expect(thaw_recommend(model, user, NULL, &size, NULL), THAW_E_ARG);
    expect(thaw_recommend(model, user, hits, NULL, NULL), THAW_E_ARG);
    q.top = 0;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.top = INT64_MIN;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.top = 5, q.n_exclude = 1;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_ARG);
    q.exclude = past;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.n_exclude = -1;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.n_exclude = 0, q.allow = past, q.n_allow = 1;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.n_allow = -1;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    ck_assert_int_eq(size, 77);
    q.n_allow = 0;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_OK);
    ck_assert_int_eq(size, 0);
    q.allow = NULL, q.top = INT64_MAX; /* above the number of items: only the items are written */
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_OK);
    ck_assert_int_eq(size, SHOP_ITEMS);
}
END_TEST

START_TEST(a_query_of_version_0_1_still_works)
{
    int64_t size;
    enum { OLD = offsetof(thaw_query, groups) };
    thaw_query q;
    thaw_hit hits[20];
    memset(&q, 0x5a, sizeof q);
    expect(thaw_query_init(&q, OLD), THAW_OK);
    /* bytes past OLD are not read or written */
    ck_assert(q.struct_size == OLD && q.top == 10 && q.n_groups == 0x5a5a5a5a5a5a5a5a);
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_OK);
    ck_assert_int_eq(size, 10);
    expect(thaw_query_init(&q, OLD - 8), THAW_E_ARG);
    q.struct_size = OLD - 8;
    expect(thaw_recommend(model, user, hits, &size, &q), THAW_E_ARG);
}
END_TEST

static const struct {
    thaw_query query;
    thaw_status status;
    const char *words;
} limits[] = {
    {{.group_cap = -1}, THAW_E_RANGE, "group_cap is -1"},
    {{.group_cap = 1}, THAW_E_ARG, "groups is required"},
    {{.allow_groups = (const int32_t[]){0}, .n_allow_groups = 1}, THAW_E_ARG, "groups is required"},
    {{.n_allow_groups = 1}, THAW_E_ARG, "allow_groups is required"},
    {{.n_allow_groups = -1}, THAW_E_RANGE, "n_allow_groups is -1"},
    {{.groups = (const int32_t[SHOP_ITEMS]){0}, .n_groups = 11}, THAW_E_RANGE, "n_groups is 11; must be 12"},
    {{.min_score = NAN}, THAW_E_RANGE, "min_score is NaN"},
    {{.risk_aversion = -1}, THAW_E_RANGE, "risk_aversion is -1"},
    {{.risk_aversion = INFINITY}, THAW_E_RANGE, "risk_aversion is inf"},
    {{.risk_aversion = NAN}, THAW_E_RANGE, "risk_aversion is nan"},
    {{.parallel = {.run = run_nothing}}, THAW_E_RANGE, "n_workers is 0"},
};

START_TEST(recommend_refuses_bad_groups_and_limits)
{
    int64_t size = 77;
    thaw_query q = limits[_i].query;
    thaw_hit hits[20];
    const thaw_user *users[] = {user, user};
    q.struct_size = sizeof q, q.top = 3;
    expect(thaw_recommend(model, user, hits, &size, &q), limits[_i].status);
    ck_assert_int_eq(size, 77);
    reason(limits[_i].words);
    expect(thaw_recommend_many(model, hits, &size, users, 2, &q), limits[_i].status);
    ck_assert_int_eq(size, 77);
}
END_TEST

START_TEST(recommend_many_refuses_bad_arguments)
{
    thaw_query q;
    thaw_hit hits[20];
    int64_t n_hits[2] = {77, 77};
    const thaw_user *users[] = {user, NULL};
    expect(thaw_query_init(&q, sizeof q), THAW_OK);
    expect(thaw_recommend_many(NULL, hits, n_hits, users, 1, NULL), THAW_E_ARG);
    expect(thaw_recommend_many(model, NULL, n_hits, users, 1, NULL), THAW_E_ARG);
    expect(thaw_recommend_many(model, hits, NULL, users, 1, NULL), THAW_E_ARG);
    expect(thaw_recommend_many(model, hits, n_hits, NULL, 1, NULL), THAW_E_ARG);
    expect(thaw_recommend_many(model, hits, n_hits, users, 2, NULL), THAW_E_ARG);
    expect(thaw_recommend_many(model, hits, n_hits, users, -1, NULL), THAW_E_RANGE);
    q.top = INT64_MAX / 16;
    users[1] = user;
    expect(thaw_recommend_many(model, hits, n_hits, users, 2, &q), THAW_E_RANGE);
    reason("do not fit into memory");
    ck_assert(n_hits[0] == 77 && n_hits[1] == 77);
    expect(thaw_recommend_many(model, NULL, NULL, NULL, 0, NULL), THAW_OK);
    expect(thaw_recommend_many(model, hits, n_hits, users, 2, NULL), THAW_OK);
    ck_assert(n_hits[0] == 10 && n_hits[1] == 10 && memcmp(hits, hits + 10, 10 * sizeof *hits) == 0);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("api query");
    TCase *tc = tcase_create("query");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, score_refuses_bad_lists_and_writes_nothing);
    tcase_add_test(tc, repeated_rows_score_the_same);
    tcase_add_test(tc, recommend_refuses_bad_queries);
    tcase_add_test(tc, a_query_of_version_0_1_still_works);
    tcase_add_loop_test(tc, recommend_refuses_bad_groups_and_limits, 0, N(limits));
    tcase_add_test(tc, recommend_many_refuses_bad_arguments);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
