/* SPDX-License-Identifier: Apache-2.0
 * Tables as shops have them: other names, delimiters, dates, compression; and what is noted and reported of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "failing_alloc.h"
#include "run_suite.h"
#include "shop.h"
#include "temp_file.h"

static failing_alloc f;
static thaw_data *data;
static thaw_read_options options;

static void setup(void)
{
    failing_alloc_init(&f, 0);
    data = shop_create(&f.allocator);
    ck_assert_int_eq(thaw_read_options_init(&options, sizeof options), THAW_OK);
}

static void teardown(void)
{
    thaw_data_free(data);
    ck_assert_int_eq(f.live, 0);
}

static thaw_status table(const char *text)
{
    return thaw_data_read_buffer(data, text, (int64_t)strlen(text), &options);
}

static void assert_note(const char *words)
{
    for (int64_t k = 0; k < thaw_data_n_notes(data); k++)
        if (strstr(thaw_data_note(data, k), words)) return;
    ck_abort_msg("no note has \"%s\"", words);
}

static thaw_data_info info_of(void)
{
    thaw_data_info info;
    ck_assert_int_eq(thaw_data_info_init(&info, sizeof info), THAW_OK);
    ck_assert_int_eq(thaw_data_get_info(data, &info), THAW_OK);
    return info;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

/* Headers of public logs, each with one row. */
static const struct {
    const char *text, *user, *item, *event;
    float value;
    double time;
} logs[] = {
    {"timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n", "257597", "355908", "view",
     NAN, 1433221332117},
    {"event_time,event_type,product_id,category_id,brand,price,user_id,user_session\n"
     "2019-10-01 00:00:00 UTC,view,44600062,21,x,35.79,541312140,s\n",
     "541312140", "44600062", "view", NAN, 1569888000},
    {"userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n", "1", "31", "rating", 2.5f, 1260759144},
    {"InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;Customer ID;Country\n"
     "536365;85123A;\"A; B\";6;2010-12-01 08:26;2.55;17850;UK\n",
     "17850", "85123A", "purchase", 6, 1291191960},
    {"user_id\titem_id\tbehaviour type\ttime\nu\ti\tbuy\t7\n", "u", "i", "buy", NAN, 7},
    {"reviewerID|asin|overall|unixReviewTime\nA|B|5|1300000000\n", "A", "B", "rating", 5, 1300000000},
};

START_TEST(usual_names_and_delimiters_are_read_without_being_told)
{
    ck_assert_int_eq(table(logs[_i].text), THAW_OK);
    const thaw_event_view e = shop_event(data, 0);
    ck_assert_str_eq(e.user, logs[_i].user);
    ck_assert_str_eq(e.item, logs[_i].item);
    ck_assert_str_eq(e.event, logs[_i].event);
    if (strcmp(e.event, "purchase") == 0) assert_note("without a column event, all are purchase");
    ck_assert(isnan(logs[_i].value) ? isnan(e.value) : e.value == logs[_i].value);
    ck_assert(e.time == logs[_i].time);
}
END_TEST

START_TEST(columns_are_chosen_by_the_caller)
{
    options.columns = "user_id=who,item_id=what,rating=,timestamp=when";
    ck_assert_int_eq(table("user_id,who,what,rating,when\nx,u,i,5,3\n"), THAW_OK);
    const thaw_event_view e = shop_event(data, 0);
    ck_assert_str_eq(e.user, "u");
    ck_assert_str_eq(e.item, "i");
    ck_assert(isnan(e.value) && e.time == 3);
    ck_assert_int_eq(table("user_id,who,when\nx,u,3\n"), THAW_E_UNKNOWN);
    ck_assert_reason("item_id=what is not in the table, which has user_id, who, when");
}
END_TEST

START_TEST(the_choice_of_a_key_holds_for_feature_tables_that_have_the_column)
{
    options.columns = "item_id=nr";
    options.table = THAW_TABLE_ITEMS;
    ck_assert_int_eq(table("nr,colour\n7,red\n"), THAW_OK);
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_ITEMS, "7", "colour"), "red");
    ck_assert_int_eq(table("product_id,colour\n8,blue\n"), THAW_OK);
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_ITEMS, "8", "colour"), "blue");
    assert_note("items: column product_id is item_id");
}
END_TEST

static const struct {
    const char *columns, *text;
    thaw_status status;
    const char *reason;
} refused[] = {
    {"user=x", "user_id,item_id\n", THAW_E_RANGE, "columns has the field \"user\"; must be user_id, item_id"},
    {"user_id", "user_id,item_id\n", THAW_E_RANGE, "no \"=\" after \"user_id\""},
    {",", "user_id,item_id\n", THAW_E_RANGE, "columns has the field \"\""},
    {NULL, "visitor,article\n", THAW_OK, ""},
    {NULL, "who,what\n", THAW_E_FORMAT, "column user_id is missing; the table has who, what. Name it by columns"},
    {NULL, "user_id,product_id,sku\n", THAW_E_FORMAT, "columns product_id and sku can both be item_id; choose one"},
    {NULL, "user_id,item_id,time,date\n", THAW_E_FORMAT, "columns time and date can both be timestamp"},
    {NULL, "user_id,item_id,timestamp,date\n", THAW_OK, ""},
    {NULL, "PAR1....", THAW_E_FORMAT, "Parquet"},
    {NULL, "PK\3\4....", THAW_E_FORMAT, "xlsx"},
    {NULL, "\xff\xfeu", THAW_E_FORMAT, "UTF-16"},
    {NULL, "{\"user_id\": 1}", THAW_E_FORMAT, "JSON"},
    {NULL, "\x1f\x8b\x08junk", THAW_E_FORMAT, "gzip"},
};

START_TEST(what_cannot_be_read_is_refused_by_name)
{
    options.columns = refused[_i].columns;
    const thaw_status st = table(refused[_i].text);
    ck_assert_msg(st == refused[_i].status, "%s: %d", refused[_i].text, st);
    if (st != THAW_OK) ck_assert_reason(refused[_i].reason);
    ck_assert_shop_size(data, 0, 0, 0);
    if (st != THAW_OK) ck_assert_int_eq(thaw_data_n_notes(data), 0);
}
END_TEST

/* ---- notes ------------------------------------------------------------------------------------------------------- */

START_TEST(a_misspelt_column_is_noted_with_what_it_may_be)
{
    ck_assert_int_eq(table("user_id,item_id,raiting,timestmp,price,brand\nu,i,4,7,1,b\n"), THAW_OK);
    assert_note("column raiting is not used; is it rating?");
    assert_note("column timestmp is not used; is it timestamp?");
    assert_note("not used: price, brand");
}
END_TEST

START_TEST(nothing_is_noted_of_a_table_in_the_usual_form)
{
    ck_assert_int_eq(table("user_id:token\titem_id:token\tevent\trating:float\ttimestamp:float\nu\ti\tview\t\t1\n"),
                     THAW_OK);
    ck_assert_int_eq(thaw_data_n_notes(data), 0);
    ck_assert_ptr_null(thaw_data_note(data, 0));
    ck_assert_ptr_null(thaw_data_note(data, -1));
    ck_assert_ptr_null(thaw_data_note(NULL, 0));
}
END_TEST

START_TEST(other_names_and_delimiters_are_noted)
{
    ck_assert_int_eq(table("visitorid;itemid\nu;i\n"), THAW_OK);
    assert_note("fields are separated by \";\"");
    assert_note("column visitorid is user_id");
    assert_note("column itemid is item_id");
}
END_TEST

/* ---- delimiters -------------------------------------------------------------------------------------------------- */

START_TEST(the_delimiter_is_the_most_frequent_of_the_header)
{
    static const char *const texts[] = {"user_id\titem_id\nu,1\ti\n", "user_id,item_id\n\"u,1\",i\n",
                                        "user_id;item_id;a,b\nu,1;i;x\n", "user_id|item_id|\"x,y,z\"\nu,1|i|2\n"};
    for (int k = 0; k < 4; k++) ck_assert_int_eq(table(texts[k]), THAW_OK);
    for (int64_t k = 0; k < 4; k++) ck_assert_str_eq(shop_event(data, k).user, "u,1");
}
END_TEST

START_TEST(the_delimiter_can_be_given)
{
    options.delimiter = ' ';
    ck_assert_int_eq(table("user_id item_id a,b,c\nu i x\n"), THAW_OK);
    ck_assert_str_eq(shop_event(data, 0).item, "i");
    static const int32_t bad[] = {'a', '0', '"', '.', '-', ':', '\n', -1, 200, 1 << 20};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        options.delimiter = bad[k];
        ck_assert_int_eq(table("user_id item_id\n"), THAW_E_RANGE);
        ck_assert_reason("delimiter is");
    }
}
END_TEST

START_TEST(options_of_0_3_are_read_as_before)
{
    options.struct_size = offsetof(thaw_read_options, columns);
    options.columns = "not looked at";
    ck_assert_int_eq(table("user_id\titem_id\nu\ti\n"), THAW_OK);
    memset(&options, 0xff, sizeof options);
    ck_assert_int_eq(thaw_read_options_init(&options, offsetof(thaw_read_options, columns)), THAW_OK);
    ck_assert_ptr_nonnull(options.columns);
}
END_TEST

/* ---- compression ------------------------------------------------------------------------------------------------- */

START_TEST(gzip_is_read_whatever_the_name_is)
{
    const char *const names[] = {"log.csv.gz", "log.dat"};
    for (int k = 0; k < 2; k++) {
        const char *path = temp_file(names[k], "", 0);
        gzFile out = gzopen(path, "wb");
        ck_assert_int_gt(gzputs(out, "user_id,item_id\nu,i\n"), 0);
        ck_assert_int_eq(gzclose(out), Z_OK);
        ck_assert_int_eq(thaw_data_read(data, path, NULL), THAW_OK);
    }
    ck_assert_shop_size(data, 2, 1, 1);
}
END_TEST

/* ---- what the data hold ------------------------------------------------------------------------------------------ */

START_TEST(info_counts_what_was_read)
{
    ck_assert_int_eq(table("user_id,item_id,event,value,timestamp,basket\nu,i,view,,1e9,\nu,j,purchase,2,1.1e9,b\n"
                           "v,i,purchase,3,,b\n"),
                     THAW_OK);
    const thaw_data_info info = info_of();
    ck_assert(info.events == 3 && info.users == 2 && info.items == 2 && info.baskets == 1 && info.event_names == 2);
    ck_assert(info.values == 2 && info.value_min == 2 && info.value_max == 3);
    ck_assert(info.times == 2 && info.time_min == 1e9 && info.time_max == 1.1e9 && info.time_unit == 1);
    thaw_event_info event;
    ck_assert_int_eq(thaw_event_info_init(&event, sizeof event), THAW_OK);
    ck_assert_int_eq(thaw_data_get_event_info(data, &event, 1), THAW_OK);
    ck_assert_str_eq(event.name, "purchase");
    ck_assert(event.events == 2 && event.values == 2);
    ck_assert_int_eq(thaw_data_get_event_info(data, &event, 2), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_get_event_info(data, &event, -1), THAW_E_RANGE);
}
END_TEST

START_TEST(info_of_no_data_is_empty)
{
    const thaw_data_info info = info_of();
    ck_assert(info.events == 0 && isnan(info.value_min) && isnan(info.time_max) && info.time_unit == 0);
    ck_assert_int_eq(info.objective, THAW_OBJECTIVE_RANKING);
    ck_assert_int_eq(thaw_data_get_info(NULL, NULL), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_info_init(NULL, 8), THAW_E_ARG);
    ck_assert_int_eq(thaw_event_info_init(NULL, 8), THAW_E_ARG);
}
END_TEST

START_TEST(the_unit_of_times_is_told_by_their_size)
{
    static const struct {
        const char *text;
        double unit;
    } cases[] = {{"30", 0}, {"1.4e9", 1}, {"1.4e12", 1e-3}, {"1.4e15", 1e-6}, {"1.4e18", 1e-9}, {"1e40", 0}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[100];
        snprintf(text, sizeof text, "user_id,item_id,timestamp\nu,i,%s\n", cases[k].text);
        teardown();
        setup();
        ck_assert_int_eq(table(text), THAW_OK);
        ck_assert(info_of().time_unit == cases[k].unit);
    }
}
END_TEST

/* ---- the objective ----------------------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    int32_t objective;
    const char *reason;
} objectives[] = {
    {"user_id,item_id\nu,i\n", THAW_OBJECTIVE_RANKING, "no event has a value"},
    {"user_id,item_id,rating\nu,i,4\n", THAW_OBJECTIVE_RATING, "events named rating have values"},
    {"user_id,item_id,rating\nu,i,\n", THAW_OBJECTIVE_RANKING, "no event has a value"},
    {"user_id,item_id,Quantity\nu,i,80995\n", THAW_OBJECTIVE_RANKING, "values of purchase are quantities"},
    {"user_id,item_id,event,value\nu,i,view,\nu,i,purchase,3\n", THAW_OBJECTIVE_RANKING, "values of purchase are"},
    {"user_id,item_id,event,value\nu,i,purchase,3\nu,i,review,3\n", THAW_OBJECTIVE_RATING, "events named review"},
    {"user_id,item_id,event,value\nu,i,kauf,3\nu,i,view,3\n", THAW_OBJECTIVE_RANKING,
     "values of kauf are taken for quantities; objective=rating if they are ratings"},
};

START_TEST(values_are_ratings_only_where_the_name_of_the_event_says_so)
{
    ck_assert_int_eq(table(objectives[_i].text), THAW_OK);
    const thaw_data_info info = info_of();
    ck_assert_int_eq(info.objective, objectives[_i].objective);
    ck_assert_msg(strstr(info.objective_reason, objectives[_i].reason), "%s", info.objective_reason);
}
END_TEST

#define LOOP(test, rows) tcase_add_loop_test(tc, test, 0, (int)(sizeof(rows) / sizeof *(rows)))

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("tables");
    tcase_add_checked_fixture(tc, setup, teardown);
    LOOP(usual_names_and_delimiters_are_read_without_being_told, logs);
    tcase_add_test(tc, columns_are_chosen_by_the_caller);
    tcase_add_test(tc, the_choice_of_a_key_holds_for_feature_tables_that_have_the_column);
    LOOP(what_cannot_be_read_is_refused_by_name, refused);
    tcase_add_test(tc, a_misspelt_column_is_noted_with_what_it_may_be);
    tcase_add_test(tc, nothing_is_noted_of_a_table_in_the_usual_form);
    tcase_add_test(tc, other_names_and_delimiters_are_noted);
    tcase_add_test(tc, the_delimiter_is_the_most_frequent_of_the_header);
    tcase_add_test(tc, the_delimiter_can_be_given);
    tcase_add_test(tc, options_of_0_3_are_read_as_before);
    tcase_add_test(tc, gzip_is_read_whatever_the_name_is);
    tcase_add_test(tc, info_counts_what_was_read);
    tcase_add_test(tc, info_of_no_data_is_empty);
    tcase_add_test(tc, the_unit_of_times_is_told_by_their_size);
    LOOP(values_are_ratings_only_where_the_name_of_the_event_says_so, objectives);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
