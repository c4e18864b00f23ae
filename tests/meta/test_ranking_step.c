/* SPDX-License-Identifier: Apache-2.0
 * The online step of rankings. */
#include <math.h>

#include "moments.h"
#include "ring_shop.h"
#include "run_suite.h"

/* Trained on the events before time 45, then updated with whole journeys: every sum over users is what training on all
 * events would give. */
START_TEST(an_update_is_as_if_all_had_been_known)
{
    enum { SINCE = 45 };
    thaw_data *data = ring_shop(NULL), *early, *late;
    thaw_config config = ring_config(NULL, _i ? "purchase" : "");
    thaw_model *m, *whole;
    thaw_split_options split;
    thaw__journeys j;
    thaw__basis basis;
    int64_t users[USERS];
    ck_assert_int_eq(thaw_split_options_init(&split, sizeof split), THAW_OK);
    split.holdout_users = 0, split.from_time = SINCE;
    ck_assert_int_eq(thaw_data_split(data, &early, &late, &split), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, early), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, early, NULL, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_copy(&whole, m), THAW_OK);
    ck_assert_int_eq(thaw__journeys_build(&j, whole, data, NULL, 0, INFINITY), THAW_OK);
    ck_assert_int_eq(thaw__journeys_of_two(users, &j), USERS);
    ck_assert_int_eq(thaw__moments_more(whole, &basis, &j, users, USERS), THAW_OK);
    ck_assert_msg(thaw_pretrain_update(m, NULL, data, NULL, 0, SINCE) == THAW_OK, "%s", thaw_last_error());
    const thaw__ranking *a = m->ranking, *b = whole->ranking;
    ck_assert_double_eq_tol(m->mass, thaw__journeys_mass(&j, users, USERS), 1e-6 * m->mass);
    for (int i = 0; i < ITEMS; i++) {
        ck_assert_float_eq_tol(a->popular[i], b->popular[i], 1e-6f);
        ck_assert_float_eq_tol(a->again[i], b->again[i], 1e-6f);
        for (int64_t k = b->near.start[i]; k < b->near.start[i + 1]; k++) {
            const int64_t at = thaw__lists_find(&a->near, i, b->near.item[k]);
            ck_assert_int_ge(at, 0);
            ck_assert_float_eq_tol(a->near.tie[at].after, b->near.tie[k].after, 1e-6f);
            ck_assert_float_eq_tol(a->near.tie[at].before, b->near.tie[k].before, 1e-6f);
            ck_assert_float_eq_tol(a->near.tie[at].both, b->near.tie[k].both, 1e-6f);
        }
    }
    ck_assert_int_eq(thaw_pretrain_update(m, NULL, data, NULL, 0, (double)NAN), THAW_E_RANGE);
    thaw__basis_free(&basis, &m->config.allocator);
    thaw__journeys_free(&j);
    thaw_model_free(whole);
    thaw_model_free(m);
    thaw_data_free(early);
    thaw_data_free(late);
    thaw_data_free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("meta ranking step");
    TCase *tc = tcase_create("ranking step");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, an_update_is_as_if_all_had_been_known, 0, 2);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
