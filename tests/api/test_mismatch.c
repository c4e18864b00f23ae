/* SPDX-License-Identifier: Apache-2.0
 * Every call refuses users of another model. Users created before items are added stay valid. */
#include <math.h>
#include <stdlib.h>

#include "run_suite.h"
#include "shop_fixture.h"

/* Every call with a user that does not belong to m. */
static void refuse_everywhere(const thaw_model *m, thaw_user *u)
{
    const thaw_event e = shop_event(0);
    const int64_t offsets[] = {0, 1}, rows[] = {0, 3, 3, 11};
    float mean[SHOP_ITEMS], covariance[16];
    thaw_hit hits[10];
    int64_t size;
    thaw_user *out;
    expect(thaw_user_set_features(m, u, NULL, NULL, 0), THAW_E_MISMATCH);
    expect(thaw_adapt(m, u, &e, 1), THAW_E_MISMATCH);
    expect(thaw_adapt_many(m, u, mean, &e, offsets, 1), THAW_E_MISMATCH);
    expect(thaw_user_observe(m, u, &e), THAW_E_MISMATCH);
    expect(thaw_user_posterior(m, u, mean, covariance), THAW_E_MISMATCH);
    expect(thaw_score(m, u, mean, NULL, rows, 4), THAW_E_MISMATCH);
    expect(thaw_recommend(m, u, hits, &size, NULL), THAW_E_MISMATCH);
    char *bytes = user_bytes(u, &size);
    expect(thaw_user_load(&out, m, bytes, size), THAW_E_MISMATCH);
    ck_assert_ptr_null(out);
    free(bytes);
}

START_TEST(a_user_of_another_model_is_refused)
{
    thaw_model *other;
    if (_i == 0) other = shop_model(NULL, 4, 5);
    else if (_i == 1) other = shop_model(NULL, 32, 0);
    else {
        const thaw_config config = shop_config(NULL, 4, 0);
        expect(thaw_model_create(&other, &config, data), THAW_OK);
    }
    refuse_everywhere(other, user);
    thaw_model_free(other);
}
END_TEST

START_TEST(a_user_created_before_a_step_is_refused)
{
    expect(thaw_pretrain_step(model, NULL, data, NULL, 0), THAW_OK);
    refuse_everywhere(model, user);
}
END_TEST

START_TEST(untrained_models_of_different_data_have_different_ids)
{
    thaw_data *other_data = shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 2);
    const thaw_config config = shop_config(NULL, 4, 0);
    thaw_model *one, *other;
    thaw_user *u;
    expect(thaw_model_create(&one, &config, data), THAW_OK);
    expect(thaw_model_create(&other, &config, other_data), THAW_OK);
    expect(thaw_user_create(&u, one), THAW_OK);
    refuse_everywhere(other, u);
    thaw_user_free(u);
    thaw_model_free(one);
    thaw_model_free(other);
    thaw_data_free(other_data);
}
END_TEST

START_TEST(new_items_leave_users_valid)
{
    int64_t row;
    float mean[2];
    thaw_data *more = shop_data(NULL, SHOP_USERS, SHOP_ITEMS + 3, 1);
    const int64_t added[] = {SHOP_ITEMS, SHOP_ITEMS + 2};
    expect(thaw_model_add_items(model, &row, more), THAW_OK);
    ck_assert_int_eq(row, 3);
    expect(thaw_score(model, user, mean, NULL, added, 2), THAW_OK);
    ck_assert(isfinite(mean[0]) && isfinite(mean[1]));
    thaw_data_free(more);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api mismatch");
    TCase *tc = tcase_create("mismatch");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_loop_test(tc, a_user_of_another_model_is_refused, 0, 3);
    tcase_add_test(tc, a_user_created_before_a_step_is_refused);
    tcase_add_test(tc, untrained_models_of_different_data_have_different_ids);
    tcase_add_test(tc, new_items_leave_users_valid);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
