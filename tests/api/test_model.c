/* SPDX-License-Identifier: Apache-2.0
 * Errors of creating models and of getting their info. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(model_calls_refuse_null)
{
    thaw_model_info info;
    thaw_model *out = model;
    thaw_model_info_init(&info, sizeof info);
    expect(thaw_model_create(NULL, NULL, data), THAW_E_ARG);
    expect(thaw_model_create(&out, NULL, NULL), THAW_E_ARG);
    ck_assert_ptr_null(out);
    expect(thaw_model_get_info(NULL, &info), THAW_E_ARG);
    expect(thaw_model_get_info(model, NULL), THAW_E_ARG);
    thaw_model_free(NULL);
}
END_TEST

START_TEST(reports_and_infos_of_an_unknown_size_are_refused)
{
    int64_t size;
    const uint32_t sizes[] = {0, 8, 1 << 20};
    const thaw_status status = _i == 2 ? THAW_E_VERSION : THAW_E_ARG;
    thaw_report report = {.struct_size = sizes[_i]};
    thaw_model_info info = {.struct_size = sizes[_i]};
    thaw_query query = {.struct_size = sizes[_i], .top = 1};
    thaw_hit hit;
    expect(thaw_pretrain_step(model, &report, data, NULL, 0), status);
    expect(thaw_pretrain(model, &report, data, NULL, NULL), status);
    expect(thaw_model_get_info(model, &info), status);
    expect(thaw_recommend(model, user, &hit, &size, &query), status);
}
END_TEST

/* Those of 0.1, 0.2 and 0.3. */
START_TEST(shorter_reports_are_filled_and_nothing_beyond_them)
{
    const uint32_t sizes[] = {offsetof(thaw_report, valid_recall), offsetof(thaw_report, loss),
                              offsetof(thaw_report, done)};
    thaw_report report;
    memset(&report, 0x5a, sizeof report);
    expect(thaw_report_init(&report, sizes[_i]), THAW_OK);
    expect(thaw_pretrain_step(model, &report, data, NULL, 0), THAW_OK);
    ck_assert(report.struct_size == sizes[_i] && report.steps > 0 && report.train_rmse > 0);
    for (size_t k = sizes[_i]; k < sizeof report; k++) ck_assert_int_eq(((const unsigned char *)&report)[k], 0x5a);
}
END_TEST

START_TEST(data_without_items_or_ratings_is_refused)
{
    int64_t row;
    thaw_data *empty;
    thaw_model *out = model;
    expect(thaw_data_create(&empty, NULL), THAW_OK);
    expect(thaw_model_create(&out, NULL, empty), THAW_E_RANGE);
    ck_assert_ptr_null(out);
    expect(thaw_pretrain_step(model, NULL, empty, NULL, 0), THAW_E_RANGE);
    expect(thaw_pretrain(model, NULL, empty, NULL, NULL), THAW_E_RANGE);
    expect(thaw_model_add_items(model, &row, empty), THAW_OK);
    ck_assert_int_eq(row, 0);
    thaw_event_columns columns = {
        .struct_size = sizeof columns, .users = (const char *const[]){"u0"}, .items = (const char *const[]){"i0"}};
    expect(thaw_data_add_events(empty, &columns, 1), THAW_OK);
    const thaw_config rates = {
        .struct_size = sizeof rates, .seed = 1, .passes = 1, .min_feature = 2, .objective = THAW_OBJECTIVE_RATING};
    expect(thaw_model_create(&out, &rates, empty), THAW_E_UNSUPPORTED);
    expect(thaw_pretrain(model, NULL, empty, NULL, NULL), THAW_E_RANGE);
    thaw_data_free(empty);
}
END_TEST

START_TEST(ratings_above_a_million_are_refused)
{
    thaw_data *d = one_event("i0", "rating", _i ? -3e38f : 2e6f);
    thaw_model *out;
    expect(thaw_model_create(&out, NULL, d), THAW_E_RANGE);
    thaw_data_free(d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api model");
    TCase *tc = tcase_create("model");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, model_calls_refuse_null);
    tcase_add_loop_test(tc, reports_and_infos_of_an_unknown_size_are_refused, 0, 3);
    tcase_add_loop_test(tc, shorter_reports_are_filled_and_nothing_beyond_them, 0, 3);
    tcase_add_test(tc, data_without_items_or_ratings_is_refused);
    tcase_add_loop_test(tc, ratings_above_a_million_are_refused, 0, 2);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
