/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"
#include "shop.h"

static failing_alloc f;
static thaw_data *data;
static thaw_clean_options options;
static thaw_clean_report report;

static void setup(void)
{
    failing_alloc_init(&f, 0);
    data = shop_create(&f.allocator);
    ck_assert_int_eq(thaw_clean_options_init(&options, sizeof options), THAW_OK);
    ck_assert_int_eq(thaw_clean_report_init(&report, sizeof report), THAW_OK);
}

static void teardown(void)
{
    thaw_data_free(data);
    ck_assert_int_eq(f.live, 0);
}

/* Rows of user, item, event, rating, timestamp and basket. */
static void add(const char *rows)
{
    char text[4000] = "user_id\titem_id\tevent\trating\ttimestamp\tbasket\n";
    strcat(text, rows);
    ck_assert_int_eq(shop_read(data, THAW_TABLE_EVENTS, 0, text), THAW_OK);
}

static thaw_status clean(void)
{
    return thaw_data_clean(data, &report, &options);
}

START_TEST(every_rule_is_off_by_default)
{
    add("u\ti\tview\t\t\t\nu\ti\tview\t\t\t\nu\ti\trating\t-99\t1\t\n");
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.events_left, 3);
    ck_assert_shop_size(data, 3, 1, 1);
}
END_TEST

START_TEST(the_first_of_equal_events_is_kept)
{
    options.duplicates = 1;
    add("u\ti\tview\t1\t1\tb\n" /* and events that differ in one column */
        "x\ti\tview\t1\t1\tb\nu\tx\tview\t1\t1\tb\nu\ti\tcart\t1\t1\tb\nu\ti\tview\t2\t1\tb\nu\ti\tview\t1\t2\tb\n"
        "u\ti\tview\t1\t1\tc\nu\ti\tview\t\t1\tb\nu\ti\tview\t1\t\tb\nu\ti\tview\t1\t1\t\n"
        "u\ti\tview\t1\t1\tb\nu\ti\tview_item\t1.0\t1e0\tb\nlast\ti\tview\t\t\t\n");
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.duplicates, 2);
    ck_assert_int_eq(report.events_left, 11);
    ck_assert_str_eq(shop_event(data, 0).user, "u");
    ck_assert_str_eq(shop_event(data, 10).user, "last");
}
END_TEST

START_TEST(unknown_equals_unknown_and_minus_zero_zero)
{
    options.duplicates = 1;
    add("u\ti\tview\t\t\t\nu\ti\tview\t\t\t\nu\ti\tview\t0\t-0\t\nu\ti\tview\t-0\t0\t\n");
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.events_left, 2);
}
END_TEST

START_TEST(values_outside_the_bounds_are_dropped_and_missing_values_kept)
{
    options.value_min = 1;
    options.value_max = 5;
    add("u\ti\tr\t0.99\t\t\nu\ti\tr\t1\t\t\nu\ti\tr\t5\t\t\nu\ti\tr\t5.01\t\t\nu\ti\tr\t\t\t\n");
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.impossible_values, 2);
    ck_assert_int_eq(report.events_left, 3);
    ck_assert(shop_event(data, 0).value == 1 && shop_event(data, 1).value == 5 && isnan(shop_event(data, 2).value));
}
END_TEST

START_TEST(users_with_a_burst_of_events_are_dropped)
{
    options.max_per_window = 2;
    options.window = 10;
    add("bot\ti\tv\t\t100\t\nslow\ti\tv\t\t0\t\nbot\ti\tv\t\t91\t\nslow\ti\tv\t\t10\t\nbot\ti\tv\t\t95\t\n"
        "slow\ti\tv\t\t5\t\nslow\ti\tv\t\t15\t\nbot\ti\tv\t\t9000\t\nbot\ti\tv\t\t\t\n");
    ck_assert_int_eq(clean(), THAW_OK); /* slow has times 0, 5, 10, 15: at most two in [t, t + 10) */
    ck_assert_int_eq(report.bot_users, 1);
    ck_assert_int_eq(report.bot_events, 5);
    ck_assert_int_eq(report.events_left, 4);
    for (int64_t i = 0; i < 4; i++) ck_assert_str_eq(shop_event(data, i).user, "slow");
}
END_TEST

START_TEST(events_without_a_time_are_in_no_window)
{
    options.max_per_window = 1;
    add("u\ti\tv\t\t\t\nu\ti\tv\t\t\t\nu\ti\tv\t\t5\t\n");
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.events_left, 3);
}
END_TEST

START_TEST(rare_items_are_dropped_before_light_users)
{
    options.min_item_events = 2;
    options.min_user_events = 2;
    add("u\ta\tv\t\t\t\nv\ta\tv\t\t\t\nu\tb\tv\t\t\t\nw\tb\tv\t\t\t\nw\tc\tv\t\t\t\nx\td\tv\t\t\t\n");
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.rare_items, 2); /* c and d */
    ck_assert_int_eq(report.rare_item_events, 2);
    ck_assert_int_eq(report.light_users, 2); /* v and w; x has no events left */
    ck_assert_int_eq(report.light_user_events, 2);
    ck_assert_int_eq(report.events_left, 2);
    ck_assert_shop_size(data, 2, 4, 4); /* keys are kept */
}
END_TEST

START_TEST(each_rule_is_applied_to_the_events_left_by_the_earlier_rules)
{
    options.duplicates = 1;
    options.value_min = 0;
    options.value_max = 5;
    options.max_per_window = 1;
    options.min_item_events = 1;
    options.min_user_events = 2;
    add("u\ti\tr\t1\t1\t\nu\ti\tr\t1\t1\t\n"       /* a duplicate; without the rule, a bot */
        "v\ti\tr\t9\t1\t\nv\ti\tr\t1\t2\t\n"       /* an impossible value; without the rule, a bot */
        "w\ti\tr\t1\t1\t\nw\ti\tr\t2\t2\t\n"       /* a bot */
        "x\ti\tr\t1\t1\t\nx\ti\tr\t1\t99999\t\n"); /* kept */
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.duplicates, 1);
    ck_assert_int_eq(report.impossible_values, 1);
    ck_assert_int_eq(report.bot_users, 1);
    ck_assert_int_eq(report.bot_events, 2);
    ck_assert_int_eq(report.light_users, 2);
    ck_assert_int_eq(report.events_left, 2);
    ck_assert_str_eq(shop_event(data, 1).user, "x");
}
END_TEST

START_TEST(windows_are_counted_per_user)
{
    options.max_per_window = 3;
    options.window = 10;
    for (int u = 0; u < 300; u++) {
        char rows[500];
        const int gap = u % 3 ? 4 : 3; /* four events 3 apart fit in [t, t + 10), 4 apart do not */
        snprintf(rows, sizeof rows, "u%d\ti\tv\t\t%d\t\nu%d\ti\tv\t\t%d\t\nu%d\ti\tv\t\t%d\t\nu%d\ti\tv\t\t%d\t\n", u,
                 u, u, u + 3 * gap, u, u + gap, u, u + 2 * gap);
        add(rows);
    }
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.bot_users, 100);
    ck_assert_int_eq(report.events_left, 800);
}
END_TEST

START_TEST(cleaning_no_events_succeeds)
{
    options.duplicates = 1;
    options.max_per_window = options.min_item_events = options.min_user_events = 1;
    ck_assert_int_eq(clean(), THAW_OK);
    ck_assert_int_eq(report.events_left, 0);
    ck_assert_int_eq(thaw_data_clean(data, NULL, &options), THAW_OK);
}
END_TEST

static void break_rule(int which)
{
    if (which == 0) options.duplicates = -1;
    else if (which == 1) options.value_min = NAN;
    else if (which == 2) options.value_max = NAN;
    else if (which == 3) options.value_min = 1; /* above value_max, which is 0 */
    else if (which == 4) options.max_per_window = -1;
    else if (which == 5) options.window = 0;
    else if (which == 6) options.window = NAN;
    else if (which == 7) options.min_item_events = -1;
    else options.min_user_events = -1;
}

START_TEST(invalid_bounds_change_nothing)
{
    add("u\ti\tv\t\t\t\nu\ti\tv\t\t\t\n");
    options.duplicates = 1;
    break_rule(_i);
    report.events_left = 77;
    ck_assert_int_eq(clean(), THAW_E_RANGE);
    ck_assert_int_eq(report.events_left, 77);
    ck_assert_shop_size(data, 2, 1, 1);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    ck_assert_int_eq(thaw_data_clean(NULL, &report, &options), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_clean(data, &report, NULL), THAW_E_ARG);
    report.struct_size = 0;
    ck_assert_int_eq(clean(), THAW_E_ARG);
    report.struct_size = sizeof report + 8;
    ck_assert_int_eq(clean(), THAW_E_VERSION);
    options.struct_size = 0;
    ck_assert_int_eq(thaw_data_clean(data, NULL, &options), THAW_E_ARG);
    ck_assert_int_eq(thaw_clean_options_init(NULL, sizeof options), THAW_E_ARG);
    ck_assert_int_eq(thaw_clean_report_init(NULL, sizeof report), THAW_E_ARG);
    ck_assert_int_eq(thaw_clean_options_init(&options, sizeof options + 1), THAW_E_VERSION);
    ck_assert_int_eq(thaw_clean_report_init(&report, 1), THAW_E_ARG);
}
END_TEST

START_TEST(a_failed_allocation_changes_no_events)
{
    for (long n = 1, refused = 1; refused; n++) {
        teardown();
        setup();
        add("u\ti\tv\t\t1\t\nu\ti\tv\t\t1\t\nw\tj\tv\t\t1\t\n");
        options.duplicates = 1;
        options.max_per_window = options.min_item_events = options.min_user_events = 1;
        f.refuse = f.requests + n;
        const long live = f.live;
        const thaw_status st = clean();
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        ck_assert_int_eq(thaw_data_n_events(data), refused ? 3 : 2);
        ck_assert_int_eq(report.events_left, refused ? 0 : 2);
        ck_assert_int_eq(f.live, live);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("clean");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_rule_is_off_by_default);
    tcase_add_test(tc, the_first_of_equal_events_is_kept);
    tcase_add_test(tc, unknown_equals_unknown_and_minus_zero_zero);
    tcase_add_test(tc, values_outside_the_bounds_are_dropped_and_missing_values_kept);
    tcase_add_test(tc, users_with_a_burst_of_events_are_dropped);
    tcase_add_test(tc, events_without_a_time_are_in_no_window);
    tcase_add_test(tc, rare_items_are_dropped_before_light_users);
    tcase_add_test(tc, each_rule_is_applied_to_the_events_left_by_the_earlier_rules);
    tcase_add_test(tc, windows_are_counted_per_user);
    tcase_add_test(tc, cleaning_no_events_succeeds);
    tcase_add_loop_test(tc, invalid_bounds_change_nothing, 0, 9);
    tcase_add_test(tc, wrong_arguments_are_refused);
    tcase_add_test(tc, a_failed_allocation_changes_no_events);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
