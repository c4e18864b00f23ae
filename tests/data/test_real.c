/* SPDX-License-Identifier: Apache-2.0
 * Public data sets from THAW_DATA_ROOT or ../shared/data beside the source. Skipped if they are absent. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run_suite.h"
#include "shop.h"

static thaw_data *data;

static void setup(void)
{
    data = shop_create(NULL);
}

static void teardown(void)
{
    thaw_data_free(data);
}

static const char *path_of(const char *name)
{
    static char path[1000];
    const char *root = getenv("THAW_DATA_ROOT");
    snprintf(path, sizeof path, "%s/%s", root ? root : THAW_SOURCE_DIR "/../shared/data", name);
    return path;
}

static int absent(const char *name)
{
    FILE *file = fopen(path_of(name), "rb");
    if (file) fclose(file);
    else printf("skip: %s does not exist\n", path_of(name));
    return !file;
}

static void read_real(int32_t table, const char *name)
{
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.table = table;
    const clock_t begin = clock();
    const thaw_status st = thaw_data_read(data, path_of(name), &options);
    ck_assert_msg(st == THAW_OK, "%s: %s", name, thaw__last_error());
    printf("read: %-40s %.3f s\n", name, (double)(clock() - begin) / CLOCKS_PER_SEC);
}

START_TEST(ml_1m_has_a_million_ratings)
{
    if (absent("ml-1m/ml-1m.inter")) return;
    read_real(THAW_TABLE_EVENTS, "ml-1m/ml-1m.inter");
    ck_assert_shop_size(data, 1000209, 6040, 3706);
    const thaw_event_view first = shop_event(data, 0);
    ck_assert_str_eq(first.user, "1");
    ck_assert_str_eq(first.item, "3186");
    ck_assert_str_eq(first.event, "rating");
    ck_assert(first.value == 4 && first.time == 0 && !first.basket);
}
END_TEST

START_TEST(ml_1m_features_are_read_as_text_words_and_numbers)
{
    if (absent("ml-1m/ml-1m.item")) return;
    read_real(THAW_TABLE_ITEMS, "ml-1m/ml-1m.item");
    read_real(THAW_TABLE_USERS, "ml-1m/ml-1m.user");
    ck_assert_shop_size(data, 0, 6040, 3881);
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_ITEMS, "1", "actor"), "Tom_Hanks Tim_Allen Don_Rickles Jim_Varney");
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_ITEMS, "1", "year"), "1995");
    ck_assert_ptr_nonnull(
        strstr(shop_feature(data, THAW_TABLE_ITEMS, "1", "plot"), "especially his doll named \"Woody\"."));
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_USERS, "2", "age"), "56");
}
END_TEST

START_TEST(ml_1m_splits_have_the_published_sizes)
{
    if (absent("ml-1m/ml-1m.inter")) return;
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.where_column = "split";
    const struct {
        const char *part;
        int64_t events;
    } parts[] = {{"meta_training", 585366},
                 {"warm_up", 65040},
                 {"user_cold", 153744},
                 {"item_cold", 153696},
                 {"user_and_item_cold", 42363}};
    for (int i = 0; i < 5; i++) {
        const int64_t before = thaw_data_n_events(data);
        options.where_value = parts[i].part;
        ck_assert_int_eq(thaw_data_read(data, path_of("ml-1m/ml-1m.inter"), &options), THAW_OK);
        ck_assert_int_eq(thaw_data_n_events(data) - before, parts[i].events);
    }
}
END_TEST

START_TEST(ml_100k_is_read_with_its_features)
{
    if (absent("ml-100k/ml-100k.inter")) return;
    read_real(THAW_TABLE_EVENTS, "ml-100k/ml-100k.inter");
    read_real(THAW_TABLE_ITEMS, "ml-100k/ml-100k.item");
    read_real(THAW_TABLE_USERS, "ml-100k/ml-100k.user");
    ck_assert_shop_size(data, 100000, 943, 1682);
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_ITEMS, "1", "title"), "Toy Story (1995)");
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_ITEMS, "1", "genre"), "Animation Children's Comedy");
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_USERS, "1", "occupation"), "technician");
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_USERS, "1", "age"), "24");
    ck_assert(shop_event(data, 0).time == 881250949);
}
END_TEST

START_TEST(online_retail_has_baskets_and_returns)
{
    if (absent("online-retail/online-retail.inter")) return;
    read_real(THAW_TABLE_EVENTS, "online-retail/online-retail.inter");
    read_real(THAW_TABLE_ITEMS, "online-retail/online-retail.item");
    read_real(THAW_TABLE_USERS, "online-retail/online-retail.user");
    ck_assert_shop_size(data, 406829, 4372, 3958);
    ck_assert_str_eq(shop_event(data, 0).basket, "536365");
    ck_assert_str_eq(shop_event(data, 0).event, "purchase");
    ck_assert_str_eq(shop_feature(data, THAW_TABLE_USERS, "17850", "country"), "United Kingdom");
    int64_t returns = 0;
    for (int64_t i = 0; i < thaw_data_n_events(data); i++) returns += !strcmp(shop_event(data, i).event, "return");
    ck_assert_int_eq(returns, 8905);
}
END_TEST

START_TEST(tmall_has_four_behaviours_without_values)
{
    if (absent("tmall/tmall.inter")) return;
    read_real(THAW_TABLE_EVENTS, "tmall/tmall.inter");
    ck_assert_shop_size(data, 182880, 884, 9531);
    ck_assert_str_eq(shop_event(data, 1).event, "favourite");
    ck_assert(isnan(shop_event(data, 1).value));
}
END_TEST

START_TEST(repeated_tmall_events_are_found)
{
    if (absent("tmall/tmall.inter")) return;
    read_real(THAW_TABLE_EVENTS, "tmall/tmall.inter");
    thaw_clean_options options;
    thaw_clean_report report;
    thaw_clean_options_init(&options, sizeof options);
    thaw_clean_report_init(&report, sizeof report);
    options.duplicates = 1;
    ck_assert_int_eq(thaw_data_clean(data, &report, &options), THAW_OK);
    ck_assert_int_eq(report.events_left, 85030); /* distinct lines of the file */
    ck_assert_int_eq(report.duplicates, 182880 - 85030);
    ck_assert_int_eq(thaw_data_n_events(data), 85030);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("real");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, ml_1m_has_a_million_ratings);
    tcase_add_test(tc, ml_1m_features_are_read_as_text_words_and_numbers);
    tcase_add_test(tc, ml_1m_splits_have_the_published_sizes);
    tcase_add_test(tc, ml_100k_is_read_with_its_features);
    tcase_add_test(tc, online_retail_has_baskets_and_returns);
    tcase_add_test(tc, tmall_has_four_behaviours_without_values);
    tcase_add_test(tc, repeated_tmall_events_are_found);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
