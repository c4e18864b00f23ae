/* SPDX-License-Identifier: Apache-2.0
 * A model in production: copies, updates of a ranking, retired items.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "little_shop.h"
#include "run_suite.h"

enum { USERS = 60, ITEMS = 30, STEPS = 8 };

/* User u views STEPS consecutive items; the last one is `last_item` if it is given. */
static void add_events(thaw_data *data, int first, int n, const char *last_item)
{
    for (int u = first; u < first + n; u++) {
        for (int k = 0; k < STEPS; k++) {
            char user[16], item[16];
            const char *users[] = {user}, *items[] = {item}, *events[] = {"view"};
            const double times[] = {k};
            thaw_event_columns c;
            ck_assert_int_eq(thaw_event_columns_init(&c, sizeof c), THAW_OK);
            snprintf(user, sizeof user, "u%d", u);
            snprintf(item, sizeof item, "i%d", (u * 7 % ITEMS + k * (1 + u % 2)) % ITEMS);
            if (last_item && k == STEPS - 1) snprintf(item, sizeof item, "%s", last_item);
            c.users = users, c.items = items, c.events = events, c.times = times;
            ck_assert_int_eq(thaw_data_add_events(data, &c, 1), THAW_OK);
        }
    }
}

static thaw_data *events_of(int first, int n, const char *last_item)
{
    thaw_data *data;
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    add_events(data, first, n, last_item);
    return data;
}

static thaw_model *ranking(const thaw_allocator *a, const thaw_parallel *parallel)
{
    thaw_config config = shop_config(a, 4, 0);
    if (parallel) config.parallel = *parallel;
    thaw_data *data = events_of(0, USERS, NULL);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_data_free(data);
    return m;
}

static thaw_model *some_model(int ranks, const thaw_allocator *a)
{
    return ranks ? ranking(a, NULL) : shop_model(a, 4, 0);
}

static int64_t top(const thaw_model *m, thaw_hit *hits, int64_t most)
{
    thaw_user *u;
    thaw_query q;
    int64_t n;
    const thaw_event e = {.item = 3, .value = 4};
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    q.top = most;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, &e, 1), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    thaw_user_free(u);
    return n;
}

/* 1 if both models give the same results. */
static int same(const thaw_model *a, const thaw_model *b)
{
    thaw_model_info x, y;
    thaw_hit hits[2][ITEMS];
    memset(hits, 0, sizeof hits);
    ck_assert_int_eq(thaw_model_info_init(&x, sizeof x), THAW_OK);
    y = x;
    ck_assert_int_eq(thaw_model_get_info(a, &x), THAW_OK);
    ck_assert_int_eq(thaw_model_get_info(b, &y), THAW_OK);
    top(a, hits[0], ITEMS);
    top(b, hits[1], ITEMS);
    return memcmp(&x, &y, sizeof x) == 0 && memcmp(hits[0], hits[1], sizeof hits[0]) == 0;
}

static int64_t place_of(const thaw_model *m, int64_t item)
{
    thaw_hit hits[ITEMS + 2];
    const int64_t n = top(m, hits, ITEMS + 2);
    for (int64_t k = 0; k < n; k++)
        if (hits[k].item == item) return k;
    return n;
}

/* ---- copies ---- */

START_TEST(a_copy_gives_the_same_bits_and_outlives_the_original)
{
    thaw_model *m = some_model(_i, NULL), *copy;
    thaw_hit a[10], b[10];
    ck_assert_int_eq(thaw_model_copy(&copy, m), THAW_OK);
    ck_assert(same(m, copy));
    ck_assert_int_eq(top(m, a, 10), 10);
    thaw_model_free(m);
    ck_assert_int_eq(top(copy, b, 10), 10);
    ck_assert_mem_eq(a, b, sizeof a);
    thaw_model_free(copy);
}
END_TEST

START_TEST(training_the_original_leaves_the_copy_unchanged)
{
    thaw_model *m = some_model(_i, NULL), *copy, *second;
    thaw_data *data = _i ? events_of(USERS, 20, "i5") : shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 2);
    ck_assert_int_eq(thaw_model_copy(&copy, m), THAW_OK);
    ck_assert_int_eq(thaw_model_copy(&second, m), THAW_OK);
    ck_assert_int_eq(thaw_pretrain_step(m, NULL, data, NULL, 0), THAW_OK);
    ck_assert(same(copy, second));
    ck_assert(!same(copy, m));
    thaw_data_free(data);
    thaw_model_free(second);
    thaw_model_free(copy);
    thaw_model_free(m);
}
END_TEST

/* Let each allocation of a call fail in turn: it must leak nothing and not change the model. */
static void fail_each(int ranks, thaw_status (*run)(thaw_model *, const thaw_data *))
{
    failing_alloc f;
    failing_alloc_init(&f, 0);
    thaw_model *m = some_model(ranks, &f.allocator), *before;
    thaw_data *data = events_of(USERS, 20, "i5");
    ck_assert_int_eq(thaw_model_copy(&before, m), THAW_OK);
    const long live = f.live;
    for (long k = 1;; k++) {
        f.requests = f.refused = 0;
        f.refuse = k;
        const thaw_status st = run(m, data);
        const long refused = f.refused;
        f.refuse = 0;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        if (!refused) break;
        ck_assert_int_eq(f.live, live);
        ck_assert(same(m, before));
    }
    thaw_data_free(data);
    thaw_model_free(before);
    thaw_model_free(m);
    ck_assert_int_eq(f.live, 0);
}

static thaw_status copy(thaw_model *m, const thaw_data *data)
{
    thaw_model *made = m;
    (void)data;
    const thaw_status st = thaw_model_copy(&made, m);
    ck_assert((st == THAW_OK) == (made != NULL));
    thaw_model_free(made);
    return st;
}

static thaw_status step(thaw_model *m, const thaw_data *data)
{
    return thaw_pretrain_step(m, NULL, data, NULL, 0);
}

START_TEST(a_failed_copy_of_a_model_leaks_nothing)
{
    fail_each(_i, copy);
}
END_TEST

/* ---- steps ---- */

static thaw_status update(thaw_model *m, const thaw_data *data)
{
    return thaw_pretrain_update(m, NULL, data, NULL, 0, 4);
}

START_TEST(a_failed_step_changes_nothing)
{
    fail_each(1, _i ? update : step);
}
END_TEST

START_TEST(a_step_over_the_same_users_hardly_changes_the_lists)
{
    thaw_model *m = ranking(NULL, NULL);
    thaw_data *data = events_of(0, USERS, NULL);
    thaw_hit before[10], after[10];
    int kept = 0;
    top(m, before, 10);
    ck_assert_int_eq(step(m, data), THAW_OK);
    top(m, after, 10);
    for (int a = 0; a < 10; a++)
        for (int b = 0; b < 10; b++) kept += before[a].item == after[b].item;
    ck_assert_int_ge(kept, 8);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

START_TEST(a_new_popular_item_rises_after_a_step)
{
    thaw_model *m = ranking(NULL, NULL);
    thaw_data *data = events_of(USERS, 40, "novelty");
    int64_t added, row;
    ck_assert_int_eq(step(m, data), THAW_E_UNKNOWN);
    ck_assert_int_eq(thaw_model_add_items(m, &added, data), THAW_OK);
    ck_assert_int_eq(added, 1);
    ck_assert_int_eq(thaw_model_item_row(m, &row, "novelty"), THAW_OK);
    const int64_t before = place_of(m, row);
    ck_assert_int_eq(step(m, data), THAW_OK);
    ck_assert_int_lt(place_of(m, row), before);
    ck_assert_int_lt(place_of(m, row), 5);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

START_TEST(steps_do_not_depend_on_the_number_of_threads)
{
    thaw_threads *threads;
    thaw_parallel parallel;
    ck_assert_int_eq(thaw_threads_create(&threads, 3), THAW_OK);
    ck_assert_int_eq(thaw_threads_parallel(threads, &parallel), THAW_OK);
    thaw_model *one = ranking(NULL, NULL), *three = ranking(NULL, &parallel);
    thaw_data *data = events_of(USERS, 40, "i5");
    ck_assert_int_eq(step(one, data), THAW_OK);
    ck_assert_int_eq(step(three, data), THAW_OK);
    ck_assert(same(one, three));
    thaw_data_free(data);
    thaw_model_free(three);
    thaw_model_free(one);
    thaw_threads_free(threads);
}
END_TEST

/* Items in two sequences whose items always occur together: the rank of the covariance is below that of the model. */
START_TEST(a_covariance_of_low_rank_gives_finite_posteriors)
{
    thaw_config config = shop_config(NULL, 4, 0);
    thaw_data *data;
    thaw_model *m;
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    for (int k = 0; k < 600; k++) {
        char user[16], item[16];
        const char *users[] = {user}, *items[] = {item};
        const double times[] = {k % 10};
        thaw_event_columns c;
        ck_assert_int_eq(thaw_event_columns_init(&c, sizeof c), THAW_OK);
        snprintf(user, sizeof user, "u%d", k / 10);
        snprintf(item, sizeof item, "i%d", (k / 10) % 2 * 18 + k / 20 % 8 + k % 10);
        c.users = users, c.items = items, c.times = times;
        ck_assert_int_eq(thaw_data_add_events(data, &c, 1), THAW_OK);
    }
    config.objective = THAW_OBJECTIVE_RANKING;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_user *u;
    thaw_model_info info;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_model_info_init(&info, sizeof info), THAW_OK);
    ck_assert_int_eq(thaw_model_get_info(m, &info), THAW_OK);
    for (int64_t k = 1; k < info.items; k++) {
        const thaw_event events[] = {{.item = 0}, {.item = k}};
        ck_assert_int_eq(thaw_adapt(m, u, events, 2), THAW_OK);
    }
    thaw_user_free(u);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

/* ---- retired items ---- */

START_TEST(retired_items_are_not_recommended_until_restored)
{
    thaw_model *m = some_model(_i, NULL), *copied;
    thaw_hit hits[10];
    top(m, hits, 10);
    const int64_t best = hits[0].item, wrong = -1;
    ck_assert_int_eq(thaw_model_retire_items(m, &wrong, 1, 1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_model_retire_items(m, &best, 1, 1), THAW_OK);
    ck_assert_int_eq(thaw_model_copy(&copied, m), THAW_OK);
    const int64_t n = top(copied, hits, 10);
    for (int64_t k = 0; k < n; k++) ck_assert_int_ne(hits[k].item, best);
    int64_t size;
    thaw_model *loaded;
    char *bytes = model_bytes(copied, &size);
    ck_assert_int_eq(thaw_model_load_buffer(&loaded, bytes, size, NULL), THAW_OK);
    ck_assert_int_eq(top(loaded, hits, 10), n);
    for (int64_t k = 0; k < n; k++) ck_assert_int_ne(hits[k].item, best);
    thaw_model_free(loaded);
    free(bytes);
    ck_assert_int_eq(thaw_model_retire_items(m, &best, 1, 0), THAW_OK);
    top(m, hits, 10);
    ck_assert_int_eq(hits[0].item, best);
    thaw_model_free(copied);
    thaw_model_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("online");
    TCase *t = tcase_create("online");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_copy_gives_the_same_bits_and_outlives_the_original, 0, 2);
    tcase_add_loop_test(t, training_the_original_leaves_the_copy_unchanged, 0, 2);
    tcase_add_loop_test(t, a_failed_copy_of_a_model_leaks_nothing, 0, 2);
    tcase_add_loop_test(t, a_failed_step_changes_nothing, 0, 2);
    tcase_add_test(t, a_step_over_the_same_users_hardly_changes_the_lists);
    tcase_add_test(t, a_new_popular_item_rises_after_a_step);
    tcase_add_test(t, steps_do_not_depend_on_the_number_of_threads);
    tcase_add_test(t, a_covariance_of_low_rank_gives_finite_posteriors);
    tcase_add_loop_test(t, retired_items_are_not_recommended_until_restored, 0, 2);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
