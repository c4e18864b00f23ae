/* SPDX-License-Identifier: Apache-2.0
 * Argument errors of saving, loading and mapping models. */
#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(file_calls_refuse_null_and_bad_sizes)
{
    char bytes[8] = "";
    thaw_model *out = model;
    int64_t size;
    expect(thaw_model_save(NULL, "x"), THAW_E_ARG);
    expect(thaw_model_save(model, NULL), THAW_E_ARG);
    expect(thaw_model_save_buffer(NULL, bytes, 8, &size), THAW_E_ARG);
    expect(thaw_model_save_buffer(model, NULL, 8, &size), THAW_E_ARG);
    expect(thaw_model_save_buffer(model, bytes, 8, NULL), THAW_E_ARG);
    expect(thaw_model_save_buffer(model, bytes, -1, &size), THAW_E_RANGE);
    expect(thaw_model_load(NULL, "x", NULL), THAW_E_ARG);
    expect(thaw_model_load(&out, NULL, NULL), THAW_E_ARG);
    expect(thaw_model_map(NULL, "x", NULL), THAW_E_ARG);
    expect(thaw_model_map(&out, NULL, NULL), THAW_E_ARG);
    expect(thaw_model_load_buffer(NULL, bytes, 4, NULL), THAW_E_ARG);
    expect(thaw_model_load_buffer(&out, NULL, 4, NULL), THAW_E_ARG);
    expect(thaw_model_load_buffer(&out, bytes, -1, NULL), THAW_E_RANGE);
    expect(thaw_model_load_buffer(&out, bytes, 0, NULL), THAW_E_FORMAT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api model files");
    TCase *tc = tcase_create("model files");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, file_calls_refuse_null_and_bad_sizes);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
