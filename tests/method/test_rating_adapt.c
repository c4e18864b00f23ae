/* SPDX-License-Identifier: Apache-2.0
 * The posterior after a user's events, against the textbook: P = (I + X'X)^-1, m = m0 + P X't by Gaussian elimination
 * in float64. tests/posterior tests the Gaussian alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "elimination.h"
#include "model.h"
#include "planted.h"
#include "run_suite.h"
#include "rating_tasks.h"
#include "user.h"

enum { MOST_RANK = 64, MOST_EVENTS = 3 * MOST_RANK };

static const int ranks[] = {1, 5, 16, 17, 32, 64};
enum { N_RANKS = sizeof ranks / sizeof *ranks };

static thaw_model *model;
static thaw_user *user;
static thaw_event events[MOST_EVENTS];

static void begin(int rank, float half_life)
{
    thaw_config config = planted_config(NULL);
    config.rank = rank;
    config.passes = 3;
    config.half_life = half_life;
    model = planted_model(&planted_small, &config);
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
    for (int k = 0; k < MOST_EVENTS; k++) {
        planted_support(&planted_small, model, &events[k], k % planted_small.users, 1);
        events[k].item = (int64_t)(planted_uniform(5, 5, (uint64_t)k) * planted_small.items);
        events[k].time = floor(50 * planted_uniform(5, 6, (uint64_t)k)); /* not in order */
    }
}

static void end(void)
{
    thaw_user_free(user);
    thaw_model_free(model);
}

/* mean [d] and P [d, d] of the posterior after n events. */
static void oracle(int n, double *mean, double *P)
{
    const thaw__rating *rating = thaw__rating_of(model);
    const int d = model->rank;
    double *A = calloc((size_t)(d * (2 * d)), sizeof *A), h[MOST_RANK] = {0}, newest = -INFINITY;
    for (int k = 0; k < n; k++) newest = fmax(newest, events[k].time);
    for (int r = 0; r < d; r++) A[r * 2 * d + r] = A[r * 2 * d + d + r] = 1;
    for (int k = 0; k < n; k++) {
        const float *p = rating->item_embedding + events[k].item * model->stride;
        double weight = model->half_life > 0 ? pow(2, -(newest - events[k].time) / (double)model->half_life) : 1;
        double s2 = weight / (double)rating->rating_var[events[k].item];
        double miss = (double)thaw__link_score(&rating->link, events[k].value) - (double)rating->bias[events[k].item];
        for (int j = 0; j < d; j++) miss -= (double)p[j] * (double)user->posterior.prior[j];
        for (int r = 0; r < d; r++) {
            h[r] += s2 * miss * (double)p[r];
            for (int c = 0; c < d; c++) A[r * 2 * d + c] += s2 * (double)p[r] * (double)p[c];
        }
    }
    eliminate(A, d, d);
    for (int r = 0; r < d; r++) {
        mean[r] = (double)user->posterior.prior[r];
        for (int c = 0; c < d; c++) {
            P[r * d + c] = A[r * 2 * d + d + c];
            mean[r] += P[r * d + c] * h[c];
        }
    }
    free(A);
}

static void expect_oracle(int n)
{
    static double mean[MOST_RANK], P[MOST_RANK * MOST_RANK];
    static float m[MOST_RANK], C[MOST_RANK * MOST_RANK];
    oracle(n, mean, P);
    ck_assert_int_eq(thaw_user_posterior(model, user, m, C), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), n);
    const int d = model->rank;
    const double of_mean = largest_error(m, mean, d), of_P = largest_error(C, P, d * d);
    ck_assert_msg(of_mean < 1e-4, "mean is off by %g at rank %d, n %d", of_mean, d, n);
    ck_assert_msg(of_P < 1e-4, "covariance is off by %g at rank %d, n %d", of_P, d, n);
}

START_TEST(adapt_equals_the_textbook_posterior)
{
    begin(ranks[_i / 2], _i % 2 ? 20 : 0);
    const int most = 3 * model->rank;
    for (int n = 0; n <= most; n += n < 20 ? 1 : 17) {
        ck_assert_int_eq(thaw_adapt(model, user, events, n), THAW_OK);
        expect_oracle(n);
    }
    end();
}
END_TEST

START_TEST(observing_one_by_one_equals_adapting_to_all)
{
    begin(ranks[_i / 2], _i % 2 ? 20 : 0);
    const char *name = "group", *value = "v1";
    ck_assert_int_eq(thaw_user_set_features(model, user, &name, &value, 1), THAW_OK);
    for (int n = 1; n <= 3 * model->rank; n++) {
        ck_assert_int_eq(thaw_user_observe(model, user, &events[n - 1]), THAW_OK);
        if (n < 20 || n % 17 == 0) expect_oracle(n);
    }
    ck_assert_int_eq(thaw_adapt(model, user, events, 7), THAW_OK); /* few, all at once, and on from there */
    ck_assert_int_eq(thaw_user_observe(model, user, &events[7]), THAW_OK);
    expect_oracle(8);
    end();
}
END_TEST

START_TEST(many_users_at_once_equal_each_alone)
{
    enum { USERS = 53 };
    int64_t offsets[USERS + 1] = {0};
    thaw_event all[USERS * 40];
    float means[USERS * MOST_RANK], mean[MOST_RANK];
    begin(ranks[_i / 2], _i % 2 ? 20 : 0);
    for (int u = 0; u < USERS; u++) {
        int n = u % 11 == 0 ? 0 : u % 13 == 0 ? 40 : u % 9;
        memcpy(all + offsets[u], events + u, (size_t)n * sizeof *all);
        offsets[u + 1] = offsets[u] + n;
    }
    ck_assert_int_eq(thaw_adapt_many(model, user, means, all, offsets, USERS), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), 0);
    for (int u = 0; u < USERS; u++) {
        ck_assert_int_eq(thaw_adapt(model, user, all + offsets[u], offsets[u + 1] - offsets[u]), THAW_OK);
        ck_assert_int_eq(thaw_user_posterior(model, user, mean, NULL), THAW_OK);
        for (int j = 0; j < model->rank; j++)
            ck_assert_float_eq_tol(means[u * model->rank + j], mean[j], 1e-4f); /* means are of order 1 */
    }
    end();
}
END_TEST

START_TEST(no_events_are_the_prior)
{
    float mean[MOST_RANK], P[MOST_RANK * MOST_RANK];
    begin(16, 0);
    ck_assert_int_eq(thaw_adapt(model, user, NULL, 0), THAW_OK);
    ck_assert_int_eq(thaw_user_posterior(model, user, mean, P), THAW_OK);
    for (int r = 0; r < 16; r++) {
        ck_assert(mean[r] == 0);
        for (int c = 0; c < 16; c++) ck_assert(P[r * 16 + c] == (float)(r == c));
    }
    end();
}
END_TEST

START_TEST(features_move_the_prior_and_unknown_ones_do_not)
{
    const char *name = "group", *v1 = "v1", *none = "never seen", *empty = "";
    float mean[MOST_RANK], size = 0;
    begin(16, 0);
    ck_assert_int_eq(thaw_user_set_features(model, user, &name, &v1, 1), THAW_OK);
    ck_assert_int_eq(thaw_user_posterior(model, user, mean, NULL), THAW_OK);
    for (int j = 0; j < 16; j++) size += fabsf(mean[j]);
    ck_assert(size > 0.01f);
    for (int k = 0; k < 2; k++) {
        ck_assert_int_eq(thaw_user_set_features(model, user, &name, k ? &none : &empty, 1), THAW_OK);
        ck_assert_int_eq(thaw_user_posterior(model, user, mean, NULL), THAW_OK);
        for (int j = 0; j < 16; j++) ck_assert(mean[j] == 0);
    }
    end();
}
END_TEST

START_TEST(a_saved_or_copied_user_is_the_same_user)
{
    char bytes[32768];
    int64_t size;
    float a[MOST_RANK], b[MOST_RANK], A[MOST_RANK * MOST_RANK], B[MOST_RANK * MOST_RANK];
    begin(ranks[_i / 2], _i % 2 ? 20 : 0);
    ck_assert_int_eq(thaw_adapt(model, user, events, 5), THAW_OK);
    thaw_user *other[2];
    ck_assert_int_eq(thaw_user_save(user, bytes, sizeof bytes, &size), THAW_OK);
    ck_assert_int_eq(thaw_user_load(&other[0], model, bytes, size), THAW_OK);
    ck_assert_int_eq(thaw_user_copy(&other[1], user), THAW_OK);
    for (int k = 0; k < 2; k++) {
        ck_assert_int_eq(thaw_user_observe(model, other[k], &events[9]), THAW_OK);
        ck_assert_int_eq(thaw_user_posterior(model, other[k], k ? b : a, k ? B : A), THAW_OK);
    }
    for (int j = 0; j < model->rank; j++) ck_assert_float_eq_tol(a[j], b[j], 1e-5f);
    for (int j = 0; j < model->rank * model->rank; j++) ck_assert_float_eq_tol(A[j], B[j], 1e-5f);
    thaw_user_free(other[0]);
    thaw_user_free(other[1]);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rating adapt");
    TCase *tc = tcase_create("belief");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, adapt_equals_the_textbook_posterior, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, observing_one_by_one_equals_adapting_to_all, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, many_users_at_once_equal_each_alone, 0, 2 * N_RANKS);
    tcase_add_loop_test(tc, a_saved_or_copied_user_is_the_same_user, 0, 2 * N_RANKS);
    tcase_add_test(tc, no_events_are_the_prior);
    tcase_add_test(tc, features_move_the_prior_and_unknown_ones_do_not);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
