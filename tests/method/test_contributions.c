/* SPDX-License-Identifier: Apache-2.0
 * Contributions are sums, for every method of the list, the toy among them: how the contributors of a round are split
 * into calls of contribute() does not change the model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"
#include "registry.h"
#include "run_suite.h"

enum { N_METHODS = 3, USERS = 60 };

static thaw_data *data;

static void setup(void)
{
    data = shop_data(NULL, USERS, SHOP_ITEMS, 1);
}

static void teardown(void)
{
    thaw_data_free(data);
}

/* All contributors in one call, or in two where the round can be split; returns how many calls. */
static int contribute(const thaw__method *method, thaw__run *run, const thaw__round *round, int split)
{
    const int64_t first = split && round->chunk ? round->n / 2 : 0;
    ck_assert(!round->chunk || round->n <= round->chunk);
    if (first) ck_assert_int_eq(method->contribute(run, 0, first), THAW_OK);
    ck_assert_int_eq(method->contribute(run, first, round->n - first), THAW_OK);
    return first ? 2 : 1;
}

/* A run to its end. */
static int run_all(thaw__run *run, int split)
{
    const thaw__method *method = thaw__method_of(run->m);
    int calls = 0;
    ck_assert_int_eq(method->open(run), THAW_OK);
    for (thaw__round round;;) {
        round = (thaw__round){0};
        ck_assert_int_eq(method->begin_round(run, &round), THAW_OK);
        if (round.last) break;
        calls += contribute(method, run, &round, split);
        ck_assert_int_eq(method->end_round(run), THAW_OK);
    }
    method->close(run);
    return calls;
}

static thaw_model *trained(const thaw__model_type *type, int online, int split, int *calls)
{
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *m;
    config.passes = 3;
    config.objective = type->objective;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    if (online) ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw__run run = {.m = m, .data = data, .online = online, .since = (double)-INFINITY};
    *calls = run_all(&run, split);
    return m;
}

/* 0 … of the list: pretraining, then a step over all users. */
START_TEST(two_halves_of_the_users_give_the_model_of_all_at_once)
{
    const thaw__model_type *type = thaw__methods[_i % N_METHODS]->type;
    const int online = _i / N_METHODS;
    int once, twice;
    int64_t size, size_halves;
    thaw_model *all = trained(type, online, 0, &once), *halves = trained(type, online, 1, &twice);
    char *bytes = model_bytes(all, &size), *bytes_halves = model_bytes(halves, &size_halves);
    ck_assert_msg(online || twice > once, "no round of %s was split", type->name);
    ck_assert_int_eq(size, size_halves);
    ck_assert_msg(memcmp(bytes, bytes_halves, (size_t)size) == 0, "%s", type->name);
    free(bytes);
    free(bytes_halves);
    thaw_model_free(all);
    thaw_model_free(halves);
}
END_TEST

START_TEST(methods_have_distinct_names_and_objectives)
{
    for (int i = 0; i < N_METHODS; i++) {
        const thaw__model_type *a = thaw__methods[i]->type;
        ck_assert_ptr_eq(a->method, thaw__methods[i]);
        ck_assert_int_gt(a->objective, THAW_OBJECTIVE_AUTO);
        ck_assert_ptr_eq(thaw__registry_find(a->name), a);
        ck_assert_ptr_eq(thaw__registry_of(a->objective), a);
        if (a->old_name) ck_assert_ptr_eq(thaw__registry_find(a->old_name), a);
    }
    ck_assert_ptr_null(thaw__methods[N_METHODS]);
    ck_assert_ptr_null(thaw__registry_find(""));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contributions");
    TCase *tc = tcase_create("every method");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, two_halves_of_the_users_give_the_model_of_all_at_once, 0, 2 * N_METHODS);
    tcase_add_test(tc, methods_have_distinct_names_and_objectives);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
