/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "failing_alloc.h"
#include "run_suite.h"
#include "shop.h"

static failing_alloc f;
static thaw_data *data;

static void setup(void)
{
    failing_alloc_init(&f, 0);
    data = shop_create(&f.allocator);
}

static void teardown(void)
{
    thaw_data_free(data);
    ck_assert_int_eq(f.live, 0);
}

/* ---- events ---- */

static const char *const users[] = {"u1", "u2", "u1"};
static const char *const items[] = {"i1", "i2", "i2"};

static thaw_event_columns three_events(void)
{
    return (thaw_event_columns){.struct_size = sizeof(thaw_event_columns), .users = users, .items = items};
}

START_TEST(events_without_columns_are_ratings_without_value_time_or_basket)
{
    const thaw_event_columns columns = three_events();
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 3), THAW_OK);
    ck_assert_shop_size(data, 3, 2, 2);
    const thaw_event_view last = shop_event(data, 2);
    ck_assert_str_eq(last.user, "u1");
    ck_assert_str_eq(last.item, "i2");
    ck_assert_str_eq(last.event, "rating");
    ck_assert(isnan(last.value) && isnan(last.time) && !last.basket);
}
END_TEST

START_TEST(events_keep_all_columns)
{
    thaw_event_columns columns = three_events();
    columns.events = (const char *const[]){"view_item", "cart", "purchase"};
    columns.values = (const float[]){NAN, 2, -3.5f};
    columns.times = (const double[]){1, NAN, 3};
    columns.baskets = (const char *const[]){NULL, "", "b"};
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 3), THAW_OK);
    ck_assert_str_eq(shop_event(data, 0).event, "view");
    ck_assert(isnan(shop_event(data, 0).value) && shop_event(data, 0).time == 1);
    ck_assert_ptr_null(shop_event(data, 0).basket);
    ck_assert_ptr_null(shop_event(data, 1).basket);
    ck_assert_str_eq(shop_event(data, 2).basket, "b");
    ck_assert(shop_event(data, 2).value == -3.5f);
}
END_TEST

START_TEST(strings_are_copied)
{
    char user[] = "mine";
    thaw_event_columns columns = three_events();
    columns.users = (const char *const[]){user};
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 1), THAW_OK);
    memset(user, 'x', 4);
    ck_assert_str_eq(shop_event(data, 0).user, "mine");
}
END_TEST

static char long_key[1100], long_name[70];

/* One error in the last of three events. */
static thaw_status add_bad_event(int which)
{
    thaw_event_columns columns = three_events();
    const char *bad_users[] = {"u1", "u2", "u3"}, *bad_items[] = {"i1", "i2", "i3"},
               *events[] = {"view", "view", "view"};
    const char *baskets[] = {"b", "b", "b"};
    float numbers[] = {1, 2, 3};
    double times[] = {1, 2, 3};
    memset(long_key, 'k', 1025);
    memset(long_name, 'n', 65);
    const char *const texts[] = {"", long_key, "\xff"};
    if (which < 3) bad_users[2] = texts[which];
    else if (which < 6) bad_items[2] = texts[which - 3];
    else if (which == 6) numbers[2] = INFINITY;
    else if (which == 7) numbers[2] = -INFINITY;
    else if (which == 8) times[2] = -INFINITY;
    else if (which == 9) events[2] = "";
    else if (which == 10) events[2] = long_name;
    else if (which == 11) events[2] = "\xff";
    else if (which == 12) baskets[2] = long_key;
    else baskets[2] = "\xff";
    columns.users = bad_users;
    columns.items = bad_items;
    columns.events = events;
    columns.baskets = baskets;
    columns.values = numbers;
    columns.times = times;
    return thaw_data_add_events(data, &columns, 3);
}

START_TEST(a_bad_event_adds_no_events)
{
    ck_assert_int_eq(add_bad_event(_i), THAW_E_RANGE);
    ck_assert_reason("event 2: ");
    ck_assert_shop_size(data, 0, 0, 0);
    ck_assert_int_eq(data->events.n, 0);
    ck_assert_int_eq(data->baskets.n, 0);
}
END_TEST

START_TEST(wrong_arguments_to_add_events_are_refused)
{
    thaw_event_columns columns = three_events();
    ck_assert_int_eq(thaw_data_add_events(NULL, &columns, 0), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_events(data, NULL, 0), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_events(data, &columns, -1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_events(data, &columns, INT64_MAX), THAW_E_RANGE);
    columns.items = NULL;
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 1), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 0), THAW_OK);
    columns.items = (const char *const[]){NULL};
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 1), THAW_E_ARG);
    columns.struct_size = 0;
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 0), THAW_E_ARG);
    columns.struct_size = sizeof columns + 8;
    ck_assert_int_eq(thaw_data_add_events(data, &columns, 0), THAW_E_VERSION);
    ck_assert_shop_size(data, 0, 0, 0);
}
END_TEST

START_TEST(event_numbers_out_of_range_are_refused)
{
    thaw_event_view view = {.time = 7};
    ck_assert_int_eq(thaw_data_event(data, &view, 0), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_event(data, &view, -1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_event(NULL, &view, 0), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_event(data, NULL, 0), THAW_E_ARG);
    ck_assert(view.time == 7);
}
END_TEST

START_TEST(empty_data_has_no_features)
{
    ck_assert_shop_size(NULL, 0, 0, 0);
    thaw_data_free(NULL);
}
END_TEST

/* ---- create ---- */

START_TEST(create_refuses_an_incomplete_allocator_and_unknown_struct_sizes)
{
    thaw_data *out = data;
    thaw_config config = {.struct_size = sizeof config, .allocator = {.alloc = f.allocator.alloc}};
    ck_assert_int_eq(thaw_data_create(&out, &config), THAW_E_ARG);
    ck_assert_reason("alloc without free");
    ck_assert_ptr_null(out);
    config = (thaw_config){.struct_size = sizeof config + 1};
    ck_assert_int_eq(thaw_data_create(&out, &config), THAW_E_VERSION);
    config.struct_size = 0;
    ck_assert_int_eq(thaw_data_create(&out, &config), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_create(NULL, &config), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_create(&out, NULL), THAW_OK);
    thaw_data_free(out);
}
END_TEST

/* ---- features ---- */

static thaw_status feature(const char *name, int32_t type, const char *key, const char *value)
{
    return thaw_data_add_feature(data, THAW_TABLE_ITEMS, name, type, &key, &value, 1);
}

static const char *item(const char *key, const char *name)
{
    return shop_feature(data, THAW_TABLE_ITEMS, key, name);
}

static const struct {
    int32_t type;
    const char *value, *text;
} values[] = {{THAW_TYPE_TOKEN, "red", "red"},
              {THAW_TYPE_TOKEN, "red blue", "red blue"},
              {THAW_TYPE_TEXT, "A \"long\"\ntext, ü", "A \"long\"\ntext, ü"},
              {THAW_TYPE_TOKEN_SEQ, "red blue red", "red blue red"},
              {THAW_TYPE_TOKEN_SEQ, " red  blue ", "red blue"},
              {THAW_TYPE_TOKEN_SEQ, " ", ""},
              {THAW_TYPE_FLOAT, "3.50", "3.5"},
              {THAW_TYPE_FLOAT, "-0", "-0"},
              {THAW_TYPE_FLOAT_SEQ, "1 0.1 1e10", "1 0.1 1e+10"},
              {THAW_TYPE_TOKEN, "", ""},
              {THAW_TYPE_FLOAT, NULL, ""}};

START_TEST(features_are_returned_as_text)
{
    ck_assert_int_eq(feature("f", values[_i].type, "i", values[_i].value), THAW_OK);
    ck_assert_str_eq(item("i", "f"), values[_i].text);
}
END_TEST

START_TEST(keys_without_a_value_are_empty_and_other_keys_unknown)
{
    ck_assert_int_eq(feature("f", THAW_TYPE_TOKEN, "i", "x"), THAW_OK);
    ck_assert_int_eq(feature("g", THAW_TYPE_TOKEN, "j", "y"), THAW_OK);
    ck_assert_str_eq(item("j", "f"), "");
    ck_assert_str_eq(item("k", "f"), "?");
    ck_assert_reason("the data have no key \"k\"");
    ck_assert_str_eq(item("i", "h"), "?");
    ck_assert_reason("the data have no feature \"h\"");
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_USERS, "i", "f"), "?");
}
END_TEST

START_TEST(a_key_given_again_is_overwritten)
{
    const char *const keys[] = {"i", "j", "i"}, *const texts[] = {"a b", "c", "d"};
    ck_assert_int_eq(thaw_data_add_feature(data, THAW_TABLE_ITEMS, "f", THAW_TYPE_TOKEN_SEQ, keys, texts, 3), THAW_OK);
    ck_assert_str_eq(item("i", "f"), "d");
    ck_assert_int_eq(feature("f", THAW_TYPE_TOKEN_SEQ, "j", NULL), THAW_OK);
    ck_assert_str_eq(item("j", "f"), "");
    ck_assert_shop_size(data, 0, 0, 2);
}
END_TEST

START_TEST(repeated_overwriting_takes_no_more_memory)
{
    char text[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "%d %d", i, i + 1);
        ck_assert_int_eq(feature("f", THAW_TYPE_FLOAT_SEQ, i % 2 ? "i" : "j", text), THAW_OK);
    }
    ck_assert_str_eq(item("i", "f"), "19999 20000");
    ck_assert_str_eq(item("j", "f"), "19998 19999");
    ck_assert_int_lt(f.peak_bytes, 16384);
}
END_TEST

START_TEST(bad_features_add_nothing)
{
    ck_assert_int_eq(feature("f", THAW_TYPE_FLOAT, "old", "1"), THAW_OK);
    const char *const keys[] = {"old", "new", "i"};
    const char *const texts[] = {"2", "3", "x"}, *const invalid[] = {"2", "3", "\xff"},
                      *const large[] = {"2", "3", "1e39"};
    const char *const empty[] = {"old", "new", ""}, *const none[] = {"old", "new", NULL},
                      *const fine[] = {"2", "3", "4"};
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", THAW_TYPE_FLOAT, keys, texts, 3), THAW_E_RANGE);
    ck_assert_reason("row 2: \"x\" is not a finite number");
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", THAW_TYPE_FLOAT, keys, large, 3), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", THAW_TYPE_FLOAT, empty, fine, 3), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", THAW_TYPE_FLOAT, none, fine, 3), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", THAW_TYPE_TOKEN, keys, fine, 3), THAW_E_MISMATCH);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "g", THAW_TYPE_TOKEN, keys, invalid, 3), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "", THAW_TYPE_TOKEN, keys, fine, 3), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "\xff", THAW_TYPE_TOKEN, keys, fine, 3), THAW_E_RANGE);
    ck_assert_shop_size(data, 0, 0, 1);
    ck_assert_str_eq(item("old", "f"), "1");
    ck_assert_str_eq(item("old", "g"), "?");
}
END_TEST

START_TEST(wrong_arguments_to_features_are_refused)
{
    const char *key = "i", *value = "x";
    char out[8];
    ck_assert_int_eq(thaw_data_add_feature(NULL, 1, "f", 0, &key, &value, 1), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, NULL, 0, &key, &value, 1), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", 0, NULL, &value, 1), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", 0, &key, NULL, 1), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_feature(data, 0, "f", 0, &key, &value, 1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 3, "f", 0, &key, &value, 1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", -1, &key, &value, 1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", 5, &key, &value, 1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_feature(data, 1, "f", 0, &key, &value, -1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_feature(NULL, out, 8, 1, "i", "f"), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_feature(data, NULL, 8, 1, "i", "f"), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_feature(data, out, 8, 1, NULL, "f"), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_feature(data, out, 8, 1, "i", NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_feature(data, out, 8, 0, "i", "f"), THAW_E_RANGE);
}
END_TEST

START_TEST(text_longer_than_the_buffer_is_not_written)
{
    char out[8] = "before";
    ck_assert_int_eq(feature("f", THAW_TYPE_TOKEN_SEQ, "i", "red blue"), THAW_OK);
    ck_assert_int_eq(thaw_data_feature(data, out, 8, THAW_TABLE_ITEMS, "i", "f"), THAW_E_SPACE);
    ck_assert_reason("needs 9 bytes; capacity is 8");
    ck_assert_str_eq(out, "before");
    ck_assert_int_eq(thaw_data_feature(data, NULL, 0, THAW_TABLE_ITEMS, "i", "f"), THAW_E_SPACE);
}
END_TEST

/* ---- memory ---- */

START_TEST(adding_events_without_memory_adds_none)
{
    thaw_event_columns columns = three_events();
    columns.baskets = users;
    columns.events = items;
    for (long n = 1, refused = 1; refused; n++) {
        teardown();
        setup();
        f.refuse = f.requests + n;
        const thaw_status st = thaw_data_add_events(data, &columns, 3);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        if (!refused) break;
        ck_assert_shop_size(data, 0, 0, 0);
        ck_assert_int_eq(thaw_data_add_events(data, &columns, 3), THAW_OK);
        ck_assert_shop_size(data, 3, 2, 2);
    }
}
END_TEST

START_TEST(adding_features_without_memory_adds_none)
{
    const char *const texts[] = {"1 2", "3", "4"};
    const int32_t type = _i ? THAW_TYPE_FLOAT_SEQ : THAW_TYPE_TOKEN_SEQ;
    for (long n = 1, refused = 1; refused; n++) {
        teardown();
        setup();
        for (int i = 0; i < 60; i++)
            ck_assert_int_eq(feature("f", type, "u1", "5 6"), THAW_OK); /* leaves unused values to compact */
        f.refuse = f.requests + n;
        thaw_status st = thaw_data_add_feature(data, THAW_TABLE_ITEMS, "g", type, users, texts, 3);
        if (st == THAW_OK) st = thaw_data_add_feature(data, THAW_TABLE_ITEMS, "f", type, users, texts, 3);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        ck_assert_str_eq(item("u1", "f"), refused ? "5 6" : "4");
        ck_assert_str_eq(item("u2", "f"), refused ? (thaw_data_n_items(data) == 2 ? "" : "?") : "3");
    }
}
END_TEST

START_TEST(create_without_memory_gives_null)
{
    failing_alloc g;
    thaw_data *out = data;
    failing_alloc_init(&g, 1);
    const thaw_config config = {.struct_size = sizeof config, .allocator = g.allocator};
    ck_assert_int_eq(thaw_data_create(&out, &config), THAW_E_NOMEM);
    ck_assert_ptr_null(out);
    ck_assert_int_eq(g.live, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("data");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, events_without_columns_are_ratings_without_value_time_or_basket);
    tcase_add_test(tc, events_keep_all_columns);
    tcase_add_test(tc, strings_are_copied);
    tcase_add_loop_test(tc, a_bad_event_adds_no_events, 0, 14);
    tcase_add_test(tc, wrong_arguments_to_add_events_are_refused);
    tcase_add_test(tc, event_numbers_out_of_range_are_refused);
    tcase_add_test(tc, empty_data_has_no_features);
    tcase_add_test(tc, create_refuses_an_incomplete_allocator_and_unknown_struct_sizes);
    tcase_add_loop_test(tc, features_are_returned_as_text, 0, (int)(sizeof values / sizeof *values));
    tcase_add_test(tc, keys_without_a_value_are_empty_and_other_keys_unknown);
    tcase_add_test(tc, a_key_given_again_is_overwritten);
    tcase_add_test(tc, repeated_overwriting_takes_no_more_memory);
    tcase_add_test(tc, bad_features_add_nothing);
    tcase_add_test(tc, wrong_arguments_to_features_are_refused);
    tcase_add_test(tc, text_longer_than_the_buffer_is_not_written);
    tcase_add_test(tc, adding_events_without_memory_adds_none);
    tcase_add_loop_test(tc, adding_features_without_memory_adds_none, 0, 2);
    tcase_add_test(tc, create_without_memory_gives_null);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
