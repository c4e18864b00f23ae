/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "rng.h"
#include "run_suite.h"
#include "shop.h"
#include "temp_file.h"

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

static thaw_status events(const char *text)
{
    return shop_read(data, THAW_TABLE_EVENTS, 0, text);
}

static thaw_status items(const char *text)
{
    return shop_read(data, THAW_TABLE_ITEMS, 0, text);
}

static const char *item(const char *key, const char *name)
{
    return shop_feature(data, THAW_TABLE_ITEMS, key, name);
}

static const char *file(const char *name, const char *text)
{
    return temp_file(name, text, strlen(text));
}

/* ---- events ---- */

START_TEST(events_are_read_with_all_their_columns)
{
    ck_assert_int_eq(events("timestamp:float\tuser_id:token\titem_id:token\tevent:token\tvalue:float\tbasket:token\n"
                            "1e9\tu1\ti1\tpurchase\t2.5\tb1\n\tu2\ti1\tview\t\t\n"),
                     THAW_OK);
    ck_assert_shop_size(data, 2, 2, 1);
    const thaw_event_view first = shop_event(data, 0), second = shop_event(data, 1);
    ck_assert_str_eq(first.user, "u1");
    ck_assert_str_eq(first.item, "i1");
    ck_assert_str_eq(first.event, "purchase");
    ck_assert_str_eq(first.basket, "b1");
    ck_assert(first.value == 2.5f && first.time == 1e9);
    ck_assert(isnan(second.value) && isnan(second.time) && !second.basket);
}
END_TEST

START_TEST(events_without_a_name_are_ratings)
{
    ck_assert_int_eq(events("user_id\titem_id\trating\nu\ti\t4\n"), THAW_OK);
    ck_assert_str_eq(shop_event(data, 0).event, "rating");
    ck_assert(shop_event(data, 0).value == 4);
}
END_TEST

START_TEST(event_type_and_ga4_names_are_aliases)
{
    const char *const names[][2] = {{"view_item", "view"}, {"add_to_cart", "cart"},  {"add_to_wishlist", "favourite"},
                                    {"refund", "return"},  {"purchase", "purchase"}, {"view_items", "view_items"}};
    for (int64_t i = 0; i < 6; i++) {
        char text[100];
        snprintf(text, sizeof text, "user_id\titem_id\tevent_type\nu\ti\t%s\n", names[i][0]);
        ck_assert_int_eq(events(text), THAW_OK);
        ck_assert_str_eq(shop_event(data, i).event, names[i][1]);
    }
}
END_TEST

START_TEST(where_keeps_only_matching_rows)
{
    const char *text = "user_id\titem_id\tsplit\nu1\ti1\ttrain\nu2\ti2\ttest\nu3\ti3\t\nu4\ti4\ttraining\n";
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.where_column = "split";
    options.where_value = "test";
    ck_assert_int_eq(thaw_data_read_buffer(data, text, (int64_t)strlen(text), &options), THAW_OK);
    ck_assert_shop_size(data, 1, 1, 1);
    ck_assert_str_eq(shop_event(data, 0).user, "u2");
    options.where_value = "";
    ck_assert_int_eq(thaw_data_read_buffer(data, text, (int64_t)strlen(text), &options), THAW_OK);
    ck_assert_str_eq(shop_event(data, 1).user, "u3");
    options.where_column = "absent";
    ck_assert_int_eq(thaw_data_read_buffer(data, text, (int64_t)strlen(text), &options), THAW_E_UNKNOWN);
    options.where_column = "split";
    options.where_value = NULL;
    ck_assert_int_eq(thaw_data_read_buffer(data, text, (int64_t)strlen(text), &options), THAW_E_ARG);
    ck_assert_shop_size(data, 2, 2, 2);
}
END_TEST

START_TEST(a_header_without_rows_adds_nothing)
{
    ck_assert_int_eq(events("user_id\titem_id\n"), THAW_OK);
    ck_assert_int_eq(items("item_id\tcolour\n"), THAW_OK);
    ck_assert_shop_size(data, 0, 0, 0);
    ck_assert_int_eq(items("item_id\tcolour\ni\tred\n"), THAW_OK); /* the type is not decided yet */
}
END_TEST

static const struct {
    const char *text;
    thaw_status status;
    const char *reason;
} bad_events[] = {
    {"", THAW_E_FORMAT, "line 1: "},
    {"item_id\ni\n", THAW_E_FORMAT, "line 1: column user_id is missing; the table has item_id"},
    {"user_id\nu\n", THAW_E_FORMAT, "line 1: column item_id is missing"},
    {"user_id\titem_id\tuser_id\n", THAW_E_FORMAT, "named twice"},
    {"user_id\titem_id\trating\tvalue\n", THAW_E_FORMAT, "line 1: columns rating and value can both be rating"},
    {"user_id\titem_id\tevent\tevent_type\n", THAW_E_FORMAT, "can both be event"},
    {"user_id\titem_id\nu\ti\nu\n", THAW_E_FORMAT, "line 3: has 1 columns"},
    {"user_id\titem_id\nu\ti\n\ti\n", THAW_E_RANGE, "line 3: user is empty"},
    {"user_id\titem_id\nu\ti\nu\t\n", THAW_E_RANGE, "line 3: item is empty"},
    {"user_id\titem_id\tevent\nu\ti\t\n", THAW_E_RANGE, "line 2: event name is empty"},
    {"user_id\titem_id\trating\nu\ti\t1\nu\ti\tx\n", THAW_E_FORMAT, "line 3: rating \"x\" is not a finite number"},
    {"user_id\titem_id\trating\nu\ti\tnan\n", THAW_E_FORMAT, "line 2: "},
    {"user_id\titem_id\trating\nu\ti\tinf\n", THAW_E_FORMAT, "line 2: "},
    {"user_id\titem_id\trating\nu\ti\t1 \n", THAW_E_FORMAT, "line 2: "},
    {"user_id\titem_id\trating\nu\ti\t1e39\n", THAW_E_RANGE, "line 2: value is 1e+39"},
    {"user_id\titem_id\trating\nu\ti\t1e999\n", THAW_E_FORMAT, "line 2: "},
    {"user_id\titem_id\ttimestamp\nu\ti\t01/02/2014\n", THAW_E_FORMAT, "line 2: timestamp \"01/02/2014\" is not"},
    {"user_id\titem_id\nu\ti\nu\t\xe9\n", THAW_E_FORMAT, "line 3: is not UTF-8"},
};

START_TEST(a_table_with_a_bad_event_adds_nothing)
{
    ck_assert_int_eq(events("user_id\titem_id\nold\told\n"), THAW_OK);
    ck_assert_int_eq(events(bad_events[_i].text), bad_events[_i].status);
    ck_assert_reason(bad_events[_i].reason);
    ck_assert_shop_size(data, 1, 1, 1);
    ck_assert_str_eq(shop_event(data, 0).user, "old");
}
END_TEST

START_TEST(keys_have_at_most_1024_bytes)
{
    char key[1100], text[1200];
    memset(key, 'k', sizeof key);
    key[1024] = 0;
    snprintf(text, sizeof text, "user_id\titem_id\n%s\ti\n", key);
    ck_assert_int_eq(events(text), THAW_OK);
    key[1024] = 'k';
    key[1025] = 0;
    snprintf(text, sizeof text, "user_id\titem_id\n%s\ti\n", key);
    ck_assert_int_eq(events(text), THAW_E_RANGE);
    ck_assert_reason("line 2: user has 1025 bytes; must be 1 to 1024");
}
END_TEST

/* ---- features ---- */

START_TEST(features_are_read_by_their_types)
{
    ck_assert_int_eq(items("item_id:token\ttitle:text\tyear:float\tgenre:token_seq\tsize:float_seq\tcode:token\n"
                           "1\tToy Story (1995)\t1995\tAnimation Comedy\t1 2.5\t007\n2\t\t\t\t\t\n"),
                     THAW_OK);
    ck_assert_shop_size(data, 0, 0, 2);
    ck_assert_str_eq(item("1", "title"), "Toy Story (1995)");
    ck_assert_str_eq(item("1", "year"), "1995");
    ck_assert_str_eq(item("1", "genre"), "Animation Comedy");
    ck_assert_str_eq(item("1", "size"), "1 2.5");
    ck_assert_str_eq(item("1", "code"), "007");
    ck_assert_str_eq(item("2", "title"), "");
    ck_assert_str_eq(item("2", "genre"), "");
    ck_assert_str_eq(item("3", "genre"), "?");
}
END_TEST

START_TEST(columns_without_a_type_are_floats_if_all_values_are_numbers)
{
    ck_assert_int_eq(items("item_id\tprice\tcolour\tcode\tnothing\n1\t02.50\tred\t07\t\n2\t\tblue\tx\t\n"), THAW_OK);
    ck_assert_str_eq(item("1", "price"), "2.5");
    ck_assert_str_eq(item("1", "colour"), "red");
    ck_assert_str_eq(item("1", "code"), "07");
    ck_assert_str_eq(item("1", "nothing"), "?"); /* dropped */
}
END_TEST

START_TEST(a_known_column_keeps_its_type)
{
    ck_assert_int_eq(items("item_id\tcode:token\tyear:float\n1\t07\t1995\n"), THAW_OK);
    ck_assert_int_eq(items("item_id\tcode\tyear\n2\t08\t1996\n"), THAW_OK);
    ck_assert_str_eq(item("2", "code"), "08");
    ck_assert_int_eq(items("item_id\tyear\n3\tx\n"), THAW_E_FORMAT);
    ck_assert_reason("line 2: year \"x\" is not a finite number");
    ck_assert_int_eq(items("item_id\tcode:float\n3\t9\n"), THAW_E_MISMATCH);
    ck_assert_reason("line 1: feature \"code\" is token, not float");
    ck_assert_shop_size(data, 0, 0, 2);
}
END_TEST

START_TEST(later_rows_overwrite_earlier_ones)
{
    ck_assert_int_eq(items("item_id\tg:token_seq\n1\ta b\n1\tc\n2\td\n"), THAW_OK);
    ck_assert_str_eq(item("1", "g"), "c");
    ck_assert_int_eq(items("item_id\tg:token_seq\n2\t\n3\te f\n"), THAW_OK);
    ck_assert_str_eq(item("1", "g"), "c");
    ck_assert_str_eq(item("2", "g"), "");
    ck_assert_str_eq(item("3", "g"), "e f");
}
END_TEST

START_TEST(users_have_features_too)
{
    ck_assert_int_eq(shop_read(data, THAW_TABLE_USERS, 1, "user_id,name\nu1,\"Doe, \"\"J\"\"\"\n"), THAW_OK);
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_USERS, "u1", "name"), "Doe, \"J\"");
    ck_assert_shop_size(data, 0, 1, 0);
    ck_assert_int_eq(shop_read(data, THAW_TABLE_USERS, 1, "item_id,name\ni,x\n"), THAW_E_FORMAT);
    ck_assert_reason("line 1: column user_id is missing");
}
END_TEST

static const struct {
    const char *text;
    thaw_status status;
    const char *reason;
} bad_items[] = {
    {"item_id\told\tnew\n1\tx\ty\n\tx\ty\n", THAW_E_RANGE, "line 3: item_id is empty"},
    {"item_id\told\tnew:float\n1\tx\t1\n2\tx\ty\n", THAW_E_FORMAT, "line 3: new \"y\" is not a finite number"},
    {"item_id\told\tnew:float_seq\n1\tx\t1 2 z\n", THAW_E_FORMAT, "line 2: new \"z\""},
    {"item_id\told\tnew:float\n1\tx\t1e39\n", THAW_E_FORMAT, "line 2: new \"1e39\""},
    {"item_id\tnew:token\told:float\n1\tx\t1\n", THAW_E_MISMATCH, "line 1: feature \"old\" is token, not float"},
    {"item_id\tnew:token\t:token\n1\tx\t1\n", THAW_E_RANGE, "line 1: feature name is empty"},
    {"item_id\told\tnew\n1\tx\n", THAW_E_FORMAT, "line 2: has 2 columns"},
};

START_TEST(a_table_with_a_bad_feature_adds_nothing)
{
    ck_assert_int_eq(items("item_id\told:token\n1\tbefore\n"), THAW_OK);
    ck_assert_int_eq(items(bad_items[_i].text), bad_items[_i].status);
    ck_assert_reason(bad_items[_i].reason);
    ck_assert_shop_size(data, 0, 0, 1);
    ck_assert_str_eq(item("1", "old"), "before");
    ck_assert_str_eq(item("1", "new"), "?");
    ck_assert_int_eq(items("item_id\told\tnew\n1\tafter\tx\n"), THAW_OK);
    ck_assert_str_eq(item("1", "old"), "after");
}
END_TEST

START_TEST(feature_names_have_at_most_64_bytes)
{
    char name[70], text[200];
    memset(name, 'n', sizeof name);
    name[64] = 0;
    snprintf(text, sizeof text, "item_id\t%s\n1\tx\n", name);
    ck_assert_int_eq(items(text), THAW_OK);
    ck_assert_str_eq(item("1", name), "x");
    name[64] = 'n';
    name[65] = 0;
    snprintf(text, sizeof text, "item_id\t%s\n1\tx\n", name);
    ck_assert_int_eq(items(text), THAW_E_RANGE);
}
END_TEST

/* ---- files ---- */

START_TEST(the_file_extension_selects_the_separator)
{
    ck_assert_int_eq(thaw_data_read(data, file("a.inter", "user_id\titem_id\nu,1\ti\n"), NULL), THAW_OK);
    ck_assert_str_eq(shop_event(data, 0).user, "u,1");
    ck_assert_int_eq(thaw_data_read(data, file("b.csv", "user_id,item_id\nu2,i\n"), NULL), THAW_OK);
    ck_assert_int_eq(thaw_data_read(data, file("c.CSV", "user_id,item_id\nu3,i\n"), NULL), THAW_OK);
    ck_assert_shop_size(data, 3, 3, 1);
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.format = THAW_FORMAT_CSV;
    ck_assert_int_eq(thaw_data_read(data, file("d.txt", "user_id,item_id\nu4,i\n"), &options), THAW_OK);
    ck_assert_shop_size(data, 4, 4, 1);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_io_errors)
{
    ck_assert_int_eq(thaw_data_read(data, temp_path("absent.inter"), NULL), THAW_E_IO);
    ck_assert_reason("absent.inter");
    ck_assert_int_eq(thaw_data_read(data, "/", NULL), THAW_E_IO);
    ck_assert_int_eq(thaw_data_read(data, "", NULL), THAW_E_IO);
    ck_assert_int_eq(thaw_data_read(data, file("empty.inter", ""), NULL), THAW_E_FORMAT);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    thaw_read_options options;
    ck_assert_int_eq(thaw_read_options_init(&options, sizeof options), THAW_OK);
    ck_assert_int_eq(thaw_data_read(NULL, "x", NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_read(data, NULL, NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_read_buffer(data, NULL, 1, NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_read_buffer(data, "", -1, NULL), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_read_buffer(data, NULL, 0, NULL), THAW_E_FORMAT);
    options.table = 3;
    ck_assert_int_eq(thaw_data_read(data, "x", &options), THAW_E_RANGE);
    options.table = 0;
    options.format = 3;
    ck_assert_int_eq(thaw_data_read(data, "x", &options), THAW_E_RANGE);
    options.format = 0;
    options.struct_size = 0;
    ck_assert_int_eq(thaw_data_read(data, "x", &options), THAW_E_ARG);
    options.struct_size = sizeof options + 1;
    ck_assert_int_eq(thaw_data_read(data, "x", &options), THAW_E_VERSION);
    ck_assert_int_eq(thaw_read_options_init(NULL, sizeof options), THAW_E_ARG);
    ck_assert_int_eq(thaw_read_options_init(&options, sizeof options + 8), THAW_E_VERSION);
    ck_assert_int_eq(thaw_read_options_init(&options, 0), THAW_E_ARG);
}
END_TEST

/* ---- damaged files and failing allocations ---- */

static const char *const event_sample = "user_id:token\titem_id\tevent\trating:float\ttimestamp\tbasket\n"
                                        "u1\ti1\tview_item\t5\t1e9\tb\nü2\ti2\tcart\t\t\t\nu1\ti2\tview\t-.5\t7\tb\n";
static const char *const item_sample = "item_id,title:text,year,genre:token_seq,size:float_seq,colour\r\n"
                                       "i1,\"A \"\"b\"\", c\",1995,x y,1 2,red\ni2,,1996,y,,7\ni1,\"new\n\",,z,3,\n";

/* Read both samples; a failure must add nothing. */
static thaw_status read_sample(const char *text, size_t n, int32_t table)
{
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.table = table;
    options.format = table == THAW_TABLE_EVENTS ? THAW_FORMAT_TSV : THAW_FORMAT_CSV;
    const int64_t before[] = {thaw_data_n_events(data), thaw_data_n_users(data), thaw_data_n_items(data)};
    const thaw_status st = thaw_data_read_buffer(data, text, (int64_t)n, &options);
    if (st != THAW_OK) ck_assert_shop_size(data, before[0], before[1], before[2]);
    return st;
}

START_TEST(a_file_truncated_at_any_byte_is_read_or_adds_nothing)
{
    const char *text = _i ? item_sample : event_sample;
    for (size_t n = 0; n <= strlen(text); n++) {
        const thaw_status st = read_sample(text, n, _i);
        ck_assert(st == THAW_OK || st == THAW_E_FORMAT || st == THAW_E_RANGE || st == THAW_E_MISMATCH);
        if (st != THAW_OK) ck_assert_reason("line ");
    }
}
END_TEST

START_TEST(a_file_with_flipped_bytes_is_read_or_adds_nothing)
{
    char bytes[400];
    const char *text = _i ? item_sample : event_sample;
    const size_t n = strlen(text);
    for (uint64_t round = 0; round < 3000; round++) {
        memcpy(bytes, text, n);
        for (uint64_t k = 0; k <= round % 2; k++) {
            const uint64_t bits = thaw__rng_bits(12, (uint32_t)_i, 4 * round + k);
            bytes[bits % n] = round % 4 ? "\",\t\n\r: 9"[bits >> 32 & 7] : (char)(bits >> 40);
        }
        const thaw_status st = read_sample(bytes, n, _i);
        ck_assert(st == THAW_OK || st == THAW_E_FORMAT || st == THAW_E_RANGE || st == THAW_E_MISMATCH);
    }
}
END_TEST

START_TEST(reading_without_memory_adds_and_leaks_nothing)
{
    const char *events_path = file("sample.inter", event_sample);
    const char *items_path = file("sample.csv", item_sample);
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.table = _i;
    for (long n = 1, refused = 1; refused; n++) {
        teardown();
        setup();
        ck_assert_int_eq(items("item_id\tgenre:token_seq\ni1\told\n"), THAW_OK);
        f.refuse = f.requests + n;
        const thaw_status st = thaw_data_read(data, _i ? items_path : events_path, &options);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        if (refused) {
            ck_assert_shop_size(data, 0, 0, 1);
            ck_assert_str_eq(item("i1", "genre"), "old");
            ck_assert_str_eq(item("i1", "title"), "?");
            ck_assert_int_eq(thaw_data_read(data, _i ? items_path : events_path, &options), THAW_OK);
        }
        ck_assert_str_eq(item("i1", "genre"), _i ? "z" : "old");
        ck_assert_int_eq(thaw_data_n_items(data), 2);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("read");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, events_are_read_with_all_their_columns);
    tcase_add_test(tc, events_without_a_name_are_ratings);
    tcase_add_test(tc, event_type_and_ga4_names_are_aliases);
    tcase_add_test(tc, where_keeps_only_matching_rows);
    tcase_add_test(tc, a_header_without_rows_adds_nothing);
    tcase_add_loop_test(tc, a_table_with_a_bad_event_adds_nothing, 0, (int)(sizeof bad_events / sizeof *bad_events));
    tcase_add_test(tc, keys_have_at_most_1024_bytes);
    tcase_add_test(tc, features_are_read_by_their_types);
    tcase_add_test(tc, columns_without_a_type_are_floats_if_all_values_are_numbers);
    tcase_add_test(tc, a_known_column_keeps_its_type);
    tcase_add_test(tc, later_rows_overwrite_earlier_ones);
    tcase_add_test(tc, users_have_features_too);
    tcase_add_loop_test(tc, a_table_with_a_bad_feature_adds_nothing, 0, (int)(sizeof bad_items / sizeof *bad_items));
    tcase_add_test(tc, feature_names_have_at_most_64_bytes);
    tcase_add_test(tc, the_file_extension_selects_the_separator);
    tcase_add_test(tc, files_that_cannot_be_read_are_io_errors);
    tcase_add_test(tc, wrong_arguments_are_refused);
    tcase_add_loop_test(tc, a_file_truncated_at_any_byte_is_read_or_adds_nothing, 0, 2);
    tcase_add_loop_test(tc, a_file_with_flipped_bytes_is_read_or_adds_nothing, 0, 2);
    tcase_add_loop_test(tc, reading_without_memory_adds_and_leaks_nothing, 0, 2);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
