/* SPDX-License-Identifier: Apache-2.0
 * What configurations refuse, and what their defaults are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(init_functions_refuse_null_and_foreign_sizes)
{
#define INIT(type, function)                                                                                           \
    do {                                                                                                               \
        type it;                                                                                                       \
        memset(&it, 0x5a, sizeof it);                                                                                  \
        expect(function(NULL, sizeof it), THAW_E_ARG);                                                                 \
        expect(function(&it, 0), THAW_E_ARG);                                                                          \
        expect(function(&it, sizeof it - 1), THAW_E_ARG);                                                              \
        expect(function(&it, sizeof it + 8), THAW_E_VERSION);                                                          \
        ck_assert_uint_eq(it.struct_size, 0x5a5a5a5au); /* untouched on error */                                       \
        expect(function(&it, sizeof it), THAW_OK);                                                                     \
        ck_assert_uint_eq(it.struct_size, sizeof it);                                                                  \
    } while (0)
    INIT(thaw_config, thaw_config_init);
    INIT(thaw_report, thaw_report_init);
    INIT(thaw_model_info, thaw_model_info_init);
    INIT(thaw_query, thaw_query_init);
}
END_TEST

START_TEST(defaults_are_those_of_the_header)
{
    thaw_config c;
    expect(thaw_config_init(&c, sizeof c), THAW_OK);
    ck_assert(c.rank == 0 && c.seed == 1 && c.passes == 15 && c.patience == 3 && c.min_feature == 2);
    ck_assert(c.valid_users == 0 && c.half_life == 0 && c.rating_min == 0 && c.rating_max == 0 && c.batch_users == 0);
    ck_assert(!c.allocator.alloc && !c.parallel.run && c.objective == THAW_OBJECTIVE_AUTO && !c.target[0]);
}
END_TEST

static const struct {
    const char *key, *value;
    thaw_status status;
} settings[] = {
    {"rank", "1", THAW_OK},
    {"rank", "256", THAW_OK},
    {"seed", "0", THAW_OK},
    {"half_life", "0.5", THAW_OK},
    {"batch_users", "1000", THAW_OK},
    {"valid_users", "0.5", THAW_OK},
    {"rating_min", "-1", THAW_OK},
    {"rank", "0", THAW_OK},
    {"rank", "257", THAW_E_RANGE},
    {"rank", "1.5", THAW_E_RANGE},
    {"rank", "-1", THAW_E_RANGE},
    {"rank", "", THAW_E_RANGE},
    {"rank", "six", THAW_E_RANGE},
    {"rank", "16 ", THAW_E_RANGE},
    {"rank", "1e400", THAW_E_RANGE},
    {"rank", "nan", THAW_E_RANGE},
    {"rank", "99999999999999999999", THAW_E_RANGE},
    {"seed", "-1", THAW_E_RANGE},
    {"seed", "0.5", THAW_E_RANGE},
    {"passes", "0", THAW_E_RANGE},
    {"passes", "10001", THAW_E_RANGE},
    {"patience", "-1", THAW_E_RANGE},
    {"valid_users", "0.51", THAW_E_RANGE},
    {"valid_users", "nan", THAW_E_RANGE},
    {"half_life", "-1", THAW_E_RANGE},
    {"half_life", "inf", THAW_E_RANGE},
    {"rating_max", "1e7", THAW_E_RANGE},
    {"rating_min", "-inf", THAW_E_RANGE},
    {"batch_users", "-1", THAW_E_RANGE},
    {"min_feature", "0", THAW_E_RANGE},
    {"min_feature", "1e10", THAW_E_RANGE},
    {"", "1", THAW_E_UNKNOWN},
    {"Rank", "1", THAW_E_UNKNOWN},
    {"rank ", "1", THAW_E_UNKNOWN},
    {"struct_size", "1", THAW_E_UNKNOWN},
    {"allocator", "1", THAW_E_UNKNOWN},
    {"reserved", "0", THAW_E_UNKNOWN},
    {"loss", "pairwise", THAW_OK},
    {"loss", "hinge", THAW_E_RANGE},
    {"loss", "1", THAW_E_RANGE},
    {"objective", "ranking", THAW_OK},
    {"objective", "2", THAW_E_RANGE},
    {"target", "purchase", THAW_OK},
};

START_TEST(config_set_takes_only_what_fits)
{
    thaw_config config = shop_config(NULL, 3, 0), before = config;
    expect(thaw_config_set(&config, settings[_i].key, settings[_i].value), settings[_i].status);
    if (settings[_i].status != THAW_OK) ck_assert_mem_eq(&config, &before, sizeof config);
    if (settings[_i].status == THAW_E_RANGE) reason("; must be ");
}
END_TEST

START_TEST(config_set_refuses_null_and_foreign_sizes)
{
    thaw_config config = shop_config(NULL, 3, 0);
    expect(thaw_config_set(NULL, "rank", "1"), THAW_E_ARG);
    expect(thaw_config_set(&config, NULL, "1"), THAW_E_ARG);
    expect(thaw_config_set(&config, "rank", NULL), THAW_E_ARG);
    config.struct_size = 0;
    expect(thaw_config_set(&config, "rank", "1"), THAW_E_ARG);
    config.struct_size = sizeof config + 1;
    expect(thaw_config_set(&config, "rank", "1"), THAW_E_VERSION);
}
END_TEST

/* One field of a configuration out of bounds. */
static void *only_alloc(void *ctx, uint64_t n)
{
    (void)ctx;
    return malloc((size_t)n);
}

static thaw_status spoil(thaw_config *c, int which)
{
    switch (which) {
    case 0: c->rank = -1; return THAW_E_RANGE;
    case 1: c->rank = 257; return THAW_E_RANGE;
    case 2: c->passes = 0; return THAW_E_RANGE;
    case 3: c->patience = -1; return THAW_E_RANGE;
    case 4: c->valid_users = NAN; return THAW_E_RANGE;
    case 5: c->valid_users = 0.6f; return THAW_E_RANGE;
    case 6: c->half_life = INFINITY; return THAW_E_RANGE;
    case 7: c->half_life = -1; return THAW_E_RANGE;
    case 8: c->rating_min = 5, c->rating_max = 1; return THAW_E_RANGE;
    case 9: c->rating_max = NAN; return THAW_E_RANGE;
    case 10: c->batch_users = -1; return THAW_E_RANGE;
    case 11: c->min_feature = 0; return THAW_E_RANGE;
    case 12: c->struct_size = 0; return THAW_E_ARG;
    case 13: c->struct_size = 1 << 20; return THAW_E_VERSION;
    case 14: c->allocator.alloc = only_alloc; return THAW_E_ARG;
    case 15: c->parallel = (thaw_parallel){run_nothing, NULL, 0, 0}; return THAW_E_RANGE;
    default: c->parallel = (thaw_parallel){run_nothing, NULL, 1025, 0}; return THAW_E_RANGE;
    }
}

enum { SPOILED = 17 };

START_TEST(a_bad_field_of_config_is_refused_everywhere)
{
    int64_t size;
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *out = model;
    const thaw_status status = spoil(&config, _i);
    expect(thaw_model_create(&out, &config, data), status);
    ck_assert_ptr_null(out);
    char *bytes = model_bytes(model, &size);
    expect(thaw_model_load_buffer(&out, bytes, size, &config), status);
    expect(thaw_model_load(&out, "/nowhere", &config), status);
    expect(thaw_model_map(&out, "/nowhere", &config), status);
    free(bytes);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("api config");
    TCase *tc = tcase_create("config");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, init_functions_refuse_null_and_foreign_sizes);
    tcase_add_test(tc, defaults_are_those_of_the_header);
    tcase_add_loop_test(tc, config_set_takes_only_what_fits, 0, N(settings));
    tcase_add_test(tc, config_set_refuses_null_and_foreign_sizes);
    tcase_add_loop_test(tc, a_bad_field_of_config_is_refused_everywhere, 0, SPOILED);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
