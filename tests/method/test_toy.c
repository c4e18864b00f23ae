/* SPDX-License-Identifier: Apache-2.0
 * The seam of method.h is complete: a method that only toy/ and its list of methods know is created, trained, served,
 * adapted, saved and grown through the public functions, and runs out of memory cleanly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "failing_alloc.h"
#include "little_shop.h"
#include "run_suite.h"
#include "temp_file.h"

enum { TOY = 100, RANK = 3, MANY_ITEMS = 300 }; /* so many items that methods with vectors keep codes */

#define PRIOR 5.0

static thaw_data *data;
static thaw_model *model;
static thaw_user *user;

#define expect(call, status) ck_assert_msg((call) == (status), "%s", thaw_last_error())

static thaw_config toy_config(const thaw_allocator *a)
{
    thaw_config config = shop_config(a, RANK, 0);
    expect(thaw_config_set(&config, "objective", "toy"), THAW_OK);
    return config;
}

static thaw_model *untrained(const thaw_data *of)
{
    thaw_model *m;
    const thaw_config config = toy_config(NULL);
    expect(thaw_model_create(&m, &config, of), THAW_OK);
    return m;
}

static void setup(void)
{
    data = shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 1);
    model = untrained(data);
    expect(thaw_pretrain(model, NULL, data, NULL, NULL), THAW_OK);
    expect(thaw_user_create(&user, model), THAW_OK);
}

static void teardown(void)
{
    thaw_user_free(user);
    thaw_model_free(model);
    thaw_data_free(data);
}

/* ---- what it learns ---------------------------------------------------------------------------------------------- */

static double events_of(int64_t item)
{
    double n = 0;
    for (int64_t e = 0; e < data->n; e++) n += data->item[e] == item;
    return n;
}

static double score_of(double n, double mean)
{
    return log((n + PRIOR) / (mean + PRIOR));
}

static thaw_model_info info_of(const thaw_model *m)
{
    thaw_model_info info;
    expect(thaw_model_info_init(&info, sizeof info), THAW_OK);
    expect(thaw_model_get_info(m, &info), THAW_OK);
    return info;
}

START_TEST(a_method_is_chosen_by_name_and_by_number)
{
    const thaw_config config = toy_config(NULL);
    ck_assert_int_eq(config.objective, TOY);
    ck_assert_int_eq(info_of(model).objective, TOY);
    thaw_config other = config;
    other.objective = TOY + 1;
    thaw_model *m;
    expect(thaw_model_create(&m, &other, data), THAW_E_RANGE);
}
END_TEST

START_TEST(scores_are_popularity_with_a_prior)
{
    const double mean = (double)data->n / SHOP_ITEMS;
    for (int64_t i = 0; i < SHOP_ITEMS; i++) {
        float score, variance;
        expect(thaw_score(model, user, &score, &variance, &i, 1), THAW_OK);
        ck_assert_float_eq_tol(score, (float)score_of(events_of(i), mean), 1e-6f); /* one rounding to float32 */
        ck_assert_float_eq_tol(variance, (float)(1 / (events_of(i) + PRIOR)), 1e-6f);
    }
}
END_TEST

START_TEST(training_is_told_in_the_report_and_the_numbers)
{
    thaw_report report;
    thaw_model *m = untrained(data);
    expect(thaw_report_init(&report, sizeof report), THAW_OK);
    expect(thaw_pretrain(m, &report, data, NULL, NULL), THAW_OK);
    ck_assert_int_eq(report.events, data->n);
    ck_assert_int_eq(report.pass, 1);
    ck_assert_int_eq(info_of(m).trained_users, SHOP_USERS);
    ck_assert_int_eq(info_of(m).steps, 1);
    thaw_model_free(m);
}
END_TEST

START_TEST(steps_over_two_halves_of_the_users_add_up_to_pretraining)
{
    int64_t halves[SHOP_USERS], size, size_all;
    thaw_model *m = untrained(data);
    for (int k = 0; k < SHOP_USERS; k++) halves[k] = k;
    expect(thaw_pretrain_step(m, NULL, data, halves, 11), THAW_OK);
    expect(thaw_pretrain_step(m, NULL, data, halves + 11, SHOP_USERS - 11), THAW_OK);
    expect(thaw_pretrain(model, NULL, data, NULL, NULL), THAW_OK); /* two steps, as many as m has */
    char *bytes = model_bytes(m, &size), *all = model_bytes(model, &size_all);
    ck_assert_int_eq(size, size_all);
    ck_assert_mem_eq(bytes, all, (size_t)size);
    free(bytes);
    free(all);
    thaw_model_free(m);
}
END_TEST

/* The driver checks users for every method. */
START_TEST(users_out_of_bounds_or_given_twice_are_refused)
{
    const int64_t bad[][2] = {{0, 0}, {0, -1}, {SHOP_USERS, 1}};
    int64_t before, after;
    char *bytes = model_bytes(model, &before);
    expect(thaw_pretrain_step(model, NULL, data, bad[_i], 2), THAW_E_RANGE);
    char *now = model_bytes(model, &after);
    ck_assert_int_eq(before, after);
    ck_assert_mem_eq(bytes, now, (size_t)before);
    free(bytes);
    free(now);
}
END_TEST

START_TEST(events_before_since_are_not_counted_again)
{
    thaw_model *m = untrained(data);
    const int64_t before = info_of(model).trained_events;
    int64_t later = 0;
    for (int64_t e = 0; e < data->n; e++) later += data->time[e] >= 60;
    expect(thaw_pretrain_update(model, NULL, data, NULL, 0, 60), THAW_OK);
    ck_assert_int_eq(info_of(model).trained_events, before + later);
    thaw_model_free(m);
}
END_TEST

START_TEST(an_item_that_the_model_does_not_know_is_refused_and_undone)
{
    thaw_data *more = shop_data(NULL, SHOP_USERS, SHOP_ITEMS + 2, 1);
    int64_t before, after;
    char *bytes = model_bytes(model, &before);
    expect(thaw_pretrain_step(model, NULL, more, NULL, 0), THAW_E_UNKNOWN);
    char *now = model_bytes(model, &after);
    ck_assert_int_eq(before, after);
    ck_assert_mem_eq(bytes, now, (size_t)before);
    free(bytes);
    free(now);
    thaw_data_free(more);
}
END_TEST

/* ---- serving ----------------------------------------------------------------------------------------------------- */

/* Lists are in the order of thaw_score(), with its numbers. */
static void expect_best(const thaw_hit *hits, int64_t n, int64_t items)
{
    for (int64_t k = 0; k < n; k++) {
        float score;
        expect(thaw_score(model, user, &score, NULL, &hits[k].item, 1), THAW_OK);
        ck_assert_float_eq(hits[k].mean, score);
        ck_assert(k == 0 || hits[k].mean <= hits[k - 1].mean);
    }
    int64_t better = 0;
    for (int64_t i = 0; i < items; i++) {
        float score;
        expect(thaw_score(model, user, &score, NULL, &i, 1), THAW_OK);
        better += score > hits[n - 1].mean;
    }
    ck_assert_int_lt(better, n);
}

static void use_shop_of(int items)
{
    teardown();
    data = shop_data(NULL, SHOP_USERS, items, 1);
    model = untrained(data);
    expect(thaw_pretrain(model, NULL, data, NULL, NULL), THAW_OK);
    expect(thaw_user_create(&user, model), THAW_OK);
}

START_TEST(lists_are_the_best_of_all_scores)
{
    const int items = _i ? MANY_ITEMS : SHOP_ITEMS;
    enum { N = 6 };
    thaw_hit hits[10], many[10 * N];
    int64_t n, n_many[N];
    use_shop_of(items);
    const thaw_user *const same[N] = {user, user, user, user, user, user};
    expect(thaw_recommend(model, user, hits, &n, NULL), THAW_OK);
    ck_assert_int_eq(n, 10);
    expect_best(hits, n, items);
    expect(thaw_recommend_many(model, many, n_many, same, N, NULL), THAW_OK);
    for (int u = 0; u < N; u++) ck_assert_mem_eq(many + 10 * u, hits, sizeof hits);
}
END_TEST

START_TEST(filters_and_limits_hold)
{
    thaw_query query;
    thaw_hit hits[10], rest[10];
    int64_t n, n_rest;
    expect(thaw_query_init(&query, sizeof query), THAW_OK);
    query.top = 3;
    expect(thaw_recommend(model, user, hits, &n, &query), THAW_OK);
    query.exclude = &hits[0].item;
    query.n_exclude = 1;
    query.min_score = hits[1].mean;
    expect(thaw_recommend(model, user, rest, &n_rest, &query), THAW_OK);
    ck_assert_int_ge(n_rest, 1);
    ck_assert_int_eq(rest[0].item, hits[1].item);
    ck_assert(rest[n_rest - 1].mean >= query.min_score);
}
END_TEST

/* ---- users ------------------------------------------------------------------------------------------------------- */

START_TEST(events_are_counted_and_change_no_score)
{
    const thaw_event events[] = {shop_event(0), shop_event(1)};
    const int64_t item = events[1].item;
    float before, after, mean[RANK], covariance[RANK * RANK];
    expect(thaw_score(model, user, &before, NULL, &item, 1), THAW_OK);
    expect(thaw_adapt(model, user, events, 2), THAW_OK);
    expect(thaw_user_observe(model, user, &events[1]), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), 3);
    expect(thaw_score(model, user, &after, NULL, &item, 1), THAW_OK);
    ck_assert_float_eq(before, after);
    expect(thaw_user_posterior(model, user, mean, covariance), THAW_OK);
    for (int k = 0; k < RANK; k++) ck_assert(mean[k] == 0 && covariance[k * RANK + k] == 1);
}
END_TEST

/* No check_events(): every value and time will do, rows are still checked. */
START_TEST(any_value_is_taken_and_rows_are_checked)
{
    const thaw_event odd = {.item = 1, .value = INFINITY, .time = NAN}, past = {.item = SHOP_ITEMS};
    expect(thaw_adapt(model, user, &odd, 1), THAW_OK);
    expect(thaw_adapt(model, user, &past, 1), THAW_E_RANGE);
    expect(thaw_user_observe(model, user, &past), THAW_E_RANGE);
}
END_TEST

START_TEST(users_come_back_from_bytes_and_belong_to_their_method)
{
    const thaw_event e = shop_event(3);
    thaw_user *back;
    int64_t size;
    expect(thaw_adapt(model, user, &e, 1), THAW_OK);
    char *bytes = user_bytes(user, &size);
    expect(thaw_user_load(&back, model, bytes, size), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(back), 1);
    thaw_user_free(back);
    thaw_model *ratings = shop_model(NULL, RANK, 0), *forged = forged_model(ratings, model_id(model));
    expect(thaw_user_load(&back, forged, bytes, size), THAW_E_MISMATCH);
    expect(thaw_adapt(forged, user, &e, 1), THAW_E_MISMATCH);
    thaw_model_free(ratings);
    thaw_model_free(forged);
    free(bytes);
}
END_TEST

START_TEST(means_of_many_users_are_the_prior)
{
    const thaw_event events[] = {shop_event(0), shop_event(1), shop_event(2)};
    const int64_t offsets[] = {0, 1, 3};
    float means[2 * RANK];
    expect(thaw_adapt_many(model, user, means, events, offsets, 2), THAW_OK);
    for (int k = 0; k < 2 * RANK; k++) ck_assert_float_eq(means[k], 0);
    ck_assert_int_eq(thaw_user_n_events(user), 0);
}
END_TEST

/* ---- files and copies -------------------------------------------------------------------------------------------- */

static thaw_model *again(int how, char *bytes, int64_t size)
{
    thaw_model *m = NULL;
    const char *path = temp_file("toy", bytes, (size_t)size);
    switch (how) {
    case 0: expect(thaw_model_load_buffer(&m, bytes, size, NULL), THAW_OK); break;
    case 1: expect(thaw_model_load(&m, path, NULL), THAW_OK); break;
    case 2: expect(thaw_model_map(&m, path, NULL), THAW_OK); break;
    default: expect(thaw_model_copy(&m, model), THAW_OK);
    }
    return m;
}

/* 0: from bytes, 1: from a file, 2: mapped, 3: a copy. */
START_TEST(a_model_comes_back_to_the_bit)
{
    int64_t size, size_back, n, n_back;
    thaw_hit hits[10], back[10];
    use_shop_of(_i < 4 ? SHOP_ITEMS : MANY_ITEMS);
    char *bytes = model_bytes(model, &size);
    thaw_model *m = again(_i % 4, bytes, size);
    char *bytes_back = model_bytes(m, &size_back);
    ck_assert_int_eq(size, size_back);
    ck_assert_mem_eq(bytes, bytes_back, (size_t)size);
    expect(thaw_recommend(model, user, hits, &n, NULL), THAW_OK);
    expect(thaw_recommend(m, user, back, &n_back, NULL), THAW_OK);
    ck_assert_mem_eq(hits, back, sizeof hits);
    free(bytes);
    free(bytes_back);
    thaw_model_free(m);
}
END_TEST

/* The method has no names of format 1; those that all methods share are missing. */
START_TEST(a_file_that_claims_format_1_is_refused)
{
    int64_t size;
    thaw_model *m;
    char *bytes = model_bytes(model, &size), *at = NULL;
    static const char mark[] = "\"thaw.format\":\"";
    for (int64_t k = 0; !at && k + (int64_t)sizeof mark < size; k++)
        if (memcmp(bytes + k, mark, sizeof mark - 1) == 0) at = bytes + k + sizeof mark - 1;
    ck_assert_ptr_nonnull(at);
    *at = '1';
    ck_assert(mend_model(bytes, size));
    expect(thaw_model_load_buffer(&m, bytes, size, NULL), THAW_E_FORMAT);
    ck_assert_ptr_null(m);
    free(bytes);
}
END_TEST

START_TEST(new_items_have_the_score_of_the_prior_and_old_ones_keep_theirs)
{
    thaw_data *more = shop_data(NULL, SHOP_USERS, MANY_ITEMS, 1);
    const double mean = (double)data->n / SHOP_ITEMS;
    const int64_t rows[] = {2, MANY_ITEMS - 1};
    float before, after[2];
    int64_t n;
    expect(thaw_score(model, user, &before, NULL, rows, 1), THAW_OK);
    expect(thaw_model_add_items(model, &n, more), THAW_OK);
    ck_assert_int_eq(n, MANY_ITEMS - SHOP_ITEMS);
    expect(thaw_score(model, user, after, NULL, rows, 2), THAW_OK); /* the user still fits */
    ck_assert_float_eq(after[0], before);
    ck_assert_float_eq_tol(after[1], (float)score_of(0, mean), 1e-6f);
    expect(thaw_pretrain_step(model, NULL, more, NULL, 0), THAW_OK);
    thaw_data_free(more);
}
END_TEST

START_TEST(retired_items_are_not_recommended)
{
    thaw_hit hits[10], left[10];
    int64_t n;
    expect(thaw_recommend(model, user, hits, &n, NULL), THAW_OK);
    expect(thaw_model_retire_items(model, &hits[0].item, 1, 1), THAW_OK);
    expect(thaw_recommend(model, user, left, &n, NULL), THAW_OK);
    ck_assert_int_eq(left[0].item, hits[1].item);
}
END_TEST

START_TEST(similar_items_and_explanations_are_unsupported)
{
    const thaw_event e = shop_event(1);
    thaw_hit hits[10];
    float contribution = 7, base = 7;
    int64_t n = 7;
    expect(thaw_similar_items(model, hits, &n, 0, NULL), THAW_E_UNSUPPORTED);
    expect(thaw_explain(model, user, &contribution, &base, &e, 1, 0), THAW_E_UNSUPPORTED);
    ck_assert(n == 7 && contribution == 7 && base == 7 && thaw_user_n_events(user) == 0);
}
END_TEST

START_TEST(event_weightings_are_unsupported)
{
    const thaw_event_weighting weighting = {1, 1, 0};
    expect(thaw_model_set_event_weighting(model, 0, &weighting), THAW_E_UNSUPPORTED);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* A whole life; what was made before a failure is freed. */
static thaw_status live(const thaw_allocator *a, const thaw_data *more)
{
    const thaw_config config = toy_config(a);
    const thaw_event events[] = {shop_event(0), shop_event(1)};
    const int64_t some[] = {7, 2, 5};
    thaw_model *m = NULL, *copy = NULL;
    thaw_user *u = NULL;
    char bytes[256];
    int64_t size;
    thaw_status st = thaw_model_create(&m, &config, data);
    if (st == THAW_OK) st = thaw_pretrain(m, NULL, data, NULL, NULL);
    if (st == THAW_OK) st = thaw_pretrain_step(m, NULL, data, some, 3);
    if (st == THAW_OK) st = thaw_model_add_items(m, NULL, more);
    if (st == THAW_OK) st = thaw_model_save(m, temp_path("life"));
    if (st == THAW_OK) st = thaw_model_copy(&copy, m);
    thaw_model_free(copy);
    copy = NULL;
    if (st == THAW_OK) st = thaw_model_map(&copy, temp_path("life"), &config);
    if (st == THAW_OK) st = thaw_user_create(&u, copy);
    if (st == THAW_OK) st = thaw_adapt(copy, u, events, 2);
    if (st == THAW_OK) st = thaw_user_save(u, bytes, sizeof bytes, &size);
    thaw_user_free(u);
    u = NULL;
    if (st == THAW_OK) st = thaw_user_load(&u, copy, bytes, size);
    thaw_user_free(u);
    thaw_model_free(copy);
    thaw_model_free(m);
    return st;
}

START_TEST(a_refused_request_is_a_clean_status)
{
    failing_alloc f;
    long n = 1;
    thaw_data *more = shop_data(NULL, SHOP_USERS, MANY_ITEMS, 1);
    for (long refused = 1; refused; n++) {
        failing_alloc_init(&f, n);
        const thaw_status st = live(&f.allocator, more);
        refused = f.refused;
        ck_assert_msg(st == (refused ? THAW_E_NOMEM : THAW_OK), "request %ld: %s", n, thaw_last_error());
        ck_assert_int_eq(f.live, 0);
    }
    ck_assert_int_gt(n, 100);
    thaw_data_free(more);
}
END_TEST

START_TEST(hot_calls_allocate_nothing)
{
    failing_alloc f;
    thaw_model *m;
    thaw_user *u;
    thaw_hit hits[10];
    int64_t n;
    float mean, variance;
    const thaw_event e = shop_event(0);
    failing_alloc_init(&f, 0);
    const thaw_config config = toy_config(&f.allocator);
    expect(thaw_model_create(&m, &config, data), THAW_OK);
    expect(thaw_user_create(&u, m), THAW_OK);
    const long before = f.requests;
    expect(thaw_adapt(m, u, &e, 1), THAW_OK);
    expect(thaw_user_observe(m, u, &e), THAW_OK);
    expect(thaw_score(m, u, &mean, &variance, &e.item, 1), THAW_OK);
    expect(thaw_recommend(m, u, hits, &n, NULL), THAW_OK);
    ck_assert_int_eq(f.requests, before);
    thaw_user_free(u);
    thaw_model_free(m);
    ck_assert_int_eq(f.live, 0);
}
END_TEST

static TCase *unit(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return tc;
}

int main(void)
{
    Suite *suite = suite_create("toy method");
    TCase *training = unit(suite, "training"), *serving = unit(suite, "serving"), *users = unit(suite, "users");
    TCase *files = unit(suite, "files"), *items = unit(suite, "items"), *memory = unit(suite, "memory");
    tcase_add_test(training, a_method_is_chosen_by_name_and_by_number);
    tcase_add_test(training, scores_are_popularity_with_a_prior);
    tcase_add_test(training, training_is_told_in_the_report_and_the_numbers);
    tcase_add_test(training, steps_over_two_halves_of_the_users_add_up_to_pretraining);
    tcase_add_loop_test(training, users_out_of_bounds_or_given_twice_are_refused, 0, 3);
    tcase_add_test(training, events_before_since_are_not_counted_again);
    tcase_add_test(training, an_item_that_the_model_does_not_know_is_refused_and_undone);
    tcase_add_loop_test(serving, lists_are_the_best_of_all_scores, 0, 2);
    tcase_add_test(serving, filters_and_limits_hold);
    tcase_add_test(users, events_are_counted_and_change_no_score);
    tcase_add_test(users, any_value_is_taken_and_rows_are_checked);
    tcase_add_test(users, users_come_back_from_bytes_and_belong_to_their_method);
    tcase_add_test(users, means_of_many_users_are_the_prior);
    tcase_add_loop_test(files, a_model_comes_back_to_the_bit, 0, 8);
    tcase_add_test(files, a_file_that_claims_format_1_is_refused);
    tcase_add_test(items, new_items_have_the_score_of_the_prior_and_old_ones_keep_theirs);
    tcase_add_test(items, retired_items_are_not_recommended);
    tcase_add_test(items, similar_items_and_explanations_are_unsupported);
    tcase_add_test(items, event_weightings_are_unsupported);
    tcase_add_test(memory, a_refused_request_is_a_clean_status);
    tcase_add_test(memory, hot_calls_allocate_nothing);
    return run_suite(suite);
}
