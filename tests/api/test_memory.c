/* SPDX-License-Identifier: Apache-2.0
 * Memory: hot calls allocate nothing. If any single allocation fails, a call returns THAW_E_NOMEM, leaks nothing and
 * does not change its model; thaw_pretrain() may have completed steps before.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "little_shop.h"
#include "run_suite.h"
#include "temp_file.h"

enum { FEW_USERS = 12, FEW_ITEMS = 5, MANY_ITEMS = 260 }; /* MANY_ITEMS: enough for codes */

/* ---- hot calls ---- */

/* Every hot call of a user with n events; n below and above the rank, for both forms of the posterior. */
static void call_all(const thaw_model *m, thaw_user *u, int n)
{
    const char *const names[] = {"age", "town"}, *const values[] = {"31", "Ulm"};
    thaw_event events[80];
    for (int k = 0; k < n; k++) events[k] = shop_event(k);
    const int64_t rows[] = {0, 5, 11}, offsets[] = {0, n / 2, n, n};
    float mean[32], covariance[1024], means[3 * 32], contributions[80];
    int64_t n_hits, n_many[5];
    thaw_hit hits[10], many[50];
    const thaw_user *const users[] = {u, u, u, u, u};
    ck_assert_int_eq(thaw_user_set_features(m, u, names, values, 2), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, events, n), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, mean, covariance, rows, 3), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n_hits, NULL), THAW_OK);
    ck_assert_int_eq(thaw_similar_items(m, hits, &n_hits, 0, NULL), THAW_OK);
    ck_assert_int_eq(thaw_explain(m, u, contributions, mean, events, n, 5), THAW_OK);
    ck_assert_int_eq(thaw_recommend_many(m, many, n_many, users, 5, NULL), THAW_OK);
    ck_assert_int_eq(thaw_user_posterior(m, u, mean, covariance), THAW_OK);
    ck_assert_int_eq(thaw_user_observe(m, u, &events[0]), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, mean, covariance, rows, 3), THAW_OK);
    ck_assert_int_eq(thaw_user_posterior(m, u, mean, covariance), THAW_OK);
    ck_assert_int_eq(thaw_adapt_many(m, u, means, events, offsets, 3), THAW_OK);
}

/* Enough items for a scan by codes. */
static void add_many_items(thaw_model *m)
{
    thaw_data *more = shop_data(NULL, 40, 300, 1);
    ck_assert_int_eq(thaw_model_add_items(m, NULL, more), THAW_OK);
    thaw_data_free(more);
}

START_TEST(hot_calls_allocate_nothing)
{
    failing_alloc f;
    failing_alloc_init(&f, 0);
    thaw_model *m = shop_model(&f.allocator, _i & 1 ? 32 : 3, _i & 2 ? 50 : 0);
    thaw_user *u;
    if (_i & 4) add_many_items(m);
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    const long before = f.requests;
    const int counts[] = {1, 5, 31, 80};
    for (int k = 0; k < 4; k++) call_all(m, u, counts[k]);
    ck_assert_int_eq(f.requests, before);
    thaw_user_free(u);
    thaw_model_free(m);
    ck_assert_int_eq(f.live, 0);
}
END_TEST

START_TEST(a_user_of_rank_32_takes_at_most_4096_bytes)
{
    thaw_model *m = shop_model(NULL, 32, 0);
    thaw_user *u;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    int64_t size;
    free(user_bytes(u, &size));
    ck_assert_int_eq(size, 4 * 32 * 33 / 2 + 8 * 32 + 64);
    ck_assert_int_le(size, 4096);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

/* ---- failing allocations ---- */

/* Objects of the operations, created before any allocation fails. */
typedef struct scene {
    failing_alloc f;
    thaw_data *data, *more;
    thaw_model *model;
    thaw_user *user;
    char *model_bytes, *user_bytes;
    int64_t model_size, user_size;
    char path[512];
    thaw_config config;
} scene;

static void open_scene(scene *s, float half_life, int items)
{
    failing_alloc_init(&s->f, 0);
    s->config = shop_config(&s->f.allocator, 3, half_life);
    s->config.valid_users = 0.3f;
    s->config.passes = 2;
    s->data = shop_data(NULL, FEW_USERS, items, 1);
    s->more = shop_data(NULL, FEW_USERS, items + 2, 1);
    ck_assert_int_eq(thaw_model_create(&s->model, &s->config, s->data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain_step(s->model, NULL, s->data, NULL, 0), THAW_OK);
    ck_assert_int_eq(thaw_user_create(&s->user, s->model), THAW_OK);
    const thaw_event e = {.item = 1, .value = 4};
    ck_assert_int_eq(thaw_adapt(s->model, s->user, &e, 1), THAW_OK);
    s->model_bytes = model_bytes(s->model, &s->model_size);
    s->user_bytes = user_bytes(s->user, &s->user_size);
    strcpy(s->path, temp_file("model", s->model_bytes, (size_t)s->model_size));
}

static void close_scene(scene *s)
{
    free(s->model_bytes);
    free(s->user_bytes);
    thaw_user_free(s->user);
    thaw_model_free(s->model);
    thaw_data_free(s->more);
    thaw_data_free(s->data);
    ck_assert_int_eq(s->f.live, 0);
}

static thaw_status and_free(thaw_status st, thaw_model *m)
{
    ck_assert((st == THAW_OK) == (m != NULL));
    thaw_model_free(m);
    return st;
}

static thaw_status and_free_user(thaw_status st, thaw_user *u)
{
    ck_assert((st == THAW_OK) == (u != NULL));
    thaw_user_free(u);
    return st;
}

static thaw_status create(scene *s)
{
    thaw_model *m = s->model;
    thaw_status st = thaw_model_create(&m, &s->config, s->data);
    return and_free(st, m);
}

static thaw_status step(scene *s)
{
    return thaw_pretrain_step(s->model, NULL, s->data, NULL, 0);
}

static thaw_status some_users(scene *s)
{
    const int64_t users[] = {7, 2, 5};
    return thaw_pretrain_step(s->model, NULL, s->data, users, 3);
}

static thaw_status pretrain(scene *s)
{
    return thaw_pretrain(s->model, NULL, s->data, NULL, NULL);
}

static thaw_status add_items(scene *s)
{
    return thaw_model_add_items(s->model, NULL, s->more);
}

static thaw_status save(scene *s)
{
    return thaw_model_save(s->model, temp_path("saved"));
}

static thaw_status save_buffer(scene *s)
{
    char *bytes = malloc((size_t)s->model_size);
    int64_t size;
    thaw_status st = thaw_model_save_buffer(s->model, bytes, s->model_size, &size);
    free(bytes);
    return st;
}

static thaw_status load(scene *s)
{
    thaw_model *m = s->model;
    thaw_status st = thaw_model_load(&m, s->path, &s->config);
    return and_free(st, m);
}

static thaw_status map(scene *s)
{
    thaw_model *m = s->model;
    thaw_status st = thaw_model_map(&m, s->path, &s->config);
    return and_free(st, m);
}

static thaw_status load_buffer(scene *s)
{
    thaw_model *m = s->model;
    thaw_status st = thaw_model_load_buffer(&m, s->model_bytes, s->model_size, &s->config);
    return and_free(st, m);
}

static thaw_status user_create(scene *s)
{
    thaw_user *u = s->user;
    thaw_status st = thaw_user_create(&u, s->model);
    return and_free_user(st, u);
}

static thaw_status user_copy(scene *s)
{
    thaw_user *u = s->user;
    thaw_status st = thaw_user_copy(&u, s->user);
    return and_free_user(st, u);
}

static thaw_status user_load(scene *s)
{
    thaw_user *u = s->user;
    thaw_status st = thaw_user_load(&u, s->model, s->user_bytes, s->user_size);
    return and_free_user(st, u);
}

static thaw_status user_save(scene *s)
{
    char bytes[512];
    int64_t size;
    return thaw_user_save(s->user, bytes, sizeof bytes, &size);
}

static const struct {
    const char *name;
    thaw_status (*run)(scene *);
    int at_least; /* allocations of a run without failure */
} operations[] = {
    {"create", create, 20},
    {"step", step, 10},
    {"some users", some_users, 10},
    {"pretrain", pretrain, 40},
    {"add items", add_items, 8},
    {"save", save, 1},
    {"save buffer", save_buffer, 1},
    {"load", load, 20},
    {"map", map, 10},
    {"load buffer", load_buffer, 20},
    {"user create", user_create, 1},
    {"user copy", user_copy, 1},
    {"user load", user_load, 1},
    {"user save", user_save, 1},
};

/* The model is unchanged, or valid if complete steps were made before. */
static void check_model(scene *s, long request, const char *name, int may_train)
{
    thaw_model *m;
    int64_t size;
    char *bytes = model_bytes(s->model, &size);
    const int same = size == s->model_size && memcmp(bytes, s->model_bytes, (size_t)size) == 0;
    ck_assert_msg(same || may_train, "%s changed the model after allocation %ld", name, request);
    ck_assert_int_eq(thaw_model_load_buffer(&m, bytes, size, NULL), THAW_OK);
    thaw_model_free(m);
    free(bytes);
}

START_TEST(a_failed_allocation_is_nomem_and_changes_nothing)
{
    scene s;
    thaw_status st = THAW_E_NOMEM;
    long runs = 0;
    open_scene(&s, _i % 2 ? 20 : 0, _i / 2 % 2 ? MANY_ITEMS : FEW_ITEMS);
    for (; st == THAW_E_NOMEM; runs++) {
        const long live = s.f.live;
        s.f.requests = s.f.refused = 0;
        s.f.refuse = runs + 1;
        st = operations[_i / 4].run(&s);
        const long refused = s.f.refused;
        s.f.refuse = 0;
        ck_assert_msg(st == (refused ? THAW_E_NOMEM : THAW_OK), "%s, allocation %ld: %s", operations[_i / 4].name,
                      runs + 1, thaw_last_error());
        if (st != THAW_E_NOMEM) break;
        ck_assert_int_eq(s.f.live, live);
        check_model(&s, runs + 1, operations[_i / 4].name, operations[_i / 4].run == pretrain);
    }
    ck_assert_int_ge(runs, operations[_i / 4].at_least);
    ck_assert_int_eq(thaw_pretrain(s.model, NULL, s.data, NULL, NULL), THAW_OK);
    close_scene(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api memory");
    TCase *hot = tcase_create("hot");
    tcase_add_loop_test(hot, hot_calls_allocate_nothing, 0, 8);
    tcase_add_test(hot, a_user_of_rank_32_takes_at_most_4096_bytes);
    suite_add_tcase(suite, hot);
    TCase *refused = tcase_create("refused");
    tcase_set_timeout(refused, 120);
    tcase_add_loop_test(refused, a_failed_allocation_is_nomem_and_changes_nothing, 0,
                        4 * (int)(sizeof operations / sizeof *operations));
    suite_add_tcase(suite, refused);
    return run_suite(suite);
}
