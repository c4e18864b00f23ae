/* SPDX-License-Identifier: Apache-2.0
 * Times of events: those that are missing, and those in another unit than that of training. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "thaw/thaw.h"

enum { USERS = 60, ITEMS = 12, RANK = 4, YEAR = 31557600 };

static thaw_model *model;
static thaw_user *user;

#define must(call) ck_assert_int_eq(call, THAW_OK)

/* Users who take five items each, `step` apart from `start` on. Ratings if _i is 0, else a ranking. */
static void open_model(int ranking, double start, double step, float half_life)
{
    thaw_data *data;
    thaw_config config;
    must(thaw_data_create(&data, NULL));
    for (int u = 0; u < USERS; u++)
        for (int k = 0; k < 5; k++) {
            char name[2][16];
            const char *const users[] = {name[0]}, *const items[] = {name[1]};
            const float value = (float)(1 + (u + k) % 5);
            const double time = start + step * (u + k);
            thaw_event_columns columns;
            snprintf(name[0], sizeof name[0], "u%d", u);
            snprintf(name[1], sizeof name[1], "i%d", (u + k * k) % ITEMS);
            must(thaw_event_columns_init(&columns, sizeof columns));
            columns.users = users;
            columns.items = items;
            columns.values = &value;
            columns.times = &time;
            must(thaw_data_add_events(data, &columns, 1));
        }
    must(thaw_config_init(&config, sizeof config));
    config.objective = ranking ? THAW_OBJECTIVE_RANKING : THAW_OBJECTIVE_RATING;
    config.rank = RANK;
    config.passes = 2;
    config.half_life = half_life;
    must(thaw_model_create(&model, &config, data));
    must(thaw_pretrain(model, NULL, data, NULL, NULL));
    must(thaw_user_create(&user, model));
    thaw_data_free(data);
}

static void close_model(void)
{
    thaw_user_free(user);
    thaw_model_free(model);
}

static thaw_event at(int64_t item, double time)
{
    return (thaw_event){.item = item, .value = (float)(1 + item % 5), .time = time};
}

/* The scores of all items after adapting to events [n], or after observing them one by one. */
static void scores(float out[ITEMS], const thaw_event *events, int64_t n, int one_by_one)
{
    int64_t rows[ITEMS];
    for (int64_t i = 0; i < ITEMS; i++) rows[i] = i;
    must(thaw_adapt(model, user, events, one_by_one ? 0 : n));
    for (int64_t k = 0; one_by_one && k < n; k++) must(thaw_user_observe(model, user, &events[k]));
    must(thaw_score(model, user, out, NULL, rows, ITEMS));
}

static void assert_same(const float a[ITEMS], const float b[ITEMS])
{
    for (int i = 0; i < ITEMS; i++) ck_assert_float_eq_tol(a[i], b[i], 2e-4f * (1 + fabsf(a[i])));
}

START_TEST(an_event_without_a_time_is_as_new_as_the_newest)
{
    float truth[ITEMS], got[ITEMS];
    open_model(_i, 1e9, 1e5, 2e5f);
    const thaw_event dated[] = {at(0, 1e9), at(1, 1.0003e9), at(2, 1.0005e9), at(3, 1.0005e9)};
    scores(truth, dated, 4, 0);
    for (int zero = 0; zero < 2; zero++)
        for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
            thaw_event events[4];
            memcpy(events, dated, sizeof events);
            events[3].time = zero ? 0 : (double)NAN;
            scores(got, events, 4, one_by_one);
            assert_same(truth, got);
        }
    close_model();
}
END_TEST

/* Before any time is known, and long before the next one. */
START_TEST(events_without_a_time_are_not_forgotten_when_one_comes)
{
    float truth[ITEMS], got[ITEMS];
    open_model(_i, 1e9, 1e5, 2e5f);
    const thaw_event dated[] = {at(0, 1.2e9), at(1, 1.2e9)}, first_unknown[] = {at(0, 0), at(1, 1.2e9)};
    scores(truth, dated, 2, 0);
    for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
        scores(got, first_unknown, 2, one_by_one);
        if (_i == 0) assert_same(truth, got); /* the order matters to a ranking: without a time is last */
        for (int i = 0; i < ITEMS; i++) ck_assert(isfinite(got[i]));
    }
    const thaw_event none[] = {at(0, 0), at(1, (double)NAN)};
    scores(truth, none, 2, 0);
    scores(got, none, 2, 1);
    assert_same(truth, got);
    close_model();
}
END_TEST

START_TEST(many_users_at_once_have_the_same_rule)
{
    float means[2 * RANK], mean[RANK];
    open_model(_i, 1e9, 1e5, 2e5f);
    const thaw_event events[] = {at(0, 1e9), at(1, 1.0003e9), at(2, 0), at(3, 0), at(4, (double)NAN)};
    const int64_t offsets[] = {0, 3, 5};
    must(thaw_adapt_many(model, user, means, events, offsets, 2));
    for (int k = 0; k < 2; k++) {
        must(thaw_adapt(model, user, events + offsets[k], offsets[k + 1] - offsets[k]));
        must(thaw_user_posterior(model, user, mean, NULL));
        for (int j = 0; j < RANK; j++) ck_assert_float_eq_tol(means[k * RANK + j], mean[j], 1e-4f);
    }
    close_model();
}
END_TEST

START_TEST(a_time_in_another_unit_is_refused)
{
    static const double wrong[] = {1e12, 1, 86400, -1e9, INFINITY, -INFINITY, 1e40};
    open_model(_i, 1e9, 1e5, 2e5f);
    thaw_event e = at(0, 1e9);
    must(thaw_adapt(model, user, &e, 1));
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        e.time = wrong[k];
        ck_assert_int_eq(thaw_user_observe(model, user, &e), THAW_E_RANGE);
        ck_assert_int_eq(thaw_adapt(model, user, &e, 1), THAW_E_RANGE);
        ck_assert_ptr_nonnull(
            strstr(thaw_last_error(), isinf(wrong[k]) ? "infinite time" : "times of training are about"));
        ck_assert_int_eq(thaw_user_n_events(user), 1);
    }
    close_model();
}
END_TEST

START_TEST(years_after_training_are_valid)
{
    open_model(_i, 1e9, 1e5, 2e5f);
    for (int years = 1; years <= 50; years++) {
        const thaw_event e = at(0, 1e9 + (double)years * YEAR);
        must(thaw_adapt(model, user, &e, 1));
    }
    close_model();
}
END_TEST

/* Days from 0 on: 0 is a time, so an event at 0 is older than one at 10. */
START_TEST(zero_is_a_time_where_training_has_it)
{
    float zero_old[ITEMS], unknown[ITEMS];
    open_model(_i, 0, 1, 3);
    const thaw_event first[] = {at(0, 0), at(1, 60)}, second[] = {at(0, (double)NAN), at(1, 60)};
    scores(zero_old, first, 2, 0);
    scores(unknown, second, 2, 0);
    float difference = 0;
    for (int i = 0; i < ITEMS; i++) difference += fabsf(zero_old[i] - unknown[i]);
    ck_assert_float_gt(difference, 1e-4f);
    const thaw_event later = at(0, 5000), far = at(0, 1e9);
    must(thaw_adapt(model, user, &later, 1));
    ck_assert_int_eq(thaw_adapt(model, user, &far, 1), THAW_E_RANGE);
    close_model();
}
END_TEST

START_TEST(users_without_times_survive_bytes)
{
    float before[ITEMS], after[ITEMS];
    char bytes[20000];
    int64_t size, rows[ITEMS];
    thaw_user *loaded;
    open_model(_i, 1e9, 1e5, 2e5f);
    const thaw_event events[] = {at(0, 1e9), at(1, 0)}, next = at(2, 1.001e9);
    scores(before, events, 2, 0);
    must(thaw_user_save(user, bytes, sizeof bytes, &size));
    must(thaw_user_load(&loaded, model, bytes, size));
    must(thaw_user_observe(model, user, &next));
    must(thaw_user_observe(model, loaded, &next));
    for (int64_t i = 0; i < ITEMS; i++) rows[i] = i;
    must(thaw_score(model, user, before, NULL, rows, ITEMS));
    must(thaw_score(model, loaded, after, NULL, rows, ITEMS));
    assert_same(before, after);
    thaw_user_free(loaded);
    close_model();
}
END_TEST

START_TEST(models_of_data_without_times_take_any_time)
{
    open_model(_i, 0, 0, 0);
    const double times[] = {-1e9, 0, 1e9, 1e12, NAN};
    for (int k = 0; k < 5; k++) {
        const thaw_event e = at(0, times[k]);
        must(thaw_adapt(model, user, &e, 1));
    }
    close_model();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api");
    TCase *tc = tcase_create("event_time");
    tcase_add_loop_test(tc, an_event_without_a_time_is_as_new_as_the_newest, 0, 2);
    tcase_add_loop_test(tc, events_without_a_time_are_not_forgotten_when_one_comes, 0, 2);
    tcase_add_loop_test(tc, many_users_at_once_have_the_same_rule, 0, 2);
    tcase_add_loop_test(tc, a_time_in_another_unit_is_refused, 0, 2);
    tcase_add_loop_test(tc, years_after_training_are_valid, 0, 2);
    tcase_add_loop_test(tc, zero_is_a_time_where_training_has_it, 0, 2);
    tcase_add_loop_test(tc, users_without_times_survive_bytes, 0, 2);
    tcase_add_loop_test(tc, models_of_data_without_times_take_any_time, 0, 2);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
