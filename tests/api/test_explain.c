/* SPDX-License-Identifier: Apache-2.0
 * thaw_explain(): errors, and ratings by events. */
#include <math.h>

#include "run_suite.h"
#include "shop_fixture.h"

enum { MOST = 80 };

static thaw_event events[MOST];
static float contributions[MOST], base;

static void make_events(int n)
{
    for (int k = 0; k < n; k++) events[k] = shop_event(k);
}

START_TEST(explain_refuses_bad_arguments_and_writes_nothing)
{
    contributions[0] = base = 7;
    make_events(2);
    expect(thaw_explain(NULL, user, contributions, &base, events, 2, 0), THAW_E_ARG);
    expect(thaw_explain(model, NULL, contributions, &base, events, 2, 0), THAW_E_ARG);
    expect(thaw_explain(model, user, NULL, &base, events, 2, 0), THAW_E_ARG);
    expect(thaw_explain(model, user, contributions, NULL, events, 2, 0), THAW_E_ARG);
    expect(thaw_explain(model, user, contributions, &base, NULL, 2, 0), THAW_E_ARG);
    expect(thaw_explain(model, user, contributions, &base, events, -1, 0), THAW_E_RANGE);
    expect(thaw_explain(model, user, contributions, &base, events, 2, -1), THAW_E_RANGE);
    expect(thaw_explain(model, user, contributions, &base, events, 2, SHOP_ITEMS), THAW_E_RANGE);
    reason("must be 0 to 11");
    events[1].value = 77;
    expect(thaw_explain(model, user, contributions, &base, events, 2, 0), THAW_E_RANGE);
    ck_assert(contributions[0] == 7 && base == 7 && thaw_user_n_events(user) == 0);
    expect(thaw_explain(model, user, NULL, &base, NULL, 0, 0), THAW_OK);
}
END_TEST

/* Below and above the rank, in both forms of the posterior, with and without a half-life and features. */
START_TEST(base_and_contributions_add_up_to_the_rating)
{
    const char *const names[] = {"age", "town"}, *const values[] = {"31", "Ulm"};
    thaw_model *m = shop_model(NULL, 4, _i & 1 ? 20 : 0);
    thaw_user *u;
    expect(thaw_user_create(&u, m), THAW_OK);
    if (_i & 2) expect(thaw_user_set_features(m, u, names, values, 2), THAW_OK);
    for (int n = 0; n <= MOST; n += n < 6 ? 1 : 37) {
        make_events(n);
        for (int64_t item = 0; item < SHOP_ITEMS; item++) {
            float rating;
            expect(thaw_explain(m, u, contributions, &base, events, n, item), THAW_OK);
            expect(thaw_score(m, u, &rating, NULL, &item, 1), THAW_OK);
            double sum = (double)base;
            for (int k = 0; k < n; k++) sum += (double)contributions[k];
            ck_assert_float_eq_tol((float)sum, rating, 1e-4f); /* ratings to 5; adapting is exact to 1e-5 */
        }
    }
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

START_TEST(explaining_leaves_the_user_as_adapting_does)
{
    float explained[SHOP_ITEMS], adapted[SHOP_ITEMS];
    int64_t rows[SHOP_ITEMS];
    for (int i = 0; i < SHOP_ITEMS; i++) rows[i] = i;
    make_events(9);
    expect(thaw_explain(model, user, contributions, &base, events, 9, 5), THAW_OK);
    expect(thaw_score(model, user, explained, NULL, rows, SHOP_ITEMS), THAW_OK);
    expect(thaw_adapt(model, user, events, 9), THAW_OK);
    expect(thaw_score(model, user, adapted, NULL, rows, SHOP_ITEMS), THAW_OK);
    ck_assert_mem_eq(explained, adapted, sizeof adapted);
}
END_TEST

/* The item itself: a high rating raises its prediction, a low one lowers it. */
START_TEST(a_rating_moves_its_own_item_towards_it)
{
    for (int64_t item = 0; item < SHOP_ITEMS; item++) {
        const thaw_event low = {.item = item, .value = 1}, high = {.item = item, .value = 5};
        expect(thaw_explain(model, user, contributions, &base, &low, 1, item), THAW_OK);
        ck_assert(contributions[0] < 0);
        expect(thaw_explain(model, user, contributions, &base, &high, 1, item), THAW_OK);
        ck_assert(contributions[0] > 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api explain");
    TCase *tc = tcase_create("explain");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, explain_refuses_bad_arguments_and_writes_nothing);
    tcase_add_loop_test(tc, base_and_contributions_add_up_to_the_rating, 0, 4);
    tcase_add_test(tc, explaining_leaves_the_user_as_adapting_does);
    tcase_add_test(tc, a_rating_moves_its_own_item_towards_it);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
