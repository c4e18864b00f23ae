/* SPDX-License-Identifier: Apache-2.0
 * Errors of adapting users, setting their features and storing them. */
#include <math.h>
#include <stdlib.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(user_calls_refuse_null)
{
    thaw_user *out = user;
    float mean[4], covariance[16];
    expect(thaw_user_create(NULL, model), THAW_E_ARG);
    expect(thaw_user_create(&out, NULL), THAW_E_ARG);
    ck_assert_ptr_null(out);
    expect(thaw_user_copy(NULL, user), THAW_E_ARG);
    expect(thaw_user_copy(&out, NULL), THAW_E_ARG);
    expect(thaw_user_posterior(NULL, user, mean, covariance), THAW_E_ARG);
    expect(thaw_user_posterior(model, NULL, mean, covariance), THAW_E_ARG);
    expect(thaw_user_posterior(model, user, NULL, NULL), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(NULL), 0);
    thaw_user_free(NULL);
}
END_TEST

START_TEST(setting_features_refuses_null)
{
    const char *const names[] = {"age"};
    expect(thaw_user_set_features(NULL, user, names, names, 1), THAW_E_ARG);
    expect(thaw_user_set_features(model, NULL, names, names, 1), THAW_E_ARG);
    expect(thaw_user_set_features(model, user, NULL, names, 1), THAW_E_ARG);
    expect(thaw_user_set_features(model, user, names, NULL, 1), THAW_E_ARG);
    expect(thaw_user_set_features(model, user, (const char *const[]){NULL}, names, 1), THAW_E_ARG);
    expect(thaw_user_set_features(model, user, names, names, -1), THAW_E_RANGE);
    expect(thaw_user_set_features(model, user, NULL, NULL, 0), THAW_OK);
}
END_TEST

START_TEST(adapting_refuses_null)
{
    const thaw_event e = shop_event(0);
    const int64_t offsets[] = {0, 1};
    float mean[4];
    expect(thaw_adapt(NULL, user, &e, 1), THAW_E_ARG);
    expect(thaw_adapt(model, NULL, &e, 1), THAW_E_ARG);
    expect(thaw_adapt(model, user, NULL, 1), THAW_E_ARG);
    expect(thaw_adapt(model, user, NULL, 0), THAW_OK);
    expect(thaw_adapt_many(NULL, user, mean, &e, offsets, 1), THAW_E_ARG);
    expect(thaw_adapt_many(model, NULL, mean, &e, offsets, 1), THAW_E_ARG);
    expect(thaw_adapt_many(model, user, NULL, &e, offsets, 1), THAW_E_ARG);
    expect(thaw_adapt_many(model, user, mean, NULL, offsets, 1), THAW_E_ARG);
    expect(thaw_adapt_many(model, user, mean, &e, NULL, 1), THAW_E_ARG);
    expect(thaw_adapt_many(model, user, NULL, NULL, NULL, 0), THAW_OK);
    expect(thaw_user_observe(NULL, user, &e), THAW_E_ARG);
    expect(thaw_user_observe(model, NULL, &e), THAW_E_ARG);
    expect(thaw_user_observe(model, user, NULL), THAW_E_ARG);
}
END_TEST

START_TEST(user_bytes_refuse_null_and_bad_sizes)
{
    thaw_user *out = user;
    char bytes[8] = "";
    int64_t size;
    expect(thaw_user_save(NULL, bytes, 8, &size), THAW_E_ARG);
    expect(thaw_user_save(user, NULL, 8, &size), THAW_E_ARG);
    expect(thaw_user_save(user, bytes, 8, NULL), THAW_E_ARG);
    expect(thaw_user_save(user, bytes, -1, &size), THAW_E_RANGE);
    expect(thaw_user_load(NULL, model, bytes, 8), THAW_E_ARG);
    expect(thaw_user_load(&out, NULL, bytes, 8), THAW_E_ARG);
    expect(thaw_user_load(&out, model, NULL, 8), THAW_E_ARG);
    expect(thaw_user_load(&out, model, bytes, -1), THAW_E_RANGE);
}
END_TEST

/* Events of a model without half-life: each has one error, except the last two. */
static const struct {
    thaw_event event;
    thaw_status status;
} events[] = {
    {{.item = -1, .value = 3}, THAW_E_RANGE},
    {{.item = SHOP_ITEMS, .value = 3}, THAW_E_RANGE},
    {{.item = INT64_MAX, .value = 3}, THAW_E_RANGE},
    {{.item = INT64_MIN, .value = 3}, THAW_E_RANGE},
    {{.value = 0.99f}, THAW_E_RANGE},
    {{.value = 5.01f}, THAW_E_RANGE},
    {{.value = NAN}, THAW_E_RANGE},
    {{.value = INFINITY}, THAW_E_RANGE},
    {{.value = -INFINITY}, THAW_E_RANGE},
    {{.value = 3, .event = 1}, THAW_E_RANGE},
    {{.value = 3, .event = -1}, THAW_E_RANGE},
    {{.value = 3, .event = INT32_MAX}, THAW_E_RANGE},
    {{.value = 3, .catalogue = 1}, THAW_E_RANGE},
    {{.value = 3, .catalogue = -1}, THAW_E_RANGE},
    {{.value = 3, .catalogue = INT32_MIN}, THAW_E_RANGE},
    {{.value = 3, .time = NAN}, THAW_OK},
    {{.value = 2.5f, .time = INFINITY}, THAW_OK},
};

START_TEST(an_event_names_a_catalogue_of_the_model)
{
    thaw_event e = shop_event(0);
    ck_assert_uint_eq(sizeof e, 32);
    e.catalogue = 1;
    expect(thaw_user_observe(model, user, &e), THAW_E_RANGE);
    reason("event 0 has catalogue 1; must be 0 to 0");
}
END_TEST

/* The bytes of an event of a ranking: after the head of 64, 24 each, the catalogue at 12. */
START_TEST(user_bytes_with_another_catalogue_are_damaged)
{
    thaw_model *m = shop_ranking(NULL, 3);
    const thaw_event two[] = {shop_event(0), shop_event(1)};
    thaw_user *u, *back;
    int64_t size;
    expect(thaw_user_create(&u, m), THAW_OK);
    expect(thaw_adapt(m, u, two, 2), THAW_OK);
    char *bytes = user_bytes(u, &size);
    ck_assert_int_eq(size, 64 + 2 * 24);
    expect(thaw_user_load(&back, m, bytes, size), THAW_OK);
    thaw_user_free(back);
    bytes[64 + 24 * _i + 12] = 1;
    ck_assert_int_eq(mend_user(bytes, size), 1);
    expect(thaw_user_load(&back, m, bytes, size), THAW_E_FORMAT);
    reason("catalogue");
    free(bytes);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

/* Rank 4: m0 at 64, m at 80, the lower triangle of P at 96; with a half-life that of J at 136. */
static const struct {
    int at;
    float value;
    const char *what;
} bad_posteriors[] = {
    {64, NAN, "m0 is not finite"},       {64, 1e20f, "m0 is too large"},
    {80, 1e20f, "m is too large"},       {96, -1, "a variance is negative"},
    {96, 2, "above the prior variance"}, {100, 1.5f, "P is not positive definite"},
    {100, -1e20f, "P is too large"},     {136, -3, "I + J is not positive definite"},
    {136, NAN, "J is not finite"},
};

START_TEST(user_bytes_that_are_no_posterior_are_damaged)
{
    int64_t size;
    thaw_user *u, *back;
    thaw_model *m = shop_model(NULL, 4, 30);
    const thaw_event e = shop_event(1);
    expect(thaw_user_create(&u, m), THAW_OK);
    expect(thaw_adapt(m, u, &e, 1), THAW_OK);
    char *bytes = user_bytes(u, &size);
    memcpy(bytes + bad_posteriors[_i].at, &bad_posteriors[_i].value, sizeof(float));
    ck_assert_int_eq(mend_user(bytes, size), 1);
    ck_assert_msg(thaw_user_load(&back, m, bytes, size) == THAW_E_FORMAT, "%s", bad_posteriors[_i].what);
    reason("positive definite");
    ck_assert_ptr_null(back);
    free(bytes);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

START_TEST(a_bad_event_leaves_the_user_unchanged)
{
    const thaw_event two[] = {shop_event(1), events[_i].event};
    const int64_t offsets[] = {0, 1, 2};
    float before[4], after[4], means[8] = {7, 7, 7, 7, 7, 7, 7, 7};
    expect(thaw_adapt(model, user, two, 1), THAW_OK);
    expect(thaw_user_posterior(model, user, before, NULL), THAW_OK);
    expect(thaw_user_observe(model, user, &two[1]), events[_i].status);
    if (events[_i].status != THAW_OK) {
        reason("must be ");
        ck_assert_int_eq(thaw_user_n_events(user), 1);
    }
    expect(thaw_adapt(model, user, two, 2), events[_i].status);
    expect(thaw_adapt_many(model, user, means, two, offsets, 2), events[_i].status);
    if (events[_i].status == THAW_OK) return;
    ck_assert(means[0] == 7 && means[7] == 7);
    expect(thaw_user_posterior(model, user, after, NULL), THAW_OK);
    ck_assert_mem_eq(before, after, sizeof before);
}
END_TEST

START_TEST(counts_and_offsets_are_checked)
{
    float mean[4];
    const thaw_event e = shop_event(0);
    const int64_t late[] = {1, 1}, falling[] = {0, 1, 0}, negative[] = {0, -1}, huge[] = {0, INT64_MAX};
    expect(thaw_adapt(model, user, &e, -1), THAW_E_RANGE);
    expect(thaw_adapt(model, user, &e, 1000000001), THAW_E_RANGE);
    expect(thaw_adapt(model, user, &e, INT64_MAX), THAW_E_RANGE);
    expect(thaw_adapt_many(model, user, mean, &e, late, 1), THAW_E_RANGE);
    expect(thaw_adapt_many(model, user, mean, &e, falling, 2), THAW_E_RANGE);
    expect(thaw_adapt_many(model, user, mean, &e, negative, 1), THAW_E_RANGE);
    expect(thaw_adapt_many(model, user, mean, &e, huge, 1), THAW_E_RANGE);
    expect(thaw_adapt_many(model, user, mean, &e, late, -1), THAW_E_RANGE);
}
END_TEST

START_TEST(a_duplicate_event_counts_twice)
{
    const thaw_event once[] = {shop_event(1)}, twice[] = {shop_event(1), shop_event(1)};
    float first[16], second[16];
    expect(thaw_adapt(model, user, once, 1), THAW_OK);
    expect(thaw_user_posterior(model, user, NULL, first), THAW_OK);
    expect(thaw_adapt(model, user, twice, 2), THAW_OK);
    expect(thaw_user_posterior(model, user, NULL, second), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), 2);
    ck_assert(first[0] + first[5] + first[10] + first[15] > second[0] + second[5] + second[10] + second[15]);
}
END_TEST

START_TEST(unknown_features_and_invalid_numbers_are_refused)
{
    float mean[4];
    const thaw_event e = shop_event(1);
    const char *const names[] = {"age", "town"};
    expect(thaw_adapt(model, user, &e, 1), THAW_OK);
    expect(thaw_user_set_features(model, user, (const char *const[]){"shoe size"}, names, 1), THAW_E_UNKNOWN);
    reason("shoe size");
    expect(thaw_user_set_features(model, user, names, (const char *const[]){"old", "Ulm"}, 2), THAW_E_RANGE);
    reason("old");
    expect(thaw_user_set_features(model, user, names, (const char *const[]){"nan", "Ulm"}, 2), THAW_E_RANGE);
    expect(thaw_user_set_features(model, user, names, (const char *const[]){"1e39", "Ulm"}, 2), THAW_E_RANGE);
    ck_assert_int_eq(thaw_user_n_events(user), 1); /* unchanged so far */
    expect(thaw_user_set_features(model, user, names, (const char *const[]){"-1e30", "nowhere"}, 2), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), 0);
    expect(thaw_user_set_features(model, user, names, (const char *const[]){NULL, ""}, 2), THAW_OK);
    expect(thaw_user_posterior(model, user, mean, NULL), THAW_OK);
    for (int j = 0; j < 4; j++) ck_assert(mean[j] == 0);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("api user");
    TCase *tc = tcase_create("user");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, user_calls_refuse_null);
    tcase_add_test(tc, setting_features_refuses_null);
    tcase_add_test(tc, adapting_refuses_null);
    tcase_add_test(tc, user_bytes_refuse_null_and_bad_sizes);
    tcase_add_test(tc, an_event_names_a_catalogue_of_the_model);
    tcase_add_loop_test(tc, user_bytes_with_another_catalogue_are_damaged, 0, 2);
    tcase_add_loop_test(tc, user_bytes_that_are_no_posterior_are_damaged, 0, N(bad_posteriors));
    tcase_add_loop_test(tc, a_bad_event_leaves_the_user_unchanged, 0, N(events));
    tcase_add_test(tc, counts_and_offsets_are_checked);
    tcase_add_test(tc, a_duplicate_event_counts_twice);
    tcase_add_test(tc, unknown_features_and_invalid_numbers_are_refused);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
