/* SPDX-License-Identifier: Apache-2.0
 * Items and event names of a model: lookup, adding, groups. */
#include <stdint.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(item_calls_refuse_null)
{
    const char *text;
    int64_t row;
    expect(thaw_model_add_items(NULL, &row, data), THAW_E_ARG);
    expect(thaw_model_add_items(model, &row, NULL), THAW_E_ARG);
    expect(thaw_model_item_row(NULL, &row, "i0"), THAW_E_ARG);
    expect(thaw_model_item_row(model, NULL, "i0"), THAW_E_ARG);
    expect(thaw_model_item_row(model, &row, NULL), THAW_E_ARG);
    expect(thaw_model_item_key(NULL, &text, 0), THAW_E_ARG);
    expect(thaw_model_item_key(model, NULL, 0), THAW_E_ARG);
}
END_TEST

START_TEST(event_calls_refuse_null)
{
    const char *text;
    int32_t event;
    thaw_event_weighting weighting = {1, 1, 0};
    expect(thaw_model_event_id(NULL, &event, "rating"), THAW_E_ARG);
    expect(thaw_model_event_id(model, NULL, "rating"), THAW_E_ARG);
    expect(thaw_model_event_id(model, &event, NULL), THAW_E_ARG);
    expect(thaw_model_event_name(NULL, &text, 0), THAW_E_ARG);
    expect(thaw_model_event_name(model, NULL, 0), THAW_E_ARG);
    expect(thaw_model_set_event_weighting(NULL, 0, &weighting), THAW_E_ARG);
    expect(thaw_model_set_event_weighting(model, 0, NULL), THAW_E_ARG);
    expect(thaw_model_set_event_weighting(model, 0, &weighting), THAW_E_UNSUPPORTED);
    expect(thaw_model_get_event_weighting(NULL, 0, &weighting), THAW_E_ARG);
    expect(thaw_model_get_event_weighting(model, 0, NULL), THAW_E_ARG);
    expect(thaw_model_get_event_weighting(model, 9, &weighting), THAW_E_RANGE);
}
END_TEST

START_TEST(failed_item_lookups_name_the_key)
{
    const char *text = "kept";
    int64_t row = 9;
    expect(thaw_model_item_row(model, &row, "i99"), THAW_E_UNKNOWN);
    reason("i99");
    expect(thaw_model_item_row(model, &row, ""), THAW_E_UNKNOWN);
    ck_assert_int_eq(row, 9);
    expect(thaw_model_item_key(model, &text, SHOP_ITEMS), THAW_E_RANGE);
    reason("must be 0 to 11");
    expect(thaw_model_item_key(model, &text, -1), THAW_E_RANGE);
    expect(thaw_model_item_key(model, &text, INT64_MAX), THAW_E_RANGE);
    ck_assert_str_eq(text, "kept");
    expect(thaw_model_item_row(model, &row, "i11"), THAW_OK);
    expect(thaw_model_item_key(model, &text, row), THAW_OK);
    ck_assert_str_eq(text, "i11");
}
END_TEST

START_TEST(failed_event_lookups_do_not_write_the_result)
{
    const char *text = "kept";
    int32_t event = 7;
    expect(thaw_model_event_id(model, &event, "view_item"), THAW_E_UNKNOWN);
    expect(thaw_model_event_name(model, &text, 1), THAW_E_RANGE);
    expect(thaw_model_event_name(model, &text, -1), THAW_E_RANGE);
    ck_assert(event == 7 && strcmp(text, "kept") == 0);
    expect(thaw_model_event_id(model, &event, "rating"), THAW_OK);
    expect(thaw_model_event_name(model, &text, event), THAW_OK);
    ck_assert_str_eq(text, "rating");
}
END_TEST

START_TEST(ga4_names_find_the_events_of_the_shop)
{
    thaw_data *d = one_event("i0", "view_item", 3);
    thaw_model *m;
    int32_t event;
    expect(thaw_model_create(&m, NULL, d), THAW_OK);
    expect(thaw_model_event_id(m, &event, "view_item"), THAW_OK);
    expect(thaw_model_event_id(m, &event, "view"), THAW_OK);
    ck_assert_int_eq(event, 0);
    thaw_model_free(m);
    thaw_data_free(d);
}
END_TEST

START_TEST(a_feature_of_another_type_is_a_mismatch)
{
    int64_t row = 77;
    thaw_data *d = one_event("new", "rating", 3);
    expect(thaw_data_add_feature(d, THAW_TABLE_ITEMS, "price", THAW_TYPE_TOKEN, (const char *const[]){"new"},
                                 (const char *const[]){"dear"}, 1),
           THAW_OK);
    expect(thaw_model_add_items(model, &row, d), THAW_E_MISMATCH);
    reason("price");
    ck_assert_int_eq(row, 77);
    expect(thaw_model_item_row(model, &row, "new"), THAW_E_UNKNOWN);
    thaw_data_free(d);
}
END_TEST

START_TEST(item_groups_are_made_from_token_columns)
{
    int64_t size;
    int32_t groups[SHOP_ITEMS] = {77};
    thaw_data *other;
    const char *const keys[] = {"i3", "i5", "i4", "stranger"}, *const values[] = {"red wool", "blue", "red", "green"};
    expect(thaw_model_item_groups(NULL, groups, &size, data, "genre"), THAW_E_ARG);
    expect(thaw_model_item_groups(model, NULL, &size, data, "genre"), THAW_E_ARG);
    expect(thaw_model_item_groups(model, groups, NULL, data, "genre"), THAW_E_ARG);
    expect(thaw_model_item_groups(model, groups, &size, NULL, "genre"), THAW_E_ARG);
    expect(thaw_model_item_groups(model, groups, &size, data, NULL), THAW_E_ARG);
    expect(thaw_model_item_groups(model, groups, &size, data, "shoe"), THAW_E_UNKNOWN);
    expect(thaw_model_item_groups(model, groups, &size, data, "price"), THAW_E_MISMATCH);
    ck_assert_int_eq(groups[0], 77);
    expect(thaw_model_item_groups(model, groups, &size, data, "genre"), THAW_OK);
    for (int i = 0; i < SHOP_ITEMS; i++) ck_assert(groups[i] >= 0 && groups[i] < size);
    expect(thaw_data_create(&other, NULL), THAW_OK);
    expect(thaw_data_add_feature(other, THAW_TABLE_ITEMS, "tint", THAW_TYPE_TOKEN_SEQ, keys, values, 4), THAW_OK);
    expect(thaw_model_item_groups(model, groups, &size, other, "tint"), THAW_OK);
    ck_assert(groups[0] == -1 && groups[3] >= 0 && groups[3] == groups[4] && groups[5] >= 0 && groups[5] != groups[3]);
    thaw_data_free(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api items");
    TCase *tc = tcase_create("items");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, item_calls_refuse_null);
    tcase_add_test(tc, event_calls_refuse_null);
    tcase_add_test(tc, failed_item_lookups_name_the_key);
    tcase_add_test(tc, failed_event_lookups_do_not_write_the_result);
    tcase_add_test(tc, ga4_names_find_the_events_of_the_shop);
    tcase_add_test(tc, a_feature_of_another_type_is_a_mismatch);
    tcase_add_test(tc, item_groups_are_made_from_token_columns);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
