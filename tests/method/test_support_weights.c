/* SPDX-License-Identifier: Apache-2.0
 * How events of a history become weights of its items: event names, values, ages, order. */
#include <math.h>

#include "ring_episode.h"
#include "run_suite.h"

/* Some events of every history get a value, which the exponents need; a half-life of 40 meets ages up to 50. */
START_TEST(slopes_of_support_weights_are_those_of_finite_differences)
{
    ring_episode r;
    ring_episode_open(&r, _i % RING_CASES);
    const int with_values = _i >= RING_CASES, names = thaw__ranking_of(r.m)->n_weightings;
    for (int64_t k = 0; with_values && k < r.histories.n_events; k++) r.histories.events[k].value = (float)(k % 5) - 1;
    ring_episode_differentiate(&r);
    ring_episode_check_schedule(&r, THAW__RECENCY, 1);
    ck_assert(r.slope[THAW__SLOPE_HALF_LIFE] != 0);
    ring_episode_check(&r, THAW__SLOPE_HALF_LIFE, 1 + 3 * names);
    for (int k = 0; r.k > 2 && k < 3 * names; k++) /* two events have one name */
        ck_assert((r.slope[THAW__SLOPE_WEIGHTINGS + k] != 0) == (k < 2 * names || with_values));
    ring_episode_close(&r);
}
END_TEST

START_TEST(one_by_one_is_all_at_once_in_any_order)
{
    thaw_model *m = ring_model("");
    thaw_user *all, *single;
    float a[ITEMS], b[ITEMS];
    int64_t rows[ITEMS];
    const thaw_event e[] = {event_of(m, "i3", "view", 1), event_of(m, "i4", "purchase", 2),
                            event_of(m, "i3", "purchase", 3)};
    for (int i = 0; i < ITEMS; i++) rows[i] = i;
    ck_assert_int_eq(thaw_user_create(&all, m), THAW_OK);
    ck_assert_int_eq(thaw_user_create(&single, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, all, e, 3), THAW_OK);
    for (int k = 2; k >= 0; k--) ck_assert_int_eq(thaw_user_observe(m, single, &e[k]), THAW_OK);
    ck_assert_int_eq(thaw_score(m, all, a, NULL, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_score(m, single, b, NULL, rows, ITEMS), THAW_OK);
    ck_assert_mem_eq(a, b, sizeof a);
    thaw_user_free(all);
    thaw_user_free(single);
    thaw_model_free(m);
}
END_TEST

/* A step must see the interactions that pretraining had; events that the shop marks as negative are in neither. */
START_TEST(a_learned_target_takes_no_event_out_of_a_history)
{
    thaw_model *m = ring_model("");
    thaw_data *data = ring_shop(NULL);
    const int32_t view = event_of(m, "i0", "view", 0).event;
    const thaw_event_weighting negative = {.weight = NAN, .target = 0, .exponent = NAN};
    thaw__histories h;
    int64_t interactions[3];
    for (int k = 0; k < 3; k++) {
        if (k == 1) thaw__ranking_of(m)->weightings[view].target = 0.1f;
        if (k == 2) ck_assert_int_eq(thaw_model_set_event_weighting(m, view, &negative), THAW_OK);
        ck_assert_int_eq(thaw__histories_build(&h, m, data, NULL, 0, INFINITY), THAW_OK);
        interactions[k] = h.interaction_start[h.n];
        thaw__histories_free(&h);
    }
    ck_assert_int_eq(interactions[1], interactions[0]);
    ck_assert_int_lt(interactions[2], interactions[0]);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

/* A view is given a weight and nothing else, so its target is learned, as are all numbers of a purchase. */
START_TEST(what_the_shop_gives_is_not_learned)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "purchase");
    thaw_model *m;
    int32_t view, purchase;
    const thaw_event_weighting given = {.weight = 0.25f, .target = NAN, .exponent = NAN};
    thaw_event_weighting r;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_model_event_id(m, &view, "view"), THAW_OK);
    ck_assert_int_eq(thaw_model_event_id(m, &purchase, "purchase"), THAW_OK);
    ck_assert_int_eq(thaw_model_set_event_weighting(m, view, &given), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_get_event_weighting(m, view, &r), THAW_OK);
    ck_assert_float_eq_tol(r.weight, 0.25f, 1e-6f);
    ck_assert_int_eq((int)thaw__ranking_of(m)->weightings[view].given, THAW__GIVEN_WEIGHT);
    ck_assert_int_eq((int)thaw__ranking_of(m)->weightings[purchase].given, 0);
    const thaw_event_weighting bad[] = {{0, NAN, NAN}, {-1, NAN, NAN}, {INFINITY, NAN, NAN}, {1, 9, NAN}, {1, 1, 9}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        ck_assert_int_eq(thaw_model_set_event_weighting(m, view, &bad[k]), THAW_E_RANGE);
    for (int32_t event = 0; event < 2; event++) { /* what get returns, set takes: 2.57 is a target that was learned */
        thaw__ranking_of(m)->weightings[event].target = event ? 2.57f : -2.57f;
        ck_assert_int_eq(thaw_model_get_event_weighting(m, event, &r), THAW_OK);
        ck_assert_int_eq(thaw_model_set_event_weighting(m, event, &r), THAW_OK);
    }
    ck_assert_int_eq(thaw_model_set_event_weighting(m, -1, &given), THAW_E_RANGE);
    ck_assert_int_eq(thaw_model_set_event_weighting(m, 2, &given), THAW_E_RANGE);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking support weights");
    TCase *tc = tcase_create("support weights");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_support_weights_are_those_of_finite_differences, 0, 2 * RING_CASES);
    tcase_add_test(tc, one_by_one_is_all_at_once_in_any_order);
    tcase_add_test(tc, a_learned_target_takes_no_event_out_of_a_history);
    tcase_add_test(tc, what_the_shop_gives_is_not_learned);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
