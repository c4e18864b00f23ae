/* SPDX-License-Identifier: Apache-2.0
 * What configurations refuse, and what their defaults are. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(init_functions_refuse_null_and_foreign_sizes)
{
#define INIT(type, function) \
    do { \
        type it; \
        memset(&it, 0x5a, sizeof it); \
        expect(function(NULL, sizeof it), THAW_E_ARG); \
        expect(function(&it, 0), THAW_E_ARG); \
        expect(function(&it, sizeof it - 1), THAW_E_ARG); \
        expect(function(&it, sizeof it + 8), THAW_E_VERSION); \
        ck_assert_uint_eq(it.struct_size, 0x5a5a5a5au); /* untouched on error */ \
        expect(function(&it, sizeof it), THAW_OK); \
        ck_assert_uint_eq(it.struct_size, sizeof it); \
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
    ck_assert(c.loss == THAW_LOSS_SHARE);
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
    {"objective", "auto", THAW_OK},
    {"objective", "bayes", THAW_E_RANGE},
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

START_TEST(the_struct_of_0_1_has_no_target_and_no_loss)
{
    thaw_config config;
    const uint32_t size = offsetof(thaw_config, target);
    expect(thaw_config_init(&config, size), THAW_OK);
    expect(thaw_config_set(&config, "objective", "ranking"), THAW_OK);
    expect(thaw_config_set(&config, "target", "purchase"), THAW_E_VERSION);
    expect(thaw_config_set(&config, "loss", "softmax"), THAW_E_VERSION);
    reason("loss");
}
END_TEST

/* ---- which objective uses which setting -------------------------------------------------------------------------- */

/* Values other than the defaults, and whether the objective uses them: rating, ranking. */
static const struct {
    const char *key, *value, *initial;
    int is_used[2];
} uses[] = {
    {"rank", "3", "0", {1, 1}},          {"seed", "7", "1", {1, 1}},        {"passes", "2", "15", {1, 1}},
    {"valid_users", "0.1", "0", {1, 1}}, {"half_life", "10", "0", {1, 1}},  {"min_feature", "1", "2", {1, 1}},
    {"patience", "0", "3", {1, 0}},      {"rating_min", "-1", "0", {1, 0}}, {"rating_max", "9", "0", {1, 0}},
    {"batch_users", "10", "0", {1, 0}},  {"target", "rating", "", {0, 1}},  {"loss", "softmax", "share", {0, 1}},
};

static const char *const objectives[] = {"rating", "ranking"};

/* Loops take two numbers per setting: with a model of ratings, with a ranking. */
enum { N_USES = 2 * (int)(sizeof uses / sizeof *uses) };

static thaw_config config_with(const char *objective, const char *key, const char *value)
{
    thaw_config config;
    expect(thaw_config_init(&config, sizeof config), THAW_OK);
    expect(thaw_config_set(&config, "objective", objective), THAW_OK);
    expect(thaw_config_set(&config, key, value), THAW_OK);
    return config;
}

/* Whether `made` came out as the table has it for number k; ends the model. */
static void check_use(thaw_status status, thaw_model *made, int k)
{
    expect(status, uses[k / 2].is_used[k % 2] ? THAW_OK : THAW_E_UNSUPPORTED);
    if (status == THAW_OK) {
        ck_assert_ptr_nonnull(made);
    } else {
        char words[80];
        snprintf(words, sizeof words, "%s is not a setting of objective %s", uses[k / 2].key, objectives[k % 2]);
        ck_assert_ptr_null(made);
        reason(words);
    }
    thaw_model_free(made);
}

START_TEST(create_refuses_settings_that_the_objective_does_not_use)
{
    const thaw_config config = config_with(objectives[_i % 2], uses[_i / 2].key, uses[_i / 2].value);
    thaw_model *made = model;
    const thaw_status status = thaw_model_create(&made, &config, data);
    check_use(status, made, _i);
}
END_TEST

START_TEST(create_refuses_settings_that_the_objective_of_the_data_does_not_use)
{
    const thaw_config config = config_with("auto", uses[_i / 2].key, uses[_i / 2].value);
    thaw_data *valued = one_event("i0", "rating", _i % 2 ? NAN : 5);
    thaw_model *made = model;
    const thaw_status status = thaw_model_create(&made, &config, valued);
    check_use(status, made, _i);
    thaw_data_free(valued);
}
END_TEST

START_TEST(load_refuses_settings_that_the_file_s_objective_does_not_use)
{
    const thaw_config config = config_with("auto", uses[_i / 2].key, uses[_i / 2].value);
    thaw_model *source = _i % 2 ? shop_ranking(NULL, 3) : model, *made = model;
    int64_t size;
    char *bytes = model_bytes(source, &size);
    const thaw_status status = thaw_model_load_buffer(&made, bytes, size, &config);
    check_use(status, made, _i);
    if (source != model) thaw_model_free(source);
    free(bytes);
}
END_TEST

START_TEST(a_default_is_no_setting)
{
    const thaw_config config = config_with(objectives[_i % 2], uses[_i / 2].key, uses[_i / 2].initial);
    thaw_model *made;
    expect(thaw_model_create(&made, &config, data), THAW_OK);
    thaw_model_free(made);
}
END_TEST

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

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
    case 15: c->objective = 9; return THAW_E_RANGE;
    case 16: c->loss = -1; return THAW_E_RANGE;
    case 17: memset(c->target, 'x', sizeof c->target); return THAW_E_RANGE;
    case 18: c->parallel = (thaw_parallel){run_nothing, NULL, 0, 0}; return THAW_E_RANGE;
    default: c->parallel = (thaw_parallel){run_nothing, NULL, 1025, 0}; return THAW_E_RANGE;
    }
}

enum { SPOILED = 20 };

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
    tcase_add_test(tc, the_struct_of_0_1_has_no_target_and_no_loss);
    tcase_add_loop_test(tc, create_refuses_settings_that_the_objective_does_not_use, 0, N_USES);
    tcase_add_loop_test(tc, create_refuses_settings_that_the_objective_of_the_data_does_not_use, 0, N_USES);
    tcase_add_loop_test(tc, load_refuses_settings_that_the_file_s_objective_does_not_use, 0, N_USES);
    tcase_add_loop_test(tc, a_default_is_no_setting, 0, N_USES);
    tcase_add_loop_test(tc, a_bad_field_of_config_is_refused_everywhere, 0, SPOILED);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
