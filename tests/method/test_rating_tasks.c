/* SPDX-License-Identifier: Apache-2.0
 * What training sees of a data set: four users, of whom one rates nothing, and events without ratings in between. */
#include "rating_tasks.h"

#include <math.h>
#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"
#include "status.h"
#include "variational_em.h"

enum { EVENTS = 9 };

static const char *const users[EVENTS] = {"ann", "bob", "ann", "eve", "cat", "ann", "bob", "cat", "ann"};
static const char *const items[EVENTS] = {"tea", "tea", "mug", "mug", "tea", "tea", "pot", "mug", "pot"};
static const float values[EVENTS] = {5, 3, 1, NAN, 2, 4, NAN, 5, 3};
static const double times[EVENTS] = {10, 0, 30, 0, 7, 20, 0, NAN, 40};

static failing_alloc f;
static thaw_data *data;
static thaw_model *model;
static thaw__rating_tasks tasks;

static thaw_data *make_data(const char *extra_item, const char *event, float value)
{
    thaw_data *made;
    thaw_event_columns columns;
    ck_assert_int_eq(thaw_data_create(&made, NULL), THAW_OK);
    ck_assert_int_eq(thaw_event_columns_init(&columns, sizeof columns), THAW_OK);
    columns.users = users;
    columns.items = items;
    columns.values = values;
    columns.times = times;
    ck_assert_int_eq(thaw_data_add_events(made, &columns, EVENTS), THAW_OK);
    if (!extra_item) return made;
    columns.items = &extra_item;
    columns.events = &event;
    columns.values = &value;
    ck_assert_int_eq(thaw_data_add_events(made, &columns, 1), THAW_OK);
    return made;
}

static void make_model(float half_life)
{
    thaw_config config;
    ck_assert_int_eq(thaw_config_init(&config, sizeof config), THAW_OK);
    config.allocator = f.allocator;
    config.rank = 2;
    config.half_life = half_life;
    ck_assert_int_eq(thaw_model_create(&model, &config, data), THAW_OK);
}

static void setup(void)
{
    failing_alloc_init(&f, 0);
    data = make_data(NULL, NULL, 0);
    make_model(0);
    tasks = (thaw__rating_tasks){0};
}

static void teardown(void)
{
    thaw__rating_tasks_free(&tasks);
    thaw_model_free(model);
    thaw_data_free(data);
    ck_assert_int_eq(f.live, 0);
}

static void build(const int64_t *rows, int64_t n)
{
    ck_assert_int_eq(thaw__rating_tasks_build(&tasks, model, data, rows, n), THAW_OK);
}

START_TEST(users_without_ratings_are_no_tasks)
{
    static const int64_t want[] = {0, 1, 3}; /* ann, bob, cat; eve has none */
    build(NULL, 0);
    ck_assert_int_eq(tasks.n_users, 3);
    ck_assert_int_eq(tasks.n_events, 7);
    ck_assert_int_eq(tasks.n_all, 3);
    ck_assert_mem_eq(tasks.user, want, sizeof want);
}
END_TEST

START_TEST(a_users_events_stand_together_in_order_of_arrival)
{
    static const char *const want[] = {"tea", "mug", "tea", "pot", "tea", "tea", "mug"};
    static const float rated[] = {5, 1, 4, 3, 3, 2, 5};
    static const int64_t start[] = {0, 4, 5, 7};
    build(NULL, 0);
    ck_assert_mem_eq(tasks.start, start, sizeof start);
    for (int e = 0; e < 7; e++) {
        ck_assert_str_eq(thaw__keymap_key(&model->catalogue->items, tasks.item[e]), want[e]);
        ck_assert(tasks.z[e] == thaw__link_score(&thaw__rating_of(model)->link, rated[e]));
        ck_assert_int_eq(tasks.task[e], e < 4 ? 0 : e < 5 ? 1 : 2);
        ck_assert(tasks.weight[e] == 1);
    }
}
END_TEST

/* Ann rates tea 10,000 times more. */
static void add_repeats(void)
{
    enum { REPEATS = 10000 };
    static const char *who[REPEATS], *what[REPEATS];
    static float value[REPEATS];
    thaw_event_columns columns;
    for (int k = 0; k < REPEATS; k++) who[k] = "ann", what[k] = "tea", value[k] = 5;
    ck_assert_int_eq(thaw_event_columns_init(&columns, sizeof columns), THAW_OK);
    columns.users = who, columns.items = what, columns.values = value;
    ck_assert_int_eq(thaw_data_add_events(data, &columns, REPEATS), THAW_OK);
}

START_TEST(of_repeated_ratings_of_an_item_the_last_are_used)
{
    int tea = 0;
    add_repeats();
    build(NULL, 0);
    const int64_t row = thaw__keymap_find(&model->catalogue->items, "tea", 3);
    for (int64_t e = tasks.start[0]; e < tasks.start[1]; e++) tea += tasks.item[e] == row;
    ck_assert_int_eq(tea, THAW__MOST_REPEATS);
    ck_assert_int_eq(tasks.start[1], THAW__MOST_REPEATS + 2); /* mug and pot once each */
    ck_assert_int_eq(tasks.n_events, THAW__MOST_REPEATS + 5);
    ck_assert_int_eq(tasks.item_start[row + 1] - tasks.item_start[row], THAW__MOST_REPEATS + 2);
}
END_TEST

START_TEST(repeated_ratings_do_not_stop_the_training_of_others)
{
    add_repeats();
    ck_assert_msg(thaw_pretrain(model, NULL, data, NULL, NULL) == THAW_OK, "%s", thaw_last_error());
}
END_TEST

/* A negative noise variance gives a negative precision. */
START_TEST(an_error_names_the_user)
{
    thaw__rating_sums sums;
    build(NULL, 0);
    for (int64_t i = 0; i < thaw__n_items(model); i++) thaw__rating_of(model)->noise_var[i] = -1e-3f;
    ck_assert_int_eq(thaw__rating_sums_init(&sums, model), THAW_OK);
    ck_assert_int_eq(thaw__rating_e_step(model, &sums, &tasks), THAW_E_NUMERIC);
    ck_assert_ptr_nonnull(strstr(thaw_last_error(), "user \"ann\""));
    thaw__rating_sums_free(&sums, &f.allocator);
}
END_TEST

START_TEST(an_items_events_are_indexed_in_order)
{
    int64_t found = 0;
    build(NULL, 0);
    for (int64_t i = 0; i < model->catalogue->items.n; i++)
        for (int64_t k = tasks.item_start[i]; k < tasks.item_start[i + 1]; k++, found++) {
            ck_assert_int_eq(tasks.item[tasks.by_item[k]], i);
            if (k > tasks.item_start[i]) ck_assert_int_lt(tasks.by_item[k - 1], tasks.by_item[k]);
        }
    ck_assert_int_eq(found, tasks.n_events);
}
END_TEST

START_TEST(some_users_stand_for_all)
{
    build((int64_t[]){3, 0}, 2); /* in whatever order */
    ck_assert_int_eq(tasks.n_users, 2);
    ck_assert_int_eq(tasks.n_events, 6);
    ck_assert_int_eq(tasks.n_all, 3);
    ck_assert_int_eq(tasks.user[0], 0);
    ck_assert_int_eq(tasks.user[1], 3);
}
END_TEST

START_TEST(old_events_weigh_half_per_half_life_and_unknown_times_are_new)
{
    static const float want[] = {0.125f, 0.5f, 0.25f, 1, 1, 1, 1}; /* ann's are 30, 10, 20 and 0 old */
    thaw_model_free(model);
    make_model(10);
    build(NULL, 0);
    for (int e = 0; e < 7; e++) ck_assert_float_eq_tol(tasks.weight[e], want[e], 1e-6f);
}
END_TEST

START_TEST(unknown_items_and_events_and_ratings_out_of_range_are_refused)
{
    static const struct {
        const char *item, *event;
        float value;
        thaw_status want;
        const char *words;
    } wrong[] = {{"cup", "rating", 3, THAW_E_UNKNOWN, "\"cup\""},
                 {"tea", "sniff", 3, THAW_E_UNKNOWN, "\"sniff\""},
                 {"tea", "rating", 5.5f, THAW_E_RANGE, "5.5; must be 1 to 5"},
                 {"tea", "rating", 0, THAW_E_RANGE, "0; must be 1 to 5"}};
    thaw_data *bad = make_data(wrong[_i].item, wrong[_i].event, wrong[_i].value);
    ck_assert_int_eq(thaw__rating_tasks_build(&tasks, model, bad, NULL, 0), wrong[_i].want);
    ck_assert_msg(strstr(thaw__last_error(), wrong[_i].words) != NULL, "%s", thaw__last_error());
    thaw_data_free(bad);
}
END_TEST

/* Only what takes part must be known. */
START_TEST(an_unknown_item_without_a_rating_does_not_matter)
{
    thaw_data *more = make_data("cup", "rating", NAN);
    ck_assert_int_eq(thaw__rating_tasks_build(&tasks, model, more, NULL, 0), THAW_OK);
    ck_assert_int_eq(tasks.n_events, 7);
    thaw_data_free(more);
}
END_TEST

START_TEST(rows_out_of_bounds_or_given_twice_are_refused)
{
    static const int64_t rows[][2] = {{0, 4}, {-1, 0}, {1, 1}, {0, INT64_MAX}, {INT64_MIN, 0}};
    ck_assert_int_eq(thaw__rating_tasks_build(&tasks, model, data, rows[_i], 2), THAW_E_RANGE);
}
END_TEST

START_TEST(a_refused_request_leaves_nothing)
{
    long refused = 1;
    for (long n = 1; refused; n++) {
        f.refuse = f.requests + n;
        f.refused = 0;
        const thaw_status st = thaw__rating_tasks_build(&tasks, model, data, NULL, 0);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rating tasks");
    TCase *tc = tcase_create("tasks");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, users_without_ratings_are_no_tasks);
    tcase_add_test(tc, a_users_events_stand_together_in_order_of_arrival);
    tcase_add_test(tc, of_repeated_ratings_of_an_item_the_last_are_used);
    tcase_add_test(tc, repeated_ratings_do_not_stop_the_training_of_others);
    tcase_add_test(tc, an_error_names_the_user);
    tcase_add_test(tc, an_items_events_are_indexed_in_order);
    tcase_add_test(tc, some_users_stand_for_all);
    tcase_add_test(tc, old_events_weigh_half_per_half_life_and_unknown_times_are_new);
    tcase_add_loop_test(tc, unknown_items_and_events_and_ratings_out_of_range_are_refused, 0, 4);
    tcase_add_test(tc, an_unknown_item_without_a_rating_does_not_matter);
    tcase_add_loop_test(tc, rows_out_of_bounds_or_given_twice_are_refused, 0, 5);
    tcase_add_test(tc, a_refused_request_leaves_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
