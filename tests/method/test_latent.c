/* SPDX-License-Identifier: Apache-2.0
 * Low-rank term of a ranking: its schedules, serving against training, the prior of features.
 * */
#include <math.h>
#include <stdio.h>

#include "latent.h"
#include "ranking_adapt.h"
#include "ring_episode.h"
#include "run_suite.h"

START_TEST(slopes_of_the_posterior_are_those_of_finite_differences)
{
    ring_episode r;
    ring_episode_open(&r, _i);
    ring_episode_differentiate(&r);
    ring_episode_check_schedule(&r, THAW__UNOBSERVED_PRECISION, 1);
    ring_episode_check_schedule(&r, THAW__RIDGE, 1);
    ring_episode_check_schedule(&r, THAW__PRIOR_SHARE, 1);
    ring_episode_check_schedule(&r, THAW__GAIN, 1);
    ck_assert(r.slope[THAW__SLOPE_BACKWARD] != 0);
    ring_episode_check(&r, THAW__SLOPE_BACKWARD, 1);
    ring_episode_close(&r);
}
END_TEST

/* Serving whitens and uses the dual system, training factors the whole; float32 over a few steps. */
START_TEST(serving_and_training_have_the_same_posterior)
{
    thaw_model *m = ring_model("");
    thaw_user *u;
    thaw_event e[12];
    thaw__support_weights support;
    const int n = 1 + 3 * _i; /* up to more items than rank */
    float w[16] __attribute__((aligned(64))), factor[5 * 16] __attribute__((aligned(64)));
    for (int k = 0; k < n; k++) {
        char key[8];
        snprintf(key, sizeof key, "i%d", 3 * k % ITEMS);
        e[k] = event_of(m, key, k % 2 ? "view" : "purchase", k);
    }
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, n), THAW_OK);
    thaw__support_weights_read(&support, thaw__ranking_of(m), e, n);
    ck_assert_int_eq(thaw__latent_solve(w, factor, m, &support, NULL), 0);
    const float gain = thaw__schedule_at(thaw__ranking_of(m), THAW__GAIN, support.interpolation);
    float largest = 0;
    for (int c = 0; c < 5; c++) largest = fmaxf(largest, fabsf(gain * w[c]));
    for (int c = 0; c < 5; c++) ck_assert_float_eq_tol(u->posterior.mean[c], gain * w[c], 1e-3f * largest + 1e-6f);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

/* The prior mean of a new user from the feature home, before and after the first event, and after loading. */
START_TEST(features_count_before_the_first_event_and_less_after_it)
{
    thaw_model *m = ring_model("");
    thaw_user *u, *back;
    const char *const names[] = {"home"}, *const values[] = {"east"};
    float before[ITEMS], after[ITEMS], plain[ITEMS], sum[3] = {0};
    int64_t rows[ITEMS], size;
    char bytes[512];
    const thaw_event e = event_of(m, "i25", "purchase", 1);
    for (int i = 0; i < ITEMS; i++) {
        char key[8];
        snprintf(key, sizeof key, "i%d", i);
        ck_assert_int_eq(thaw_model_item_row(m, &rows[i], key), THAW_OK);
    }
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, plain, NULL, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_user_set_features(m, u, names, values, 1), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, before, NULL, rows, ITEMS), THAW_OK);
    /* Homes begin a little later, because walks go on. */
    for (int i = 0; i < ITEMS; i++) sum[(i + 26) % ITEMS / 10] += before[i] - plain[i];
    ck_assert_msg(sum[1] > sum[0] && sum[1] > sum[2], "thirds of the ring gain %g, %g, %g", (double)sum[0],
                  (double)sum[1], (double)sum[2]);
    ck_assert_int_eq(thaw_user_observe(m, u, &e), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, after, NULL, rows, ITEMS), THAW_OK);
    ck_assert(after[(25 + 1) % ITEMS] > before[(25 + 1) % ITEMS]);
    ck_assert_int_eq(thaw_user_save(u, bytes, sizeof bytes, &size), THAW_OK);
    ck_assert_int_eq(thaw_user_load(&back, m, bytes, size), THAW_OK);
    ck_assert_int_eq(thaw_score(m, back, before, NULL, rows, ITEMS), THAW_OK);
    ck_assert_mem_eq(before, after, sizeof after);
    bytes[64] ^= 1;
    thaw_user_free(back);
    ck_assert_int_eq(thaw_user_load(&back, m, bytes, size), THAW_E_FORMAT);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking ranking latent");
    TCase *tc = tcase_create("ranking latent");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_the_posterior_are_those_of_finite_differences, 0, RING_CASES);
    tcase_add_loop_test(tc, serving_and_training_have_the_same_posterior, 0, 4);
    tcase_add_test(tc, features_count_before_the_first_event_and_less_after_it);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
