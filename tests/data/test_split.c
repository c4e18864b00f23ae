/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"
#include "shop.h"

static failing_alloc f;
static thaw_data *data, *train, *test;
static thaw_split_options options;

static void setup(void)
{
    failing_alloc_init(&f, 0);
    data = shop_create(&f.allocator);
    train = test = NULL;
    ck_assert_int_eq(thaw_split_options_init(&options, sizeof options), THAW_OK);
}

static void end_parts(void)
{
    thaw_data_free(train);
    thaw_data_free(test);
    train = test = NULL;
}

static void teardown(void)
{
    end_parts();
    thaw_data_free(data);
    ck_assert_int_eq(f.live, 0);
}

/* Add two events of each of users 0 … n-1, in an order that depends on step. */
static void add_users(int n, int step)
{
    char *text = malloc((size_t)n * 64 + 64);
    size_t at = (size_t)sprintf(text, "user_id\titem_id\trating\ttimestamp\tbasket\n");
    for (int i = 0; i < n; i++) {
        const int u = (int)((long)i * step % n);
        at += (size_t)sprintf(text + at, "u%d\ti%d\t3\t%d\tb\nu%d\ti1\t4\t%d\t\n", u, u % 7, u, u, u + 1);
    }
    ck_assert_int_eq(shop_read(data, THAW_TABLE_EVENTS, 0, text), THAW_OK);
    free(text);
}

static thaw_status split(void)
{
    return thaw_data_split(data, &train, &test, &options);
}

static int has_user(const thaw_data *part, const char *user)
{
    for (int64_t i = 0; i < thaw_data_n_events(part); i++)
        if (strcmp(shop_event(part, i).user, user) == 0) return 1;
    return 0;
}

START_TEST(all_events_of_a_user_are_in_one_part)
{
    add_users(100, 1);
    options.holdout_users = 0.25f;
    ck_assert_int_eq(split(), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(test), 50);
    ck_assert_int_eq(thaw_data_n_events(train), 150);
    for (int64_t i = 0; i < 50; i++) ck_assert(!has_user(train, shop_event(test, i).user));
}
END_TEST

START_TEST(the_part_is_rounded_to_whole_users)
{
    const struct {
        float part;
        int64_t held;
    } cases[] = {{0.1f, 1}, {0.04f, 0}, {0.06f, 1}, {0.5f, 5}, {0.94f, 9}, {0.96f, 10}};
    add_users(10, 1);
    options.holdout_users = cases[_i].part;
    ck_assert_int_eq(split(), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(test), 2 * cases[_i].held);
}
END_TEST

START_TEST(the_split_does_not_depend_on_the_order_of_events)
{
    thaw_data *first_test;
    add_users(200, 1);
    ck_assert_int_eq(split(), THAW_OK);
    first_test = test;
    test = NULL;
    thaw_data_free(train);
    train = NULL;
    thaw_data_free(data);
    data = shop_create(&f.allocator);
    add_users(200, 77);
    ck_assert_int_eq(split(), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(test), 40);
    for (int64_t i = 0; i < 40; i++) ck_assert(has_user(first_test, shop_event(test, i).user));
    thaw_data_free(first_test);
}
END_TEST

START_TEST(the_seed_draws_users_evenly)
{
    int held[20] = {0};
    add_users(20, 1);
    options.holdout_users = 0.5f;
    for (options.seed = 0; options.seed < 400; options.seed++) {
        ck_assert_int_eq(split(), THAW_OK);
        for (int u = 0; u < 20; u++) {
            char key[8];
            snprintf(key, sizeof key, "u%d", u);
            held[u] += has_user(test, key);
        }
        end_parts();
    }
    /* five standard deviations of sqrt(400 / 4) = 10 */
    for (int u = 0; u < 20; u++) ck_assert_int_lt(abs(held[u] - 200), 50);
}
END_TEST

START_TEST(only_users_with_events_count)
{
    add_users(10, 1);
    ck_assert_int_eq(shop_read(data, THAW_TABLE_USERS, 0, "user_id\tage\nquiet1\t1\nquiet2\t2\n"), THAW_OK);
    options.holdout_users = 0.5f;
    ck_assert_int_eq(split(), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(test), 10);
}
END_TEST

START_TEST(both_parts_have_all_keys_and_features)
{
    add_users(10, 1);
    ck_assert_int_eq(shop_read(data, THAW_TABLE_ITEMS, 0, "item_id\tg:token_seq\tp\ni1\ta b\t2\nnew\tc\t\n"), THAW_OK);
    ck_assert_int_eq(shop_read(data, THAW_TABLE_USERS, 0, "user_id\tage\nu1\t30\n"), THAW_OK);
    ck_assert_int_eq(split(), THAW_OK);
    thaw_data *const parts[] = {train, test};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(thaw_data_n_items(parts[i]), thaw_data_n_items(data));
        ck_assert_int_eq(thaw_data_n_users(parts[i]), thaw_data_n_users(data));
        ck_assert_str_eq(shop_feature(parts[i], THAW_TABLE_ITEMS, "i1", "g"), "a b");
        ck_assert_str_eq(shop_feature(parts[i], THAW_TABLE_ITEMS, "new", "g"), "c");
        ck_assert_str_eq(shop_feature(parts[i], THAW_TABLE_ITEMS, "i1", "p"), "2");
        ck_assert_str_eq(shop_feature(parts[i], THAW_TABLE_USERS, "u1", "age"), "30");
    }
}
END_TEST

START_TEST(the_parts_are_independent_and_can_grow)
{
    add_users(10, 1);
    ck_assert_int_eq(split(), THAW_OK);
    thaw_data_free(data);
    data = NULL;
    ck_assert_int_eq(shop_read(train, THAW_TABLE_EVENTS, 0, "user_id\titem_id\nnew\tnew\n"), THAW_OK);
    ck_assert_int_eq(shop_read(train, THAW_TABLE_ITEMS, 0, "item_id\tg\nnew\tx\n"), THAW_OK);
    ck_assert_str_eq(shop_event(train, 18).user, "new");
    ck_assert_str_eq(shop_feature(train, THAW_TABLE_ITEMS, "new", "g"), "x");
    ck_assert_int_eq(thaw_data_n_events(test), 2);
}
END_TEST

START_TEST(by_time_later_events_are_the_test)
{
    add_users(10, 1); /* times 0 … 10 */
    options.holdout_users = 0;
    options.from_time = 8;
    ck_assert_int_eq(split(), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(test), 5); /* 8, 9 and 8, 9, 10 of the second events */
    for (int64_t i = 0; i < 5; i++) ck_assert_double_ge(shop_event(test, i).time, 8);
    for (int64_t i = 0; i < 15; i++) ck_assert_double_lt(shop_event(train, i).time, 8);
    ck_assert_str_eq(shop_event(test, 1).user, "u8");
    ck_assert_str_eq(shop_event(test, 1).basket, "b");
}
END_TEST

START_TEST(events_keep_their_order)
{
    add_users(50, 7);
    options.holdout_users = 0.3f;
    ck_assert_int_eq(split(), THAW_OK);
    int64_t a = 0, b = 0;
    for (int64_t i = 0; i < thaw_data_n_events(data); i++) {
        const thaw_event_view event = shop_event(data, i);
        const int in_test = b < thaw_data_n_events(test) && !strcmp(shop_event(test, b).user, event.user);
        const thaw_event_view copy = in_test ? shop_event(test, b++) : shop_event(train, a++);
        ck_assert_str_eq(copy.user, event.user);
        ck_assert_str_eq(copy.item, event.item);
        ck_assert(copy.value == event.value && copy.time == event.time);
    }
}
END_TEST

START_TEST(empty_data_splits_into_empty_parts)
{
    ck_assert_int_eq(split(), THAW_OK);
    ck_assert_shop_size(train, 0, 0, 0);
    ck_assert_shop_size(test, 0, 0, 0);
}
END_TEST

START_TEST(wrong_options_are_refused_and_give_null)
{
    add_users(3, 1);
    ck_assert_int_eq(shop_read(data, THAW_TABLE_EVENTS, 0, "user_id\titem_id\nu\ti\n"), THAW_OK);
    const thaw_split_options bad[] = {{.struct_size = sizeof options, .holdout_users = -0.1f},
                                      {.struct_size = sizeof options, .holdout_users = 1},
                                      {.struct_size = sizeof options, .holdout_users = NAN},
                                      {.struct_size = sizeof options, .from_time = NAN},
                                      {.struct_size = sizeof options, .from_time = 1}}; /* the last event has no time */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        train = test = data;
        ck_assert_int_eq(thaw_data_split(data, &train, &test, &bad[i]), THAW_E_RANGE);
        ck_assert(!train && !test);
    }
    options.struct_size = 4;
    ck_assert_int_eq(split(), THAW_E_ARG);
    options.struct_size = sizeof options + 4;
    ck_assert_int_eq(split(), THAW_E_VERSION);
    ck_assert_int_eq(thaw_data_split(NULL, &train, &test, NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_split(data, NULL, &test, NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_split(data, &train, &train, NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_split(data, &train, &test, NULL), THAW_OK);
    ck_assert_int_eq(thaw_split_options_init(NULL, sizeof options), THAW_E_ARG);
}
END_TEST

START_TEST(splitting_without_memory_gives_no_part)
{
    for (long n = 1, refused = 1; refused; n++) {
        teardown();
        setup();
        add_users(10, 1);
        ck_assert_int_eq(shop_read(data, THAW_TABLE_ITEMS, 0, "item_id\tg:token_seq\tp\ni1\ta b\t2\n"), THAW_OK);
        f.refuse = f.requests + n;
        const long live = f.live;
        const thaw_status st = split();
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        if (!refused) break;
        ck_assert(!train && !test);
        ck_assert_int_eq(f.live, live);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("split");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, all_events_of_a_user_are_in_one_part);
    tcase_add_loop_test(tc, the_part_is_rounded_to_whole_users, 0, 6);
    tcase_add_test(tc, the_split_does_not_depend_on_the_order_of_events);
    tcase_add_test(tc, the_seed_draws_users_evenly);
    tcase_add_test(tc, only_users_with_events_count);
    tcase_add_test(tc, both_parts_have_all_keys_and_features);
    tcase_add_test(tc, the_parts_are_independent_and_can_grow);
    tcase_add_test(tc, by_time_later_events_are_the_test);
    tcase_add_test(tc, events_keep_their_order);
    tcase_add_test(tc, empty_data_splits_into_empty_parts);
    tcase_add_test(tc, wrong_options_are_refused_and_give_null);
    tcase_add_test(tc, splitting_without_memory_gives_no_part);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
