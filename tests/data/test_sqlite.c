/* SPDX-License-Identifier: Apache-2.0
 * Links the shared libraries, as a host program does. */
#include "thaw/thaw_sqlite.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "temp_file.h"

static thaw_data *data;
static char path[600];

/* Create a database by these statements. */
static void make(const char *sql)
{
    sqlite3 *db;
    snprintf(path, sizeof path, "%s", temp_path("shop.db"));
    remove(path);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static void setup(void)
{
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    make("CREATE TABLE log (who, what, did, stars, at, bag);"
         "INSERT INTO log VALUES ('u1', 17, 'view_item', 4.5, 1700000000.123456, 'b'), ('ü, \"2\"', 18, 'cart', NULL, "
         "NULL, NULL);"
         "CREATE TABLE goods (id, title, price, tags, code, odd, blank);"
         "INSERT INTO goods VALUES (17, 'say \"hi\",' || char(10) || 'you', 9.5, 'a b', '07', 1, NULL),"
         "(18, NULL, 3, NULL, NULL, 'x', NULL);");
}

static void teardown(void)
{
    thaw_data_free(data);
}

static thaw_status read_table(const char *query, int32_t table)
{
    return thaw_data_read_sqlite(data, path, query, table);
}

static const char *item(const char *key, const char *name)
{
    static char text[200];
    return thaw_data_feature(data, text, sizeof text, THAW_TABLE_ITEMS, key, name) == THAW_OK ? text : "?";
}

START_TEST(events_are_read_from_a_query)
{
    ck_assert_int_eq(
        read_table("SELECT who AS user_id, what AS item_id, did AS event, stars AS rating, at AS timestamp,"
                   " bag AS basket FROM log ORDER BY what; -- all of it",
                   THAW_TABLE_EVENTS),
        THAW_OK);
    thaw_event_view a, b;
    ck_assert_int_eq(thaw_data_event(data, &a, 0), THAW_OK);
    ck_assert_int_eq(thaw_data_event(data, &b, 1), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(data), 2);
    ck_assert_str_eq(a.item, "17");
    ck_assert_str_eq(a.event, "view");
    ck_assert_str_eq(a.basket, "b");
    ck_assert(a.value == 4.5f && a.time == 1700000000.123456);
    ck_assert_str_eq(b.user, "ü, \"2\"");
    ck_assert(isnan(b.value) && isnan(b.time) && !b.basket);
}
END_TEST

START_TEST(features_have_the_types_of_their_values)
{
    ck_assert_int_eq(
        read_table("SELECT id AS item_id, title AS 'title:text', price, tags AS 'tags:token_seq', code, odd,"
                   " blank FROM goods",
                   THAW_TABLE_ITEMS),
        THAW_OK);
    ck_assert_str_eq(item("17", "title"), "say \"hi\",\nyou");
    ck_assert_str_eq(item("17", "price"), "9.5");
    ck_assert_str_eq(item("17", "tags"), "a b");
    ck_assert_str_eq(item("17", "code"), "07"); /* text that looks like a number stays a token */
    ck_assert_str_eq(item("17", "odd"), "1");
    ck_assert_str_eq(item("18", "odd"), "x");
    ck_assert_str_eq(item("18", "title"), "");
    ck_assert_str_eq(item("18", "blank"), "?");
}
END_TEST

START_TEST(a_query_without_rows_is_valid)
{
    ck_assert_int_eq(read_table("SELECT who AS user_id, what AS item_id FROM log WHERE 0", THAW_TABLE_EVENTS), THAW_OK);
    ck_assert_int_eq(thaw_data_n_events(data), 0);
}
END_TEST

static const struct {
    const char *query;
    int32_t table;
    thaw_status status;
    const char *reason;
} bad[] = {
    {"SELEC 1", 0, THAW_E_ARG, "syntax error"},
    {"SELECT x FROM absent", 0, THAW_E_ARG, "no such table"},
    {"", 0, THAW_E_ARG, "returns no columns"},
    {"-- nothing", 0, THAW_E_ARG, "returns no columns"},
    {"CREATE TABLE t (a)", 0, THAW_E_ARG, "returns no columns"},
    {"INSERT INTO log (who) VALUES ('x') RETURNING who AS user_id", 0, THAW_E_ARG, "must only read"},
    {"SELECT 1 AS user_id; SELECT 2", 0, THAW_E_ARG, "more than one statement"},
    {"SELECT 1 AS user_id; DROP TABLE log", 0, THAW_E_ARG, "more than one statement"},
    {"SELECT who AS user_id FROM log", 0, THAW_E_FORMAT, "column item_id is missing"},
    {"SELECT who AS user_id, what AS item_id, what AS item_id FROM log", 0, THAW_E_FORMAT, "named twice"},
    {"SELECT who AS user_id, what AS item_id, did AS rating FROM log", 0, THAW_E_FORMAT,
     "line 2: rating \"view_item\""},
    {"SELECT who AS user_id, x'00ff' AS item_id FROM log", 0, THAW_E_FORMAT, "column \"item_id\" has a BLOB"},
    {"SELECT who AS user_id, CAST(x'ff' AS TEXT) AS item_id FROM log", 0, THAW_E_FORMAT, "line 2: is not UTF-8"},
    {"SELECT who AS user_id, NULL AS item_id FROM log", 0, THAW_E_RANGE, "line 2: item is empty"},
    {"SELECT id AS item_id, 9e999 AS price FROM goods", 1, THAW_E_FORMAT, "price \"Inf\" is not a finite number"},
    {"SELECT id AS item_id, price AS 'price:money' FROM goods", 1, THAW_E_FORMAT, "unknown type"},
    {"SELECT 1 AS item_id, abs(-9223372036854775807 - 1) AS price", 1, THAW_E_IO, "integer overflow"},
    {"SELECT 1 AS user_id", 3, THAW_E_RANGE, "table is 3"},
};

START_TEST(failed_queries_add_nothing_and_report_the_reason)
{
    ck_assert_int_eq(read_table(bad[_i].query, bad[_i].table), bad[_i].status);
    ck_assert_msg(strstr(thaw_sqlite_last_error(), bad[_i].reason) != NULL, "%s", thaw_sqlite_last_error());
    ck_assert_int_eq(thaw_data_n_events(data), 0);
    ck_assert_int_eq(thaw_data_n_users(data), 0);
    ck_assert_int_eq(thaw_data_n_items(data), 0);
}
END_TEST

START_TEST(a_different_type_is_refused_and_adds_nothing)
{
    ck_assert_int_eq(read_table("SELECT id AS item_id, price FROM goods", THAW_TABLE_ITEMS), THAW_OK);
    ck_assert_int_eq(read_table("SELECT 19 AS item_id, 'x' AS colour, 'dear' AS price", THAW_TABLE_ITEMS),
                     THAW_E_MISMATCH);
    ck_assert_str_eq(item("17", "colour"), "?");
    ck_assert_int_eq(thaw_data_n_items(data), 2);
}
END_TEST

START_TEST(databases_that_cannot_be_opened_are_io_errors)
{
    const char *query = "SELECT who AS user_id, what AS item_id FROM log";
    ck_assert_int_eq(thaw_data_read_sqlite(data, temp_path("absent.db"), query, 0), THAW_E_IO);
    /* the file is not created */
    ck_assert_int_eq(thaw_data_read_sqlite(data, temp_path("absent.db"), query, 0), THAW_E_IO);
    const thaw_status st =
        thaw_data_read_sqlite(data, temp_file("text.db", "not a database, but long enough", 31), query, 0);
    ck_assert_int_ne(st, THAW_OK);
    ck_assert_msg(strstr(thaw_sqlite_last_error(), "not a database") != NULL, "%s", thaw_sqlite_last_error());
    ck_assert_int_eq(st, THAW_E_IO);
}
END_TEST

START_TEST(a_required_null_is_refused)
{
    ck_assert_int_eq(thaw_data_read_sqlite(NULL, path, "SELECT 1", 0), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_read_sqlite(data, NULL, "SELECT 1", 0), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_read_sqlite(data, path, NULL, 0), THAW_E_ARG);
    ck_assert_str_eq(thaw_sqlite_last_error(), "data, path and query are required");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("sqlite");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, events_are_read_from_a_query);
    tcase_add_test(tc, features_have_the_types_of_their_values);
    tcase_add_test(tc, a_query_without_rows_is_valid);
    tcase_add_loop_test(tc, failed_queries_add_nothing_and_report_the_reason, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tc, a_different_type_is_refused_and_adds_nothing);
    tcase_add_test(tc, databases_that_cannot_be_opened_are_io_errors);
    tcase_add_test(tc, a_required_null_is_refused);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
