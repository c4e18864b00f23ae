/* SPDX-License-Identifier: Apache-2.0
 * As test_memory, with the default allocator, for malloc() itself: what libraries, stdio and the system allocate is
 * refused too. Each n-th request fails once; a call returns THAW_OK or THAW_E_NOMEM, and leaks nothing. */
#include <stdlib.h>
#include <string.h>

#include "failing_malloc.h"
#include "little_shop.h"
#include "run_suite.h"
#include "temp_file.h"

enum { USERS = 12, ITEMS = 5 };

static const char table[] = "user_id\titem_id\trating\ttimestamp\nu1\ta\t4\t1\nu1\tb\t5\t2\nu2\ta\t3\t3\nu2\tb\t\t4\n";

/* Objects of the operations, created before a request fails. */
static struct {
    thaw_data *data, *more;
    thaw_model *model, *ranking;
    thaw_user *user;
    char *model_bytes, *ranking_bytes, *user_bytes;
    int64_t model_size, ranking_size, user_size;
    char path[512], table_path[512];
    thaw_config config;
} s;

static void setup(void)
{
    const thaw_event e = {.item = 1, .value = 4};
    s.config = shop_config(NULL, 3, 0);
    s.data = shop_data(NULL, USERS, ITEMS, 1);
    s.more = shop_data(NULL, USERS, ITEMS + 2, 1);
    ck_assert_int_eq(thaw_model_create(&s.model, &s.config, s.data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain_step(s.model, NULL, s.data, NULL, 0), THAW_OK);
    s.ranking = shop_ranking(NULL, 2);
    ck_assert_int_eq(thaw_user_create(&s.user, s.model), THAW_OK);
    ck_assert_int_eq(thaw_adapt(s.model, s.user, &e, 1), THAW_OK);
    s.model_bytes = model_bytes(s.model, &s.model_size);
    s.ranking_bytes = model_bytes(s.ranking, &s.ranking_size);
    s.user_bytes = user_bytes(s.user, &s.user_size);
    strcpy(s.path, temp_file("model", s.model_bytes, (size_t)s.model_size));
    strcpy(s.table_path, temp_file("table", table, sizeof table - 1));
}

static void teardown(void)
{
    free(s.model_bytes), free(s.ranking_bytes), free(s.user_bytes);
    thaw_user_free(s.user);
    thaw_model_free(s.model), thaw_model_free(s.ranking);
    thaw_data_free(s.data), thaw_data_free(s.more);
}

static thaw_status and_free(thaw_status st, thaw_model *m)
{
    thaw_model_free(m);
    return st;
}

static thaw_status create(void)
{
    thaw_model *m;
    const thaw_status st = thaw_model_create(&m, &s.config, s.data);
    return and_free(st, m);
}

static thaw_status load(void)
{
    thaw_model *m;
    const thaw_status st = thaw_model_load(&m, s.path, NULL);
    return and_free(st, m);
}

static thaw_status map(void)
{
    thaw_model *m;
    const thaw_status st = thaw_model_map(&m, s.path, NULL);
    return and_free(st, m);
}

static thaw_status load_ranking(void)
{
    thaw_model *m;
    const thaw_status st = thaw_model_load_buffer(&m, s.ranking_bytes, s.ranking_size, NULL);
    return and_free(st, m);
}

static thaw_status copy(void)
{
    thaw_model *m;
    const thaw_status st = thaw_model_copy(&m, s.ranking);
    return and_free(st, m);
}

static thaw_status save(void)
{
    return thaw_model_save(s.model, temp_path("saved"));
}

static thaw_status save_ranking(void)
{
    static char bytes[1 << 20];
    int64_t size;
    return thaw_model_save_buffer(s.ranking, bytes, sizeof bytes, &size);
}

static thaw_status step(void)
{
    return thaw_pretrain_step(s.model, NULL, s.data, NULL, 0);
}

static thaw_status add_items(void)
{
    thaw_model *m;
    thaw_status st = thaw_model_copy(&m, s.model);
    if (st == THAW_OK) st = thaw_model_add_items(m, NULL, s.more);
    return and_free(st, m);
}

static thaw_status read_table(const char *path)
{
    thaw_data *data;
    thaw_status st = thaw_data_create(&data, NULL);
    if (st == THAW_OK && path) st = thaw_data_read(data, path, NULL);
    if (st == THAW_OK && !path) st = thaw_data_read_buffer(data, table, sizeof table - 1, NULL);
    thaw_data_free(data);
    return st;
}

static thaw_status read_file(void)
{
    return read_table(s.table_path);
}

static thaw_status read_buffer(void)
{
    return read_table(NULL);
}

static thaw_status split(void)
{
    thaw_data *train, *test;
    const thaw_status st = thaw_data_split(s.data, &train, &test, NULL);
    thaw_data_free(train), thaw_data_free(test);
    return st;
}

static thaw_status user(void)
{
    char bytes[512];
    int64_t size;
    thaw_user *u;
    thaw_status st = thaw_user_load(&u, s.model, s.user_bytes, s.user_size);
    if (st == THAW_OK) st = thaw_user_save(u, bytes, sizeof bytes, &size);
    thaw_user_free(u);
    return st == THAW_OK ? thaw_user_save(s.user, bytes, sizeof bytes, &size) : st;
}

static const struct {
    const char *name;
    thaw_status (*run)(void);
    int at_least; /* requests of a run without failure */
} operations[] = {
    {"create", create, 20},
    {"load", load, 20},
    {"map", map, 10},
    {"load a ranking", load_ranking, 20},
    {"copy", copy, 10},
    {"save", save, 50},
    {"save a ranking", save_ranking, 50},
    {"step", step, 5},
    {"add items", add_items, 20},
    {"read a file", read_file, 10},
    {"read a buffer", read_buffer, 10},
    {"split", split, 5},
    {"user", user, 2},
};

START_TEST(a_refused_malloc_is_nomem_and_leaks_nothing)
{
    long n = 0;
    int refused = 1;
    ck_assert_int_eq(operations[_i].run(), THAW_OK); /* what is allocated once in a process */
    while (refused) {
        const long live = failing_malloc_live();
        failing_malloc_arm(++n);
        const thaw_status st = operations[_i].run();
        refused = failing_malloc_refused();
        failing_malloc_arm(0);
        ck_assert_msg(st == THAW_OK || (refused && st == THAW_E_NOMEM), "%s, request %ld: %s", operations[_i].name, n,
                      thaw_last_error());
        ck_assert_msg(failing_malloc_live() == live, "%s, request %ld: %ld blocks are left", operations[_i].name, n,
                      failing_malloc_live() - live);
    }
    ck_assert_int_gt(n, operations[_i].at_least);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api malloc");
    TCase *tc = tcase_create("refused");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_refused_malloc_is_nomem_and_leaks_nothing, 0,
                        (int)(sizeof operations / sizeof *operations));
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
