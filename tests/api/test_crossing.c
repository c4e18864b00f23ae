/* SPDX-License-Identifier: Apache-2.0
 * Users given to another model that has the same id: a copy that gained items, or a file whose id was changed. Valid
 * answers or THAW_E_MISMATCH, never a read past the end. */
#include <math.h>
#include <stdlib.h>

#include "run_suite.h"
#include "shop_fixture.h"

enum { RANK = 4, ADDED = 3 };

/* A model and its copy with ADDED more items; a rating model or a ranking. */
static thaw_model *older, *newer;

static void open_models(int ranking)
{
    thaw_data *more = shop_data(NULL, SHOP_USERS, SHOP_ITEMS + ADDED, 1);
    older = ranking ? shop_ranking(NULL, RANK) : shop_model(NULL, RANK, 0);
    expect(thaw_model_copy(&newer, older), THAW_OK);
    expect(thaw_model_add_items(newer, NULL, more), THAW_OK);
    ck_assert_uint_eq(model_id(older), model_id(newer));
    thaw_data_free(more);
}

static void close_models(void)
{
    thaw_model_free(older);
    thaw_model_free(newer);
}

/* A user of m with three events: two old items and this one. */
static thaw_user *adapted(const thaw_model *m, int64_t item)
{
    thaw_user *u;
    const thaw_event events[] = {shop_event(0), shop_event(1), {.item = item, .value = 4, .time = 200}};
    expect(thaw_user_create(&u, m), THAW_OK);
    expect(thaw_adapt(m, u, events, 3), THAW_OK);
    return u;
}

/* ---- every call with a user ---- */

enum { SCORE, RECOMMEND, RECOMMEND_MANY, OBSERVE, POSTERIOR, ADAPT, ADAPT_MANY, FEATURES, CALLS };

/* One of the calls. Its results must be finite and refer to items of the model. */
static thaw_status call_with(const thaw_model *m, thaw_user *u, int which)
{
    const thaw_event e = shop_event(2);
    const int64_t rows[] = {0, 7, SHOP_ITEMS - 1}, offsets[] = {0, 1};
    const char *const names[] = {"age"}, *const values[] = {"30"};
    const thaw_user *users[] = {u, u};
    float mean[RANK] = {0}, covariance[RANK * RANK] = {0};
    thaw_hit hits[2 * 10];
    int64_t n[2] = {0, 0};
    thaw_status st;
    switch (which) {
    case SCORE: st = thaw_score(m, u, mean, covariance, rows, 3); break;
    case RECOMMEND: st = thaw_recommend(m, u, hits, n, NULL); break;
    case RECOMMEND_MANY: st = thaw_recommend_many(m, hits, n, users, 2, NULL); break;
    case OBSERVE: st = thaw_user_observe(m, u, &e); break;
    case POSTERIOR: st = thaw_user_posterior(m, u, mean, covariance); break;
    case ADAPT: st = thaw_adapt(m, u, &e, 1); break;
    case ADAPT_MANY: st = thaw_adapt_many(m, u, mean, &e, offsets, 1); break;
    default: st = thaw_user_set_features(m, u, names, values, 1);
    }
    for (int k = 0; k < RANK; k++) ck_assert(isfinite(mean[k]) && isfinite(covariance[k]));
    for (int64_t k = 0; k < n[0]; k++) ck_assert(hits[k].item >= 0 && isfinite(hits[k].mean));
    return st;
}

/* Every call returns this status, each with its own copy of the user; loading the user's bytes does too. */
static void check_calls(const thaw_model *m, const thaw_user *u, thaw_status status)
{
    thaw_user *copy, *loaded;
    int64_t size;
    for (int which = 0; which < CALLS; which++) {
        expect(thaw_user_copy(&copy, u), THAW_OK);
        ck_assert_msg(call_with(m, copy, which) == status, "call %d: %s", which, thaw_last_error());
        thaw_user_free(copy);
    }
    char *bytes = user_bytes(u, &size);
    expect(thaw_user_load(&loaded, m, bytes, size), status);
    thaw_user_free(loaded);
    free(bytes);
}

/* ---- copies that gained items ---- */

/* Only the user of a ranking stores the items of its events, and calls that replace all events may accept it. The user
 * of a rating model is a Gaussian posterior in a space that both models share, so the older model may accept it. */
START_TEST(user_of_a_copy_that_gained_items_is_refused_by_the_older_model)
{
    const int ranking = _i % 2, which = _i / 2;
    open_models(ranking);
    thaw_user *u = adapted(newer, SHOP_ITEMS + ADDED - 1);
    const thaw_status st = call_with(older, u, which);
    const int may_accept = !ranking || which > OBSERVE;
    ck_assert_msg(st == THAW_E_MISMATCH || (may_accept && st == THAW_OK), "status %d: %s", st, thaw_last_error());
    if (st == THAW_E_MISMATCH) expect(call_with(newer, u, which), THAW_OK); /* unchanged */
    thaw_user_free(u);
    close_models();
}
END_TEST

/* The added item is the oldest of 40 events, the newest, or any between. */
START_TEST(an_added_item_anywhere_in_a_history_is_refused_by_the_older_model)
{
    enum { N = 40 };
    thaw_event events[N];
    thaw_user *u;
    open_models(1);
    for (int k = 0; k < N; k++) events[k] = shop_event(k);
    events[_i].item = SHOP_ITEMS + ADDED - 1;
    expect(thaw_user_create(&u, newer), THAW_OK);
    expect(thaw_adapt(newer, u, events, N), THAW_OK);
    for (int which = SCORE; which <= OBSERVE; which++) expect(call_with(older, u, which), THAW_E_MISMATCH);
    thaw_user_free(u);
    close_models();
}
END_TEST

/* An item that is not in the model is a format error, a user of another model a mismatch; both are allowed. */
START_TEST(user_bytes_of_a_copy_that_gained_items_do_not_load_into_the_older_model)
{
    thaw_user *loaded;
    int64_t size;
    open_models(1);
    thaw_user *u = adapted(newer, SHOP_ITEMS + ADDED - 1);
    char *bytes = user_bytes(u, &size);
    const thaw_status st = thaw_user_load(&loaded, older, bytes, size);
    ck_assert_msg(st == THAW_E_MISMATCH || st == THAW_E_FORMAT, "status %d", st);
    ck_assert_ptr_null(loaded);
    free(bytes);
    thaw_user_free(u);
    close_models();
}
END_TEST

START_TEST(user_of_the_older_model_is_accepted_by_the_copy_that_gained_items)
{
    open_models(_i);
    thaw_user *u = adapted(older, SHOP_ITEMS - 1);
    check_calls(newer, u, THAW_OK);
    check_calls(older, u, THAW_OK);
    thaw_user_free(u);
    close_models();
}
END_TEST

START_TEST(user_of_the_copy_without_events_on_added_items_is_accepted_by_the_older_model_or_refused)
{
    const int ranking = _i % 2, which = _i / 2;
    open_models(ranking);
    thaw_user *u = adapted(newer, SHOP_ITEMS - 1);
    const thaw_status st = call_with(older, u, which);
    ck_assert_msg(st == THAW_OK || st == THAW_E_MISMATCH, "status %d: %s", st, thaw_last_error());
    thaw_user_free(u);
    close_models();
}
END_TEST

/* ---- files with a known id ---- */

/* Two models with the same rank and id; the id of the second is forged in its bytes. They differ in the objective or in
 * the half-life. */
static void open_forged(int by_half_life)
{
    thaw_model *honest = by_half_life ? shop_model(NULL, RANK, 30) : shop_ranking(NULL, RANK);
    older = shop_model(NULL, RANK, 0);
    newer = forged_model(honest, model_id(older));
    ck_assert_uint_eq(model_id(older), model_id(newer));
    thaw_model_free(honest);
}

START_TEST(model_file_with_a_known_id_and_the_other_objective_does_not_accept_users)
{
    open_forged(0);
    thaw_user *rating = adapted(older, 3), *ranking = adapted(newer, 3);
    expect(call_with(newer, rating, _i), THAW_E_MISMATCH);
    expect(call_with(older, ranking, _i), THAW_E_MISMATCH);
    thaw_user_free(rating);
    thaw_user_free(ranking);
    close_models();
}
END_TEST

START_TEST(model_file_with_a_known_id_and_another_half_life_does_not_accept_users)
{
    open_forged(1);
    thaw_user *stays = adapted(older, 3), *fades = adapted(newer, 3);
    expect(call_with(newer, stays, _i), THAW_E_MISMATCH);
    expect(call_with(older, fades, _i), THAW_E_MISMATCH);
    thaw_user_free(stays);
    thaw_user_free(fades);
    close_models();
}
END_TEST

START_TEST(user_bytes_of_one_do_not_load_into_the_other)
{
    thaw_user *loaded;
    int64_t size;
    open_forged(_i);
    thaw_user *one = adapted(older, 3), *other = adapted(newer, 3);
    char *bytes = user_bytes(one, &size);
    expect(thaw_user_load(&loaded, newer, bytes, size), THAW_E_MISMATCH);
    ck_assert_ptr_null(loaded);
    free(bytes);
    bytes = user_bytes(other, &size);
    expect(thaw_user_load(&loaded, older, bytes, size), THAW_E_MISMATCH);
    ck_assert_ptr_null(loaded);
    free(bytes);
    thaw_user_free(one);
    thaw_user_free(other);
    close_models();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api crossing");
    TCase *tc = tcase_create("crossing");
    tcase_add_loop_test(tc, user_of_a_copy_that_gained_items_is_refused_by_the_older_model, 0, 2 * CALLS);
    tcase_add_loop_test(tc, an_added_item_anywhere_in_a_history_is_refused_by_the_older_model, 0, 40);
    tcase_add_test(tc, user_bytes_of_a_copy_that_gained_items_do_not_load_into_the_older_model);
    tcase_add_loop_test(tc, user_of_the_older_model_is_accepted_by_the_copy_that_gained_items, 0, 2);
    tcase_add_loop_test(tc, user_of_the_copy_without_events_on_added_items_is_accepted_by_the_older_model_or_refused, 0,
                        2 * CALLS);
    tcase_add_loop_test(tc, model_file_with_a_known_id_and_the_other_objective_does_not_accept_users, 0, CALLS);
    tcase_add_loop_test(tc, model_file_with_a_known_id_and_another_half_life_does_not_accept_users, 0, CALLS);
    tcase_add_loop_test(tc, user_bytes_of_one_do_not_load_into_the_other, 0, 2);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
