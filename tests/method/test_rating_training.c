/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "variational_em.h"
#include "planted.h"
#include "run_suite.h"

static const planted shop = {.users = 600, .items = 60, .per_user = 25, .noise = 0.5, .seed = 3};

/* Root mean square error and coverage of the 90 % interval on users from..to: the first `support` ratings are known. */
static double held_out_rmse(const thaw_model *m, int from, int to, int support, double *coverage)
{
    double square = 0, inside = 0, n = 0;
    thaw_event events[64];
    thaw_user *user;
    ck_assert_int_eq(thaw_user_create(&user, m), THAW_OK);
    for (int u = from; u < to; u++) {
        planted_support(&shop, m, events, u, shop.per_user);
        ck_assert_int_eq(thaw_adapt(m, user, events, support), THAW_OK);
        for (int k = support; k < shop.per_user; k++) {
            float mean, variance;
            ck_assert_int_eq(thaw_score(m, user, &mean, &variance, &events[k].item, 1), THAW_OK);
            double miss = (double)(mean - events[k].value);
            square += miss * miss;
            inside += fabs(miss) <= 1.645 * sqrt((double)variance);
            n++;
        }
    }
    thaw_user_free(user);
    if (coverage) *coverage = inside / n;
    return sqrt(square / n);
}

static thaw_model *trained_on(int users, const thaw_config *config)
{
    thaw_data *data = planted_data(&shop, NULL, 0, users);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_data_free(data);
    return m;
}

static int64_t image_of(const thaw_model *m, char **bytes)
{
    int64_t size;
    ck_assert_int_eq(thaw_model_save_buffer(m, NULL, 0, &size), THAW_E_SPACE);
    *bytes = malloc((size_t)size);
    ck_assert_int_eq(thaw_model_save_buffer(m, *bytes, size, &size), THAW_OK);
    return size;
}

static void expect_same_bits(const thaw_model *a, const thaw_model *b)
{
    char *x, *y;
    int64_t n = image_of(a, &x);
    ck_assert_int_eq(image_of(b, &y), n);
    ck_assert_int_eq(memcmp(x, y, (size_t)n), 0);
    free(x);
    free(y);
}

START_TEST(recovers_planted_tastes_of_new_users)
{
    /* Rounding adds 1/12 to the noise: sqrt(0.25 + 0.083) = 0.58. Ratings have a standard deviation of about 1.1. */
    thaw_config config = planted_config(NULL);
    thaw_model *m = trained_on(500, &config);
    double coverage, cold = held_out_rmse(m, 500, 600, 0, NULL), warm = held_out_rmse(m, 500, 600, 15, &coverage);
    ck_assert_msg(warm < 0.72, "rmse %g", warm);
    ck_assert_msg(warm < 0.8 * cold, "rmse %g after, %g before", warm, cold);
    ck_assert_msg(coverage > 0.85 && coverage < 0.95, "coverage %g", coverage);
    thaw_model_free(m);
}
END_TEST

typedef struct history {
    double rmse[64];
    int n, stop_at;
} history;

static int32_t record(void *ctx, const thaw_report *report)
{
    history *h = ctx;
    if (report->pass == h->n) return 0; /* between two passes */
    h->rmse[h->n++] = report->train_rmse;
    ck_assert_int_eq(report->pass, h->n);
    ck_assert(isnan(report->loss));
    return h->n == h->stop_at;
}

START_TEST(error_falls_from_pass_to_pass)
{
    history h = {.stop_at = -1};
    thaw_config config = planted_config(NULL);
    thaw_data *data = planted_data(&shop, NULL, 0, 500);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, record, &h), THAW_OK);
    ck_assert_int_eq(h.n, config.passes);
    for (int k = 1; k < h.n; k++) ck_assert_msg(h.rmse[k] < h.rmse[k - 1] + 2e-3, "pass %d: %g", k, h.rmse[k]);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

START_TEST(the_same_bits_on_any_number_of_threads)
{
    thaw_config config = planted_config(NULL);
    thaw_model *one = trained_on(300, &config);
    for (int n = 1; n <= 3; n++) {
        thaw_threads *threads;
        ck_assert_int_eq(thaw_threads_create(&threads, n), THAW_OK);
        ck_assert_int_eq(thaw_threads_parallel(threads, &config.parallel), THAW_OK);
        thaw_model *many = trained_on(300, &config);
        expect_same_bits(one, many);
        thaw_model_free(many);
        thaw_threads_free(threads);
    }
    thaw_model_free(one);
}
END_TEST

START_TEST(steps_over_all_users_are_passes)
{
    thaw_config config = planted_config(NULL);
    thaw_model *passes = trained_on(200, &config), *steps;
    thaw_data *data = planted_data(&shop, NULL, 0, 200);
    thaw_report report;
    ck_assert_int_eq(thaw_report_init(&report, sizeof report), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&steps, &config, data), THAW_OK);
    for (int k = 0; k < config.passes; k++)
        ck_assert_int_eq(thaw_pretrain_step(steps, &report, data, NULL, 0), THAW_OK);
    ck_assert_int_eq(report.steps, config.passes);
    expect_same_bits(passes, steps);
    thaw_model_free(passes);
    thaw_model_free(steps);
    thaw_data_free(data);
}
END_TEST

START_TEST(batches_come_close_to_whole_passes)
{
    thaw_config config = planted_config(NULL);
    thaw_model *whole = trained_on(500, &config);
    config.batch_users = 100;
    thaw_model *batches = trained_on(500, &config);
    double a = held_out_rmse(whole, 500, 600, 10, NULL), b = held_out_rmse(batches, 500, 600, 10, NULL);
    ck_assert_msg(b < 1.05 * a, "whole %g, batches %g", a, b);
    thaw_model_free(whole);
    thaw_model_free(batches);
}
END_TEST

START_TEST(contributions_of_two_halves_add_up)
{
    thaw_config config = planted_config(NULL);
    config.passes = 4;
    thaw_model *m = trained_on(100, &config);
    thaw_data *data = planted_data(&shop, NULL, 0, 100);
    thaw__rating_sums all, halves;
    int64_t users[100];
    for (int u = 0; u < 100; u++) users[u] = u;
    ck_assert_int_eq(thaw__rating_sums_init(&all, m), THAW_OK);
    ck_assert_int_eq(thaw__rating_sums_init(&halves, m), THAW_OK);
    for (int part = 0; part < 3; part++) {
        thaw__rating_tasks tasks;
        int64_t first = part == 2 ? 50 : 0, n = part ? 50 : 100;
        /* rows of data's users: keys were added in the order of their features, "u0" first */
        ck_assert_int_eq(thaw__rating_tasks_build(&tasks, m, data, users + first, n), THAW_OK);
        ck_assert_int_eq(thaw__rating_e_step(m, part ? &halves : &all, &tasks), THAW_OK);
        thaw__rating_tasks_free(&tasks);
    }
    ck_assert(all.users == halves.users && all.events == halves.events);
    for (int64_t k = 0; k < all.n_items * all.packed; k++)
        ck_assert_float_eq_tol(all.ww[k], halves.ww[k], 1e-4f * (1 + fabsf(all.ww[k])));
    for (int k = 0; k < m->rank * m->rank; k++)
        ck_assert_double_eq_tol(all.scatter[k], halves.scatter[k], 1e-6 * (1 + fabs(all.scatter[k])));
    thaw__rating_sums_free(&all, &m->config.allocator);
    thaw__rating_sums_free(&halves, &m->config.allocator);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

START_TEST(the_space_stays_white)
{
    /* After a step users' residuals should have unit covariance: their scatter in the next E-step is near users * I. */
    thaw_config config = planted_config(NULL);
    config.passes = 20;
    thaw_model *m = trained_on(500, &config);
    thaw_data *data = planted_data(&shop, NULL, 0, 500);
    thaw__rating_sums sum;
    thaw__rating_tasks tasks;
    int64_t users[500];
    for (int u = 0; u < 500; u++) users[u] = u;
    ck_assert_int_eq(thaw__rating_sums_init(&sum, m), THAW_OK);
    ck_assert_int_eq(thaw__rating_tasks_build(&tasks, m, data, users, 500), THAW_OK);
    ck_assert_int_eq(thaw__rating_e_step(m, &sum, &tasks), THAW_OK);
    for (int r = 0; r < m->rank; r++)
        for (int c = 0; c <= r; c++) ck_assert_double_eq_tol(sum.scatter[r * m->rank + c] / 500, r == c, 0.1);
    thaw__rating_tasks_free(&tasks);
    thaw__rating_sums_free(&sum, &m->config.allocator);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

START_TEST(validation_keeps_the_best_pass)
{
    thaw_config config = planted_config(NULL);
    thaw_report report;
    ck_assert_int_eq(thaw_report_init(&report, sizeof report), THAW_OK);
    config.valid_users = 0.2f;
    config.passes = 30;
    config.patience = 2;
    thaw_data *data = planted_data(&shop, NULL, 0, 300);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, &report, data, NULL, NULL), THAW_OK);
    thaw_model_info info;
    ck_assert_int_eq(thaw_model_info_init(&info, sizeof info), THAW_OK);
    ck_assert_int_eq(thaw_model_get_info(m, &info), THAW_OK);
    ck_assert_int_eq(info.trained_users, 240);
    ck_assert(report.best_mae <= report.valid_mae && report.best_mae < 0.8);
    if (report.pass < config.passes) ck_assert_int_eq(info.steps, report.pass - config.patience);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

START_TEST(cancelling_leaves_a_usable_model)
{
    history h = {.stop_at = 3};
    thaw_config config = planted_config(NULL);
    thaw_data *data = planted_data(&shop, NULL, 0, 100);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, record, &h), THAW_E_CANCELLED);
    ck_assert_int_eq(h.n, 3);
    ck_assert(held_out_rmse(m, 0, 20, 10, NULL) < 1.2);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

START_TEST(new_items_are_scored_by_their_features)
{
    thaw_config config = planted_config(NULL);
    thaw_model *m = trained_on(500, &config);
    thaw_data *more;
    const char *keys[2] = {"new0", "new1"}, *kinds[2] = {"v0", "v1"};
    int64_t added, rows[2];
    ck_assert_int_eq(thaw_data_create(&more, NULL), THAW_OK);
    ck_assert_int_eq(thaw_data_add_feature(more, THAW_TABLE_ITEMS, "kind", THAW_TYPE_TOKEN, keys, kinds, 2), THAW_OK);
    thaw_user *user;
    ck_assert_int_eq(thaw_user_create(&user, m), THAW_OK);
    ck_assert_int_eq(thaw_model_add_items(m, &added, more), THAW_OK);
    ck_assert_int_eq(added, 2);
    /* A user who gives 5 to everything of kind 0 and 1 to kind 1, adapted after the items came; made before. */
    thaw_event events[12];
    for (int k = 0; k < 12; k++) {
        char key[16];
        snprintf(key, sizeof key, "i%d", k / 2 * PLANTED_KINDS + k % 2);
        events[k] = (thaw_event){.value = k % 2 ? 1 : 5};
        ck_assert_int_eq(thaw_model_item_row(m, &events[k].item, key), THAW_OK);
    }
    ck_assert_int_eq(thaw_adapt(m, user, events, 12), THAW_OK);
    float mean[2], variance[2];
    for (int k = 0; k < 2; k++) ck_assert_int_eq(thaw_model_item_row(m, &rows[k], keys[k]), THAW_OK);
    ck_assert_int_eq(thaw_score(m, user, mean, variance, rows, 2), THAW_OK);
    ck_assert_msg(mean[0] > mean[1] + 0.5f, "%g, %g", (double)mean[0], (double)mean[1]);
    ck_assert_int_eq(thaw_model_add_items(m, &added, more), THAW_OK);
    ck_assert_int_eq(added, 0);
    thaw_user_free(user);
    thaw_data_free(more);
    thaw_model_free(m);
}
END_TEST

START_TEST(wrong_data_are_refused_and_change_nothing)
{
    thaw_config config = planted_config(NULL);
    thaw_model *m = trained_on(100, &config);
    char *before, *after;
    int64_t n = image_of(m, &before);
    static const struct {
        const char *item, *event;
        float value;
        thaw_status want;
    } wrong[] = {{"unheard of", "rating", 3, THAW_E_UNKNOWN},
                 {"i1", "applause", 3, THAW_E_UNKNOWN},
                 {"i1", "rating", 6, THAW_E_RANGE},
                 {"i1", "rating", -1, THAW_E_RANGE},
                 {"i1", "rating", NAN, THAW_E_RANGE}}; /* no rating: none of the users has one */
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        thaw_data *data;
        const char *user = "somebody";
        thaw_event_columns columns;
        ck_assert_int_eq(thaw_event_columns_init(&columns, sizeof columns), THAW_OK);
        columns.users = &user;
        columns.items = &wrong[k].item;
        columns.events = &wrong[k].event;
        columns.values = &wrong[k].value;
        ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
        ck_assert_int_eq(thaw_data_add_events(data, &columns, 1), THAW_OK);
        ck_assert_int_eq(thaw_pretrain_step(m, NULL, data, NULL, 0), wrong[k].want);
        thaw_data_free(data);
    }
    thaw_data *data = planted_data(&shop, NULL, 0, 10);
    const int64_t rows[][2] = {{0, 0}, {0, -1}, {0, 1 << 30}};
    for (int k = 0; k < 3; k++) ck_assert_int_eq(thaw_pretrain_step(m, NULL, data, rows[k], 2), THAW_E_RANGE);
    thaw_data_free(data);
    ck_assert_int_eq(image_of(m, &after), n);
    ck_assert_int_eq(memcmp(before, after, (size_t)n), 0);
    free(before);
    free(after);
    thaw_model_free(m);
}
END_TEST

START_TEST(out_of_memory_anywhere_leaves_the_model_as_it_was)
{
    static const planted tiny = {.users = 12, .items = 8, .per_user = 5, .noise = 0.3, .seed = 1};
    failing_alloc f;
    thaw_data *data = planted_data(&tiny, NULL, 0, 12);
    for (long n = 1, refused = 1; refused; n++) {
        failing_alloc_init(&f, 0);
        thaw_config config = planted_config(&f.allocator);
        config.rank = 2;
        config.valid_users = 0.25f;
        thaw_model *m = NULL;
        char *before, *after;
        ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
        int64_t size = image_of(m, &before);
        f.refuse = f.requests + n;
        thaw_status st = n % 2 ? thaw_pretrain_step(m, NULL, data, NULL, 0)
                               : thaw_pretrain_step(m, NULL, data, (int64_t[]){1, 2}, 2);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        if (refused) {
            ck_assert_int_eq(image_of(m, &after), size);
            ck_assert_int_eq(memcmp(before, after, (size_t)size), 0);
            free(after);
            f.refuse = 0;
            ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
        }
        free(before);
        thaw_model_free(m);
        ck_assert_int_eq(f.live, 0);
    }
    thaw_data_free(data);
}
END_TEST

START_TEST(out_of_memory_in_a_whole_training_is_a_status)
{
    static const planted tiny = {.users = 12, .items = 8, .per_user = 5, .noise = 0.3, .seed = 1};
    failing_alloc f;
    thaw_data *data = planted_data(&tiny, NULL, 0, 12);
    for (long n = 1, refused = 1; refused; n += 1 + n / 60) {
        failing_alloc_init(&f, n);
        thaw_config config = planted_config(&f.allocator);
        config.rank = 2;
        config.passes = 2;
        config.valid_users = 0.25f;
        config.batch_users = n % 3 ? 0 : 4;
        thaw_model *m = NULL;
        thaw_status st = thaw_model_create(&m, &config, data);
        if (st == THAW_OK) st = thaw_pretrain(m, NULL, data, NULL, NULL);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        thaw_model_free(m);
        ck_assert_int_eq(f.live, 0);
    }
    thaw_data_free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rating training");
    TCase *tc = tcase_create("training");
    tcase_set_timeout(tc, 240);
    tcase_add_test(tc, recovers_planted_tastes_of_new_users);
    tcase_add_test(tc, error_falls_from_pass_to_pass);
    tcase_add_test(tc, the_same_bits_on_any_number_of_threads);
    tcase_add_test(tc, steps_over_all_users_are_passes);
    tcase_add_test(tc, batches_come_close_to_whole_passes);
    tcase_add_test(tc, contributions_of_two_halves_add_up);
    tcase_add_test(tc, the_space_stays_white);
    tcase_add_test(tc, validation_keeps_the_best_pass);
    tcase_add_test(tc, cancelling_leaves_a_usable_model);
    tcase_add_test(tc, new_items_are_scored_by_their_features);
    tcase_add_test(tc, wrong_data_are_refused_and_change_nothing);
    tcase_add_test(tc, out_of_memory_anywhere_leaves_the_model_as_it_was);
    tcase_add_test(tc, out_of_memory_in_a_whole_training_is_a_status);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
