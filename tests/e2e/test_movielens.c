/* SPDX-License-Identifier: Apache-2.0
 * End to end through thaw.h on MovieLens-100k, from THAW_DATA_ROOT or ../shared/data beside the source. A tenth of the
 * users is held out; for each, K ratings are known and ten others are predicted. Skipped if the data is absent. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "thaw/thaw.h"

enum { QUERY = 10, MOST = 1000, SUPPORT = 5 };

static thaw_data *all, *train, *test;
static thaw_threads *threads;
static thaw_model *model;

static const char *path_of(const char *name)
{
    static char path[1000];
    const char *root = getenv("THAW_DATA_ROOT");
    snprintf(path, sizeof path, "%s/ml-100k/%s", root ? root : THAW_SOURCE_DIR "/../shared/data", name);
    return path;
}

static int absent(void)
{
    FILE *file = fopen(path_of("ml-100k.inter"), "rb");
    if (file) fclose(file);
    else printf("skip: %s does not exist\n", path_of("ml-100k.inter"));
    return !file;
}

static void must(thaw_status st)
{
    ck_assert_msg(st == THAW_OK, "%s: %s", thaw_status_text(st), thaw_last_error());
}

static void read_tables(void)
{
    static const char *const names[] = {"ml-100k.inter", "ml-100k.item", "ml-100k.user"};
    thaw_read_options options;
    must(thaw_data_create(&all, NULL));
    must(thaw_read_options_init(&options, sizeof options));
    for (int32_t table = THAW_TABLE_EVENTS; table <= THAW_TABLE_USERS; table++) {
        options.table = table;
        must(thaw_data_read(all, path_of(names[table]), &options));
    }
}

static void pretrain(void)
{
    thaw_config config;
    must(thaw_config_init(&config, sizeof config));
    must(thaw_threads_create(&threads, 2));
    must(thaw_threads_parallel(threads, &config.parallel));
    must(thaw_config_set(&config, "rank", "16"));
    must(thaw_model_create(&model, &config, train));
    must(thaw_pretrain(model, NULL, train, NULL, NULL));
}

static void teardown(void)
{
    thaw_model_free(model);
    thaw_threads_free(threads);
    thaw_data_free(all);
    thaw_data_free(train);
    thaw_data_free(test);
}

/* For each item the mean of its training ratings, shrunk towards the mean of all with 5 pseudo-ratings. */
static double *item_means(int64_t n_items, double mean)
{
    double *sum = calloc((size_t)n_items, sizeof *sum), *count = calloc((size_t)n_items, sizeof *count);
    for (int64_t e = 0; e < thaw_data_n_events(train); e++) {
        thaw_event_view view;
        int64_t row;
        must(thaw_data_event(train, &view, e));
        must(thaw_model_item_row(model, &row, view.item));
        sum[row] += (double)view.value;
        count[row]++;
    }
    for (int64_t i = 0; i < n_items; i++) sum[i] = (sum[i] + 5 * mean) / (count[i] + 5);
    free(count);
    return sum;
}

static void shuffle(thaw_event *events, int64_t n, uint64_t seed)
{
    uint64_t x = seed * 0x9E3779B97F4A7C15u + 1;
    for (int64_t k = n - 1; k > 0; k--) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const int64_t other = (int64_t)((x >> 33) % (uint64_t)(k + 1));
        const thaw_event swap = events[k];
        events[k] = events[other];
        events[other] = swap;
    }
}

/* The events of the test user that begin at *at; advances *at to the next user. */
static int64_t next_user(thaw_event *events, const int64_t *order, int64_t *at)
{
    thaw_event_view first, view;
    int64_t n = 0;
    must(thaw_data_event(test, &first, order[*at]));
    for (; *at < thaw_data_n_events(test); (*at)++) {
        must(thaw_data_event(test, &view, order[*at]));
        if (strcmp(view.user, first.user) != 0) break;
        if (n == MOST) continue;
        events[n] = (thaw_event){.value = view.value, .time = view.time};
        must(thaw_model_item_row(model, &events[n++].item, view.item));
    }
    return n;
}

static int by_user(const void *a, const void *b)
{
    thaw_event_view x, y;
    must(thaw_data_event(test, &x, *(const int64_t *)a));
    must(thaw_data_event(test, &y, *(const int64_t *)b));
    const int order = strcmp(x.user, y.user);
    return order ? order : (*(const int64_t *)a > *(const int64_t *)b) - (*(const int64_t *)a < *(const int64_t *)b);
}

typedef struct errors {
    double baseline, cold, adapted; /* sums of absolute errors */
    double inside, n;
} errors;

static void add_errors(errors *sum, thaw_user *user, const thaw_event *query, const double *means)
{
    for (int k = 0; k < QUERY; k++) {
        float mean, variance;
        must(thaw_score(model, user, &mean, &variance, &query[k].item, 1));
        const double miss = fabs((double)(mean - query[k].value));
        if (thaw_user_n_events(user) == 0) {
            sum->cold += miss;
            sum->baseline += fabs(means[query[k].item] - (double)query[k].value);
            continue;
        }
        sum->adapted += miss;
        sum->inside += miss <= 1.645 * sqrt((double)variance);
        sum->n++;
    }
}

static errors evaluate(const double *means)
{
    errors sum = {0};
    thaw_user *user;
    static thaw_event events[MOST];
    const int64_t n_events = thaw_data_n_events(test);
    int64_t *order = malloc((size_t)n_events * sizeof *order);
    for (int64_t e = 0; e < n_events; e++) order[e] = e;
    qsort(order, (size_t)n_events, sizeof *order, by_user);
    must(thaw_user_create(&user, model));
    for (int64_t at = 0; at < n_events;) {
        const int64_t n = next_user(events, order, &at);
        if (n < SUPPORT + QUERY) continue;
        for (uint64_t seed = 1; seed <= 5; seed++) {
            shuffle(events, n, seed * 1000 + (uint64_t)at);
            must(thaw_adapt(model, user, NULL, 0));
            add_errors(&sum, user, events + SUPPORT, means);
            must(thaw_adapt(model, user, events, SUPPORT));
            add_errors(&sum, user, events + SUPPORT, means);
        }
    }
    thaw_user_free(user);
    free(order);
    return sum;
}

START_TEST(five_ratings_of_a_new_user_beat_none_and_the_item_means)
{
    if (absent()) return;
    thaw_model_info info;
    read_tables();
    must(thaw_data_split(all, &train, &test, NULL));
    pretrain();
    must(thaw_model_info_init(&info, sizeof info));
    must(thaw_model_get_info(model, &info));
    double *means = item_means(info.items, info.mean);
    const errors e = evaluate(means);
    free(means);
    printf("ml-100k: MAE %.4f by item means, %.4f before and %.4f after %d ratings; "
           "%.3f of %.0f within the 90 %% interval\n",
           e.baseline / e.n, e.cold / e.n, e.adapted / e.n, SUPPORT, e.inside / e.n, e.n);
    ck_assert(e.n > 3000);
    ck_assert(e.adapted < 0.98 * e.cold);
    ck_assert(e.adapted < 0.98 * e.baseline);
    ck_assert(e.inside > 0.86 * e.n && e.inside < 0.94 * e.n);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e");
    TCase *tc = tcase_create("movielens");
    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, five_ratings_of_a_new_user_beat_none_and_the_item_means);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
