/* SPDX-License-Identifier: Apache-2.0
 * What training refuses; the model is then as it was. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(training_refuses_null)
{
    expect(thaw_pretrain_step(NULL, NULL, data, NULL, 0), THAW_E_ARG);
    expect(thaw_pretrain_step(model, NULL, NULL, NULL, 0), THAW_E_ARG);
    expect(thaw_pretrain(NULL, NULL, data, NULL, NULL), THAW_E_ARG);
    expect(thaw_pretrain(model, NULL, NULL, NULL, NULL), THAW_E_ARG);
}
END_TEST

START_TEST(an_update_refuses_null_bad_users_and_models_of_ratings)
{
    const int64_t row = 0;
    expect(thaw_pretrain_update(NULL, NULL, data, NULL, 0, 0), THAW_E_ARG);
    expect(thaw_pretrain_update(model, NULL, NULL, NULL, 0, 0), THAW_E_ARG);
    expect(thaw_pretrain_update(model, NULL, data, &row, 0, 0), THAW_E_RANGE);
    expect(thaw_pretrain_update(model, NULL, data, NULL, 0, (double)NAN), THAW_E_RANGE);
    expect(thaw_pretrain_update(model, NULL, data, NULL, 0, 0), THAW_E_UNSUPPORTED);
}
END_TEST

START_TEST(training_refuses_what_the_model_does_not_know)
{
    static const struct {
        const char *item, *name;
        float value;
        thaw_status status;
        const char *words;
    } bad[] = {{"elsewhere", "rating", 3, THAW_E_UNKNOWN, "elsewhere"},
               {"i0", "smelled", 3, THAW_E_UNKNOWN, "smelled"},
               {"i0", "rating", 5.5f, THAW_E_RANGE, "5.5"},
               {"i0", "rating", 0, THAW_E_RANGE, "must be 1 to 5"}};
    thaw_data *d = one_event(bad[_i].item, bad[_i].name, bad[_i].value);
    int64_t n, after;
    char *before = model_bytes(model, &n);
    expect(thaw_pretrain_step(model, NULL, d, NULL, 0), bad[_i].status);
    reason(bad[_i].words);
    expect(thaw_pretrain(model, NULL, d, NULL, NULL), bad[_i].status);
    char *then = model_bytes(model, &after);
    ck_assert(n == after && memcmp(before, then, (size_t)n) == 0);
    free(before), free(then);
    thaw_data_free(d);
}
END_TEST

START_TEST(ratings_outside_the_configured_range_cannot_be_trained_on)
{
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *m;
    config.rating_min = 1, config.rating_max = 4;
    expect(thaw_model_create(&m, &config, data), THAW_OK);
    expect(thaw_pretrain_step(m, NULL, data, NULL, 0), THAW_E_RANGE);
    reason("must be 1 to 4");
    thaw_model_free(m);
}
END_TEST

START_TEST(user_rows_of_a_step_are_known_and_distinct)
{
    const int64_t out_of_bounds[] = {0, SHOP_USERS}, negative[] = {-1}, twice[] = {3, 1, 3};
    expect(thaw_pretrain_step(model, NULL, data, out_of_bounds, 2), THAW_E_RANGE);
    expect(thaw_pretrain_step(model, NULL, data, negative, 1), THAW_E_RANGE);
    expect(thaw_pretrain_step(model, NULL, data, twice, 3), THAW_E_RANGE);
    reason("twice");
    expect(thaw_pretrain_step(model, NULL, data, twice, 0), THAW_E_RANGE);
    expect(thaw_pretrain_step(model, NULL, data, twice, -1), THAW_E_RANGE);
    expect(thaw_pretrain_step(model, NULL, data, twice, INT64_MAX), THAW_E_RANGE);
    expect(thaw_pretrain_step(model, NULL, data, twice, INT64_C(1) << 40), THAW_E_RANGE);
    expect(thaw_pretrain_step(model, NULL, data, twice, 2), THAW_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api pretraining");
    TCase *tc = tcase_create("pretraining");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, training_refuses_null);
    tcase_add_test(tc, an_update_refuses_null_bad_users_and_models_of_ratings);
    tcase_add_loop_test(tc, training_refuses_what_the_model_does_not_know, 0, 4);
    tcase_add_test(tc, ratings_outside_the_configured_range_cannot_be_trained_on);
    tcase_add_test(tc, user_rows_of_a_step_are_known_and_distinct);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
