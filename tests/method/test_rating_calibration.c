/* SPDX-License-Identifier: Apache-2.0
 * Ratings that are exactly what the model assumes: Gaussian bases, loadings, users and noise, not rounded and not cut
 * off. */
#include <math.h>
#include <stdio.h>

#include "planted.h"
#include "run_suite.h"

enum { USERS = 700, TRAINED = 500, ITEMS = 50, RATED = 24, RANK = 3 };

static const double noise = 0.6;

/* Standard normal by the place in the plan. */
static double normal(uint64_t kind, uint64_t a, uint64_t b)
{
    const double u = planted_uniform(100 + kind, a, b), v = planted_uniform(200 + kind, a, b);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

static int item_of(int u, int k)
{
    static const int steps[] = {1, 3, 7, 9, 11, 13, 17}; /* prime to 50: no item twice */
    return (u * 7 + k * steps[u % 7]) % ITEMS;
}

static double truth(int u, int i)
{
    double y = 3 + 0.5 * normal(1, (uint64_t)i, 0) + 0.4 * normal(2, (uint64_t)u, 0);
    for (uint64_t j = 0; j < RANK; j++) y += 0.4 * normal(3 + j, (uint64_t)i, 1) * normal(8 + j, (uint64_t)u, 2);
    return y;
}

static float rating(int u, int i)
{
    return (float)(truth(u, i) + noise * normal(20, (uint64_t)u, (uint64_t)i));
}

static thaw_model *model;

static void setup(void)
{
    char keys[2][16];
    const char *const user = keys[0], *const item = keys[1];
    thaw_data *data;
    thaw_config config;
    thaw_event_columns columns;
    ck_assert_int_eq(thaw_config_init(&config, sizeof config), THAW_OK);
    ck_assert_int_eq(thaw_event_columns_init(&columns, sizeof columns), THAW_OK);
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    columns.users = &user;
    columns.items = &item;
    for (int u = 0; u < TRAINED; u++)
        for (int k = 0; k < RATED; k++) {
            const int i = item_of(u, k);
            const float value = rating(u, i);
            snprintf(keys[0], sizeof keys[0], "u%d", u);
            snprintf(keys[1], sizeof keys[1], "i%d", i);
            columns.values = &value;
            ck_assert_int_eq(thaw_data_add_events(data, &columns, 1), THAW_OK);
        }
    config.rank = RANK + 1;
    config.rating_min = -10;
    config.rating_max = 16;
    ck_assert_int_eq(thaw_model_create(&model, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(model, NULL, data, NULL, NULL), THAW_OK);
    thaw_data_free(data);
}

static void teardown(void)
{
    thaw_model_free(model);
}

typedef struct outcome {
    double inside, expected, square, n; /* counts, summed variances, squared misses of ratings */
    double miss;                        /* squared misses of what is behind the ratings */
} outcome;

static outcome held_out(int support)
{
    outcome o = {0};
    thaw_user *user;
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
    for (int u = TRAINED; u < USERS; u++) {
        thaw_event events[RATED];
        for (int k = 0; k < RATED; k++) {
            char key[16];
            snprintf(key, sizeof key, "i%d", item_of(u, k));
            events[k] = (thaw_event){.value = rating(u, item_of(u, k))};
            ck_assert_int_eq(thaw_model_item_row(model, &events[k].item, key), THAW_OK);
        }
        ck_assert_int_eq(thaw_adapt(model, user, events, support), THAW_OK);
        for (int k = support; k < RATED; k++) {
            float mean, variance;
            ck_assert_int_eq(thaw_score(model, user, &mean, &variance, &events[k].item, 1), THAW_OK);
            const double error = (double)(mean - events[k].value), gap = (double)mean - truth(u, item_of(u, k));
            o.inside += fabs(error) <= 1.645 * sqrt((double)variance);
            o.expected += (double)variance;
            o.square += error * error;
            o.miss += gap * gap;
            o.n++;
        }
    }
    thaw_user_free(user);
    return o;
}

static const int supports[] = {0, 1, 5, 12, 20};

START_TEST(the_90_percent_interval_holds_85_to_95_percent)
{
    const outcome o = held_out(supports[_i]);
    printf("%2d known: 90 %% interval holds %.3f, rmse %.3f, said %.3f\n", supports[_i], o.inside / o.n,
           sqrt(o.square / o.n), sqrt(o.expected / o.n));
    ck_assert(o.inside > 0.85 * o.n && o.inside < 0.95 * o.n);
}
END_TEST

/* What is behind the ratings becomes known; the noise stays. */
START_TEST(with_many_ratings_the_error_nears_the_noise)
{
    const outcome few = held_out(0), many = held_out(20);
    ck_assert(sqrt(many.square / many.n) < 1.15 * noise);
    ck_assert(many.miss / many.n < 0.5 * few.miss / few.n);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rating calibration");
    TCase *tc = tcase_create("calibration");
    tcase_set_timeout(tc, 240);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, the_90_percent_interval_holds_85_to_95_percent, 0, 5);
    tcase_add_test(tc, with_many_ratings_the_error_nears_the_noise);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
