/* SPDX-License-Identifier: Apache-2.0
 * What every public function on configurations, models, users and scores refuses, and with which status. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"
#include "run_suite.h"

static thaw_data *data;
static thaw_model *model;
static thaw_user *user;
static float mean[300], covariance[64];
static int64_t size, row;
static const int64_t rows[] = {0, 3, 3, 11};

static void setup(void)
{
    data = shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 1);
    model = shop_model(NULL, 4, 0);
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
}

static void teardown(void)
{
    thaw_user_free(user);
    thaw_model_free(model);
    thaw_data_free(data);
}

#define refused(call, status) ck_assert_int_eq(call, status)
/* The reason of the last failure holds these words. */
#define reason(words) ck_assert_msg(strstr(thaw_last_error(), words) != NULL, "%s", thaw_last_error())

/* ---- configuration ---- */

START_TEST(init_functions_refuse_null_and_foreign_sizes)
{
#define INIT(type, function)                                                                                           \
    do {                                                                                                               \
        type it;                                                                                                       \
        memset(&it, 0x5a, sizeof it);                                                                                  \
        refused(function(NULL, sizeof it), THAW_E_ARG);                                                                \
        refused(function(&it, 0), THAW_E_ARG);                                                                         \
        refused(function(&it, sizeof it - 1), THAW_E_ARG);                                                             \
        refused(function(&it, sizeof it + 8), THAW_E_VERSION);                                                         \
        ck_assert_uint_eq(it.struct_size, 0x5a5a5a5au); /* untouched on error */                                       \
        refused(function(&it, sizeof it), THAW_OK);                                                                    \
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
    refused(thaw_config_init(&c, sizeof c), THAW_OK);
    ck_assert(c.rank == 0 && c.seed == 1 && c.passes == 15 && c.patience == 3 && c.min_feature == 2);
    ck_assert(c.valid_users == 0 && c.half_life == 0 && c.rating_min == 0 && c.rating_max == 0 && c.batch_users == 0);
    ck_assert(!c.allocator.alloc && !c.parallel.run && c.objective == THAW_BY_EVENTS && !c.target[0]);
}
END_TEST

static const struct {
    const char *key, *value;
    thaw_status status;
} settings[] = {
    {"rank", "1", THAW_OK}, {"rank", "256", THAW_OK}, {"seed", "0", THAW_OK}, {"half_life", "0.5", THAW_OK},
    {"batch_users", "1000", THAW_OK}, {"valid_users", "0.5", THAW_OK}, {"rating_min", "-1", THAW_OK},
    {"rank", "0", THAW_OK}, {"rank", "257", THAW_E_RANGE}, {"rank", "1.5", THAW_E_RANGE},
    {"rank", "-1", THAW_E_RANGE}, {"rank", "", THAW_E_RANGE}, {"rank", "six", THAW_E_RANGE},
    {"rank", "16 ", THAW_E_RANGE}, {"rank", "1e400", THAW_E_RANGE}, {"rank", "nan", THAW_E_RANGE},
    {"rank", "99999999999999999999", THAW_E_RANGE}, {"seed", "-1", THAW_E_RANGE}, {"seed", "0.5", THAW_E_RANGE},
    {"passes", "0", THAW_E_RANGE}, {"passes", "10001", THAW_E_RANGE}, {"patience", "-1", THAW_E_RANGE},
    {"valid_users", "0.51", THAW_E_RANGE}, {"valid_users", "nan", THAW_E_RANGE}, {"half_life", "-1", THAW_E_RANGE},
    {"half_life", "inf", THAW_E_RANGE}, {"rating_max", "1e7", THAW_E_RANGE}, {"rating_min", "-inf", THAW_E_RANGE},
    {"batch_users", "-1", THAW_E_RANGE}, {"min_feature", "0", THAW_E_RANGE}, {"min_feature", "1e10", THAW_E_RANGE},
    {"", "1", THAW_E_UNKNOWN}, {"Rank", "1", THAW_E_UNKNOWN}, {"rank ", "1", THAW_E_UNKNOWN},
    {"struct_size", "1", THAW_E_UNKNOWN}, {"allocator", "1", THAW_E_UNKNOWN}, {"reserved", "0", THAW_E_UNKNOWN},
    {"loss", "pairwise", THAW_OK}, {"loss", "hinge", THAW_E_RANGE}, {"loss", "1", THAW_E_RANGE}, {"objective", "ranking", THAW_OK}, {"objective", "2", THAW_E_RANGE}, {"target", "purchase", THAW_OK},
};

START_TEST(config_set_takes_only_what_fits)
{
    thaw_config config = shop_config(NULL, 3, 0), before = config;
    refused(thaw_config_set(&config, settings[_i].key, settings[_i].value), settings[_i].status);
    if (settings[_i].status != THAW_OK) ck_assert_mem_eq(&config, &before, sizeof config);
    if (settings[_i].status == THAW_E_RANGE) reason("; must be ");
}
END_TEST

START_TEST(config_set_refuses_null_and_foreign_sizes)
{
    thaw_config config = shop_config(NULL, 3, 0);
    refused(thaw_config_set(NULL, "rank", "1"), THAW_E_ARG);
    refused(thaw_config_set(&config, NULL, "1"), THAW_E_ARG);
    refused(thaw_config_set(&config, "rank", NULL), THAW_E_ARG);
    config.struct_size = 0;
    refused(thaw_config_set(&config, "rank", "1"), THAW_E_ARG);
    config.struct_size = sizeof config + 1;
    refused(thaw_config_set(&config, "rank", "1"), THAW_E_VERSION);
}
END_TEST

/* One field of a configuration out of bounds. */
static void *only_alloc(void *ctx, uint64_t n)
{
    (void)ctx;
    return malloc((size_t)n);
}

static int32_t run_nothing(void *ctx, thaw_task task, void *arg, int64_t n)
{
    (void)ctx, (void)task, (void)arg, (void)n;
    return 1;
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
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *out = model;
    const thaw_status status = spoil(&config, _i);
    refused(thaw_model_create(&out, &config, data), status);
    ck_assert_ptr_null(out);
    char *bytes = model_bytes(model, &size);
    refused(thaw_model_load_buffer(&out, bytes, size, &config), status);
    refused(thaw_model_load(&out, "/nowhere", &config), status);
    refused(thaw_model_map(&out, "/nowhere", &config), status);
    free(bytes);
}
END_TEST

/* ---- threads ---- */

START_TEST(a_pool_has_1_to_1024_threads)
{
    thaw_threads *pool = (void *)&pool;
    thaw_parallel parallel;
    refused(thaw_threads_create(NULL, 1), THAW_E_ARG);
    refused(thaw_threads_create(&pool, 0), THAW_E_RANGE);
    ck_assert_ptr_null(pool);
    refused(thaw_threads_create(&pool, -1), THAW_E_RANGE);
    refused(thaw_threads_create(&pool, 1025), THAW_E_RANGE);
    reason("1025");
    refused(thaw_threads_parallel(NULL, &parallel), THAW_E_ARG);
    refused(thaw_threads_create(&pool, 1), THAW_OK);
    refused(thaw_threads_parallel(pool, NULL), THAW_E_ARG);
    refused(thaw_threads_parallel(pool, &parallel), THAW_OK);
    ck_assert_int_eq(parallel.n_workers, 1);
    thaw_threads_free(pool);
    thaw_threads_free(NULL);
}
END_TEST

START_TEST(a_hook_that_fails_fails_the_step_and_leaves_the_model)
{
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *m;
    config.parallel = (thaw_parallel){run_nothing, NULL, 2, 0};
    refused(thaw_model_create(&m, &config, data), THAW_OK);
    int64_t n, after;
    char *before = model_bytes(m, &n);
    ck_assert_int_ne(thaw_pretrain_step(m, NULL, data, NULL, 0), THAW_OK);
    char *then = model_bytes(m, &after);
    ck_assert_int_eq(n, after);
    ck_assert_mem_eq(before, then, (size_t)n);
    free(before), free(then);
    thaw_model_free(m);
}
END_TEST

/* ---- model ---- */

START_TEST(model_calls_refuse_null)
{
    const char *text;
    int32_t event;
    thaw_model_info info;
    thaw_model *out = model;
    thaw_model_info_init(&info, sizeof info);
    refused(thaw_model_create(NULL, NULL, data), THAW_E_ARG);
    refused(thaw_model_create(&out, NULL, NULL), THAW_E_ARG);
    ck_assert_ptr_null(out);
    refused(thaw_pretrain_step(NULL, NULL, data, NULL, 0), THAW_E_ARG);
    refused(thaw_pretrain_step(model, NULL, NULL, NULL, 0), THAW_E_ARG);
    refused(thaw_pretrain(NULL, NULL, data, NULL, NULL), THAW_E_ARG);
    refused(thaw_pretrain(model, NULL, NULL, NULL, NULL), THAW_E_ARG);
    refused(thaw_model_add_items(NULL, &row, data), THAW_E_ARG);
    refused(thaw_model_add_items(model, &row, NULL), THAW_E_ARG);
    refused(thaw_model_get_info(NULL, &info), THAW_E_ARG);
    refused(thaw_model_get_info(model, NULL), THAW_E_ARG);
    refused(thaw_model_item_row(NULL, &row, "i0"), THAW_E_ARG);
    refused(thaw_model_item_row(model, NULL, "i0"), THAW_E_ARG);
    refused(thaw_model_item_row(model, &row, NULL), THAW_E_ARG);
    refused(thaw_model_item_key(NULL, &text, 0), THAW_E_ARG);
    refused(thaw_model_item_key(model, NULL, 0), THAW_E_ARG);
    refused(thaw_model_event_id(NULL, &event, "rating"), THAW_E_ARG);
    refused(thaw_model_event_id(model, NULL, "rating"), THAW_E_ARG);
    refused(thaw_model_event_id(model, &event, NULL), THAW_E_ARG);
    refused(thaw_pretrain_update(NULL, NULL, data, NULL, 0, 0), THAW_E_ARG);
    refused(thaw_pretrain_update(model, NULL, NULL, NULL, 0, 0), THAW_E_ARG);
    refused(thaw_pretrain_update(model, NULL, data, &row, 0, 0), THAW_E_RANGE);
    refused(thaw_pretrain_update(model, NULL, data, NULL, 0, (double)NAN), THAW_E_RANGE);
    refused(thaw_pretrain_update(model, NULL, data, NULL, 0, 0), THAW_E_UNSUPPORTED);
    thaw_event_reading reading = {1, 1, 0};
    refused(thaw_model_set_event(NULL, 0, &reading), THAW_E_ARG);
    refused(thaw_model_set_event(model, 0, NULL), THAW_E_ARG);
    refused(thaw_model_set_event(model, 0, &reading), THAW_E_UNSUPPORTED);
    refused(thaw_model_get_event(NULL, 0, &reading), THAW_E_ARG);
    refused(thaw_model_get_event(model, 0, NULL), THAW_E_ARG);
    refused(thaw_model_get_event(model, 9, &reading), THAW_E_RANGE);
    refused(thaw_model_event_name(NULL, &text, 0), THAW_E_ARG);
    refused(thaw_model_event_name(model, NULL, 0), THAW_E_ARG);
    refused(thaw_model_save(NULL, "x"), THAW_E_ARG);
    refused(thaw_model_save(model, NULL), THAW_E_ARG);
    refused(thaw_model_save_buffer(NULL, mean, 8, &size), THAW_E_ARG);
    refused(thaw_model_save_buffer(model, NULL, 8, &size), THAW_E_ARG);
    refused(thaw_model_save_buffer(model, mean, 8, NULL), THAW_E_ARG);
    refused(thaw_model_save_buffer(model, mean, -1, &size), THAW_E_RANGE);
    refused(thaw_model_load(NULL, "x", NULL), THAW_E_ARG);
    refused(thaw_model_load(&out, NULL, NULL), THAW_E_ARG);
    refused(thaw_model_map(NULL, "x", NULL), THAW_E_ARG);
    refused(thaw_model_map(&out, NULL, NULL), THAW_E_ARG);
    refused(thaw_model_load_buffer(NULL, mean, 4, NULL), THAW_E_ARG);
    refused(thaw_model_load_buffer(&out, NULL, 4, NULL), THAW_E_ARG);
    refused(thaw_model_load_buffer(&out, mean, -1, NULL), THAW_E_RANGE);
    refused(thaw_model_load_buffer(&out, mean, 0, NULL), THAW_E_FORMAT);
    thaw_model_free(NULL);
}
END_TEST

START_TEST(reports_and_infos_of_a_foreign_size_are_refused)
{
    const uint32_t sizes[] = {0, 8, 1 << 20};
    const thaw_status status = _i == 2 ? THAW_E_VERSION : THAW_E_ARG;
    thaw_report report = {.struct_size = sizes[_i]};
    thaw_model_info info = {.struct_size = sizes[_i]};
    thaw_query query = {.struct_size = sizes[_i], .top = 1};
    thaw_hit hit;
    refused(thaw_pretrain_step(model, &report, data, NULL, 0), status);
    refused(thaw_pretrain(model, &report, data, NULL, NULL), status);
    refused(thaw_model_get_info(model, &info), status);
    refused(thaw_recommend(model, user, &hit, &size, &query), status);
}
END_TEST

START_TEST(data_without_items_or_without_ratings_make_no_model)
{
    thaw_data *empty;
    thaw_model *out = model;
    refused(thaw_data_create(&empty, NULL), THAW_OK);
    refused(thaw_model_create(&out, NULL, empty), THAW_E_RANGE);
    ck_assert_ptr_null(out);
    refused(thaw_pretrain_step(model, NULL, empty, NULL, 0), THAW_E_RANGE);
    refused(thaw_pretrain(model, NULL, empty, NULL, NULL), THAW_E_RANGE);
    refused(thaw_model_add_items(model, &row, empty), THAW_OK);
    ck_assert_int_eq(row, 0);
    thaw_event_columns columns = {.struct_size = sizeof columns, .users = (const char *const[]){"u0"},
                                  .items = (const char *const[]){"i0"}};
    refused(thaw_data_add_events(empty, &columns, 1), THAW_OK);
    const thaw_config rates = {.struct_size = sizeof rates, .seed = 1, .passes = 1, .min_feature = 2, .objective = THAW_RATING};
    refused(thaw_model_create(&out, &rates, empty), THAW_E_UNSUPPORTED);
    refused(thaw_pretrain(model, NULL, empty, NULL, NULL), THAW_E_RANGE);
    thaw_data_free(empty);
}
END_TEST

static thaw_data *one_event(const char *item, const char *name, float value)
{
    thaw_data *d;
    refused(thaw_data_create(&d, NULL), THAW_OK);
    thaw_event_columns columns = {.struct_size = sizeof columns, .users = (const char *const[]){"u0"},
                                  .items = &item, .events = &name, .values = &value};
    refused(thaw_data_add_events(d, &columns, 1), THAW_OK);
    return d;
}

START_TEST(training_refuses_what_the_model_does_not_know)
{
    static const struct {
        const char *item, *name;
        float value;
        thaw_status status;
        const char *words;
    } bad[] = {{"elsewhere", "rating", 3, THAW_E_UNKNOWN, "elsewhere"},
               {"i0", "smelled", 3, THAW_E_UNKNOWN, "smelled"},
               {"i0", "rating", 5.5f, THAW_E_RANGE, "5.5"},
               {"i0", "rating", 0, THAW_E_RANGE, "must be 1 to 5"}};
    thaw_data *d = one_event(bad[_i].item, bad[_i].name, bad[_i].value);
    int64_t n, after;
    char *before = model_bytes(model, &n);
    refused(thaw_pretrain_step(model, NULL, d, NULL, 0), bad[_i].status);
    reason(bad[_i].words);
    refused(thaw_pretrain(model, NULL, d, NULL, NULL), bad[_i].status);
    char *then = model_bytes(model, &after);
    ck_assert(n == after && memcmp(before, then, (size_t)n) == 0);
    free(before), free(then);
    thaw_data_free(d);
}
END_TEST

START_TEST(ratings_beyond_a_million_make_no_model)
{
    thaw_data *d = one_event("i0", "rating", _i ? -3e38f : 2e6f);
    thaw_model *out;
    refused(thaw_model_create(&out, NULL, d), THAW_E_RANGE);
    thaw_data_free(d);
}
END_TEST

START_TEST(ratings_outside_the_configured_range_cannot_be_trained_on)
{
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *m;
    config.rating_min = 1, config.rating_max = 4;
    refused(thaw_model_create(&m, &config, data), THAW_OK);
    refused(thaw_pretrain_step(m, NULL, data, NULL, 0), THAW_E_RANGE);
    reason("must be 1 to 4");
    thaw_model_free(m);
}
END_TEST

START_TEST(user_rows_of_a_step_are_known_and_distinct)
{
    const int64_t out_of_bounds[] = {0, SHOP_USERS}, negative[] = {-1}, twice[] = {3, 1, 3};
    refused(thaw_pretrain_step(model, NULL, data, out_of_bounds, 2), THAW_E_RANGE);
    refused(thaw_pretrain_step(model, NULL, data, negative, 1), THAW_E_RANGE);
    refused(thaw_pretrain_step(model, NULL, data, twice, 3), THAW_E_RANGE);
    reason("twice");
    refused(thaw_pretrain_step(model, NULL, data, twice, 0), THAW_E_RANGE);
    refused(thaw_pretrain_step(model, NULL, data, twice, -1), THAW_E_RANGE);
    refused(thaw_pretrain_step(model, NULL, data, twice, INT64_MAX), THAW_E_RANGE);
    refused(thaw_pretrain_step(model, NULL, data, twice, INT64_C(1) << 40), THAW_E_RANGE);
    refused(thaw_pretrain_step(model, NULL, data, twice, 2), THAW_OK);
}
END_TEST

START_TEST(a_feature_of_another_type_is_a_mismatch)
{
    thaw_data *d = one_event("new", "rating", 3);
    refused(thaw_data_add_feature(d, THAW_ITEMS, "price", THAW_TOKEN, (const char *const[]){"new"},
                                  (const char *const[]){"dear"}, 1), THAW_OK);
    row = 77;
    refused(thaw_model_add_items(model, &row, d), THAW_E_MISMATCH);
    reason("price");
    ck_assert_int_eq(row, 77);
    refused(thaw_model_item_row(model, &row, "new"), THAW_E_UNKNOWN);
    thaw_data_free(d);
}
END_TEST

START_TEST(lookups_name_what_they_miss)
{
    const char *text = "kept";
    int32_t event = 7;
    row = 9;
    refused(thaw_model_item_row(model, &row, "i99"), THAW_E_UNKNOWN);
    reason("i99");
    refused(thaw_model_item_row(model, &row, ""), THAW_E_UNKNOWN);
    ck_assert_int_eq(row, 9);
    refused(thaw_model_item_key(model, &text, SHOP_ITEMS), THAW_E_RANGE);
    reason("must be 0 to 11");
    refused(thaw_model_item_key(model, &text, -1), THAW_E_RANGE);
    refused(thaw_model_item_key(model, &text, INT64_MAX), THAW_E_RANGE);
    refused(thaw_model_event_id(model, &event, "view_item"), THAW_E_UNKNOWN);
    refused(thaw_model_event_name(model, &text, 1), THAW_E_RANGE);
    refused(thaw_model_event_name(model, &text, -1), THAW_E_RANGE);
    ck_assert(event == 7 && strcmp(text, "kept") == 0);
    refused(thaw_model_event_id(model, &event, "rating"), THAW_OK);
    refused(thaw_model_event_name(model, &text, event), THAW_OK);
    ck_assert_str_eq(text, "rating");
    refused(thaw_model_item_row(model, &row, "i11"), THAW_OK);
    refused(thaw_model_item_key(model, &text, row), THAW_OK);
    ck_assert_str_eq(text, "i11");
}
END_TEST

START_TEST(ga4_names_find_the_shops_events)
{
    thaw_data *d = one_event("i0", "view_item", 3);
    thaw_model *m;
    int32_t event;
    refused(thaw_model_create(&m, NULL, d), THAW_OK);
    refused(thaw_model_event_id(m, &event, "view_item"), THAW_OK);
    refused(thaw_model_event_id(m, &event, "view"), THAW_OK);
    ck_assert_int_eq(event, 0);
    thaw_model_free(m);
    thaw_data_free(d);
}
END_TEST

/* ---- user ---- */

START_TEST(user_calls_refuse_null)
{
    const thaw_event e = shop_event(0);
    const char *const names[] = {"age"};
    const int64_t offsets[] = {0, 1};
    thaw_user *out = user;
    refused(thaw_user_create(NULL, model), THAW_E_ARG);
    refused(thaw_user_create(&out, NULL), THAW_E_ARG);
    ck_assert_ptr_null(out);
    refused(thaw_user_copy(NULL, user), THAW_E_ARG);
    refused(thaw_user_copy(&out, NULL), THAW_E_ARG);
    refused(thaw_user_set_features(NULL, user, names, names, 1), THAW_E_ARG);
    refused(thaw_user_set_features(model, NULL, names, names, 1), THAW_E_ARG);
    refused(thaw_user_set_features(model, user, NULL, names, 1), THAW_E_ARG);
    refused(thaw_user_set_features(model, user, names, NULL, 1), THAW_E_ARG);
    refused(thaw_user_set_features(model, user, (const char *const[]){NULL}, names, 1), THAW_E_ARG);
    refused(thaw_user_set_features(model, user, names, names, -1), THAW_E_RANGE);
    refused(thaw_user_set_features(model, user, NULL, NULL, 0), THAW_OK);
    refused(thaw_adapt(NULL, user, &e, 1), THAW_E_ARG);
    refused(thaw_adapt(model, NULL, &e, 1), THAW_E_ARG);
    refused(thaw_adapt(model, user, NULL, 1), THAW_E_ARG);
    refused(thaw_adapt(model, user, NULL, 0), THAW_OK);
    refused(thaw_adapt_many(NULL, user, mean, &e, offsets, 1), THAW_E_ARG);
    refused(thaw_adapt_many(model, NULL, mean, &e, offsets, 1), THAW_E_ARG);
    refused(thaw_adapt_many(model, user, NULL, &e, offsets, 1), THAW_E_ARG);
    refused(thaw_adapt_many(model, user, mean, NULL, offsets, 1), THAW_E_ARG);
    refused(thaw_adapt_many(model, user, mean, &e, NULL, 1), THAW_E_ARG);
    refused(thaw_adapt_many(model, user, NULL, NULL, NULL, 0), THAW_OK);
    refused(thaw_user_observe(NULL, user, &e), THAW_E_ARG);
    refused(thaw_user_observe(model, NULL, &e), THAW_E_ARG);
    refused(thaw_user_observe(model, user, NULL), THAW_E_ARG);
    refused(thaw_user_belief(NULL, user, mean, covariance), THAW_E_ARG);
    refused(thaw_user_belief(model, NULL, mean, covariance), THAW_E_ARG);
    refused(thaw_user_belief(model, user, NULL, NULL), THAW_OK);
    refused(thaw_user_save(NULL, mean, 8, &size), THAW_E_ARG);
    refused(thaw_user_save(user, NULL, 8, &size), THAW_E_ARG);
    refused(thaw_user_save(user, mean, 8, NULL), THAW_E_ARG);
    refused(thaw_user_save(user, mean, -1, &size), THAW_E_RANGE);
    refused(thaw_user_load(NULL, model, mean, 8), THAW_E_ARG);
    refused(thaw_user_load(&out, NULL, mean, 8), THAW_E_ARG);
    refused(thaw_user_load(&out, model, NULL, 8), THAW_E_ARG);
    refused(thaw_user_load(&out, model, mean, -1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_user_n_events(NULL), 0);
    thaw_user_free(NULL);
}
END_TEST

/* One thing wrong with an event of a model without half-life; the last two are fine. */
static const struct {
    thaw_event event;
    thaw_status status;
} events[] = {
    {{.item = -1, .value = 3}, THAW_E_RANGE},         {{.item = SHOP_ITEMS, .value = 3}, THAW_E_RANGE},
    {{.item = INT64_MAX, .value = 3}, THAW_E_RANGE},  {{.item = INT64_MIN, .value = 3}, THAW_E_RANGE},
    {{.value = 0.99f}, THAW_E_RANGE},                 {{.value = 5.01f}, THAW_E_RANGE},
    {{.value = NAN}, THAW_E_RANGE},                   {{.value = INFINITY}, THAW_E_RANGE},
    {{.value = -INFINITY}, THAW_E_RANGE},             {{.value = 3, .event = 1}, THAW_E_RANGE},
    {{.value = 3, .event = -1}, THAW_E_RANGE},        {{.value = 3, .event = INT32_MAX}, THAW_E_RANGE},
    {{.value = 3, .time = NAN}, THAW_OK},             {{.value = 2.5f, .time = INFINITY}, THAW_OK},
};

START_TEST(a_bad_event_leaves_the_user_alone)
{
    const thaw_event two[] = {shop_event(1), events[_i].event};
    const int64_t offsets[] = {0, 1, 2};
    float before[4], after[4], means[8] = {7, 7, 7, 7, 7, 7, 7, 7};
    refused(thaw_adapt(model, user, two, 1), THAW_OK);
    refused(thaw_user_belief(model, user, before, NULL), THAW_OK);
    refused(thaw_user_observe(model, user, &two[1]), events[_i].status);
    if (events[_i].status != THAW_OK) {
        reason("must be ");
        ck_assert_int_eq(thaw_user_n_events(user), 1);
    }
    refused(thaw_adapt(model, user, two, 2), events[_i].status);
    refused(thaw_adapt_many(model, user, means, two, offsets, 2), events[_i].status);
    if (events[_i].status == THAW_OK) return;
    ck_assert(means[0] == 7 && means[7] == 7);
    refused(thaw_user_belief(model, user, after, NULL), THAW_OK);
    ck_assert_mem_eq(before, after, sizeof before);
}
END_TEST

START_TEST(a_fading_model_needs_finite_times)
{
    thaw_model *m = shop_model(NULL, 4, 30);
    thaw_user *u;
    thaw_event e = shop_event(0);
    refused(thaw_user_create(&u, m), THAW_OK);
    e.time = _i ? (double)INFINITY : (double)NAN;
    refused(thaw_adapt(m, u, &e, 1), THAW_E_RANGE);
    refused(thaw_user_observe(m, u, &e), THAW_E_RANGE);
    e.time = _i ? -1.7e308 : 1.7e308; /* finite but absurd: works */
    refused(thaw_user_observe(m, u, &e), THAW_OK);
    e.time = -e.time;
    refused(thaw_user_observe(m, u, &e), THAW_OK);
    refused(thaw_user_belief(m, u, mean, NULL), THAW_OK);
    ck_assert(isfinite(mean[0]));
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

START_TEST(counts_and_offsets_are_checked)
{
    const thaw_event e = shop_event(0);
    const int64_t late[] = {1, 1}, falling[] = {0, 1, 0}, negative[] = {0, -1}, huge[] = {0, INT64_MAX};
    refused(thaw_adapt(model, user, &e, -1), THAW_E_RANGE);
    refused(thaw_adapt(model, user, &e, 1000000001), THAW_E_RANGE);
    refused(thaw_adapt(model, user, &e, INT64_MAX), THAW_E_RANGE);
    refused(thaw_adapt_many(model, user, mean, &e, late, 1), THAW_E_RANGE);
    refused(thaw_adapt_many(model, user, mean, &e, falling, 2), THAW_E_RANGE);
    refused(thaw_adapt_many(model, user, mean, &e, negative, 1), THAW_E_RANGE);
    refused(thaw_adapt_many(model, user, mean, &e, huge, 1), THAW_E_RANGE);
    refused(thaw_adapt_many(model, user, mean, &e, late, -1), THAW_E_RANGE);
}
END_TEST

START_TEST(a_duplicate_event_counts_twice)
{
    const thaw_event once[] = {shop_event(1)}, twice[] = {shop_event(1), shop_event(1)};
    float first[16], second[16];
    refused(thaw_adapt(model, user, once, 1), THAW_OK);
    refused(thaw_user_belief(model, user, NULL, first), THAW_OK);
    refused(thaw_adapt(model, user, twice, 2), THAW_OK);
    refused(thaw_user_belief(model, user, NULL, second), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), 2);
    ck_assert(first[0] + first[5] + first[10] + first[15] > second[0] + second[5] + second[10] + second[15]);
}
END_TEST

START_TEST(features_that_are_unknown_or_no_numbers_are_refused)
{
    const thaw_event e = shop_event(1);
    const char *const names[] = {"age", "town"};
    refused(thaw_adapt(model, user, &e, 1), THAW_OK);
    refused(thaw_user_set_features(model, user, (const char *const[]){"shoe size"}, names, 1), THAW_E_UNKNOWN);
    reason("shoe size");
    refused(thaw_user_set_features(model, user, names, (const char *const[]){"old", "Ulm"}, 2), THAW_E_RANGE);
    reason("old");
    refused(thaw_user_set_features(model, user, names, (const char *const[]){"nan", "Ulm"}, 2), THAW_E_RANGE);
    refused(thaw_user_set_features(model, user, names, (const char *const[]){"1e39", "Ulm"}, 2), THAW_E_RANGE);
    ck_assert_int_eq(thaw_user_n_events(user), 1); /* unchanged so far */
    refused(thaw_user_set_features(model, user, names, (const char *const[]){"-1e30", "nowhere"}, 2), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), 0);
    refused(thaw_user_set_features(model, user, names, (const char *const[]){NULL, ""}, 2), THAW_OK);
    refused(thaw_user_belief(model, user, mean, NULL), THAW_OK);
    for (int j = 0; j < 4; j++) ck_assert(mean[j] == 0);
}
END_TEST

/* Every call with a user that does not belong to m. */
static void refuse_everywhere(const thaw_model *m, thaw_user *u)
{
    const thaw_event e = shop_event(0);
    const int64_t offsets[] = {0, 1};
    thaw_hit hits[10];
    thaw_user *out;
    refused(thaw_user_set_features(m, u, NULL, NULL, 0), THAW_E_MISMATCH);
    refused(thaw_adapt(m, u, &e, 1), THAW_E_MISMATCH);
    refused(thaw_adapt_many(m, u, mean, &e, offsets, 1), THAW_E_MISMATCH);
    refused(thaw_user_observe(m, u, &e), THAW_E_MISMATCH);
    refused(thaw_user_belief(m, u, mean, covariance), THAW_E_MISMATCH);
    refused(thaw_score(m, u, mean, NULL, rows, 4), THAW_E_MISMATCH);
    refused(thaw_recommend(m, u, hits, &size, NULL), THAW_E_MISMATCH);
    char *bytes = user_bytes(u, &size);
    refused(thaw_user_load(&out, m, bytes, size), THAW_E_MISMATCH);
    ck_assert_ptr_null(out);
    free(bytes);
}

START_TEST(a_user_of_another_model_is_refused)
{
    thaw_model *other;
    if (_i == 0) other = shop_model(NULL, 4, 5);
    else if (_i == 1) other = shop_model(NULL, 32, 0);
    else {
        const thaw_config config = shop_config(NULL, 4, 0);
        refused(thaw_model_create(&other, &config, data), THAW_OK);
    }
    refuse_everywhere(other, user);
    thaw_model_free(other);
}
END_TEST

START_TEST(a_user_from_before_a_step_is_refused)
{
    refused(thaw_pretrain_step(model, NULL, data, NULL, 0), THAW_OK);
    refuse_everywhere(model, user);
}
END_TEST

START_TEST(untrained_models_of_other_data_do_not_share_users)
{
    thaw_data *other_data = shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 2);
    const thaw_config config = shop_config(NULL, 4, 0);
    thaw_model *one, *other;
    thaw_user *u;
    refused(thaw_model_create(&one, &config, data), THAW_OK);
    refused(thaw_model_create(&other, &config, other_data), THAW_OK);
    refused(thaw_user_create(&u, one), THAW_OK);
    refuse_everywhere(other, u);
    thaw_user_free(u);
    thaw_model_free(one);
    thaw_model_free(other);
    thaw_data_free(other_data);
}
END_TEST

START_TEST(new_items_leave_users_valid)
{
    thaw_data *more = shop_data(NULL, SHOP_USERS, SHOP_ITEMS + 3, 1);
    const int64_t added[] = {SHOP_ITEMS, SHOP_ITEMS + 2};
    refused(thaw_model_add_items(model, &row, more), THAW_OK);
    ck_assert_int_eq(row, 3);
    refused(thaw_score(model, user, mean, NULL, added, 2), THAW_OK);
    ck_assert(isfinite(mean[0]) && isfinite(mean[1]));
    thaw_data_free(more);
}
END_TEST

/* ---- score and recommend ---- */

START_TEST(score_refuses_bad_lists_and_writes_nothing)
{
    const int64_t past[] = {0, SHOP_ITEMS}, negative[] = {-1};
    float untouched[2] = {7, 7};
    refused(thaw_score(NULL, user, mean, NULL, rows, 4), THAW_E_ARG);
    refused(thaw_score(model, NULL, mean, NULL, rows, 4), THAW_E_ARG);
    refused(thaw_score(model, user, mean, NULL, NULL, 4), THAW_E_ARG);
    refused(thaw_score(model, user, mean, NULL, NULL, 0), THAW_OK);
    refused(thaw_score(model, user, NULL, NULL, rows, 4), THAW_OK);
    refused(thaw_score(model, user, mean, NULL, rows, -1), THAW_E_RANGE);
    refused(thaw_score(model, user, mean, NULL, rows, INT64_MIN), THAW_E_RANGE);
    refused(thaw_score(model, user, untouched, untouched, past, 2), THAW_E_RANGE);
    reason("must be 0 to 11");
    refused(thaw_score(model, user, untouched, NULL, negative, 1), THAW_E_RANGE);
    ck_assert(untouched[0] == 7 && untouched[1] == 7);
}
END_TEST

START_TEST(repeated_rows_score_the_same)
{
    float variance[4];
    refused(thaw_score(model, user, mean, variance, rows, 4), THAW_OK);
    ck_assert(mean[1] == mean[2] && variance[1] == variance[2] && variance[0] > 0);
}
END_TEST

START_TEST(recommend_refuses_bad_queries)
{
    thaw_query q;
    thaw_hit hits[20];
    const int64_t past[] = {SHOP_ITEMS};
    size = 77;
    refused(thaw_query_init(&q, sizeof q), THAW_OK);
    refused(thaw_recommend(NULL, user, hits, &size, NULL), THAW_E_ARG);
    refused(thaw_recommend(model, NULL, hits, &size, NULL), THAW_E_ARG);
    refused(thaw_recommend(model, user, NULL, &size, NULL), THAW_E_ARG);
    refused(thaw_recommend(model, user, hits, NULL, NULL), THAW_E_ARG);
    q.top = 0;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.top = INT64_MIN;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.top = 5, q.n_exclude = 1;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_ARG);
    q.exclude = past;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.n_exclude = -1;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.n_exclude = 0, q.allow = past, q.n_allow = 1;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    q.n_allow = -1;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_RANGE);
    ck_assert_int_eq(size, 77);
    q.n_allow = 0;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_OK);
    ck_assert_int_eq(size, 0);
    q.allow = NULL, q.top = INT64_MAX; /* more than there is: no more than that is written */
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_OK);
    ck_assert_int_eq(size, SHOP_ITEMS);
}
END_TEST

START_TEST(a_query_of_version_0_1_still_works)
{
    enum { OLD = offsetof(thaw_query, groups) };
    thaw_query q;
    thaw_hit hits[20];
    memset(&q, 0x5a, sizeof q);
    refused(thaw_query_init(&q, OLD), THAW_OK);
    ck_assert(q.struct_size == OLD && q.top == 10 && q.n_groups == 0x5a5a5a5a5a5a5a5a); /* no byte beyond is touched */
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_OK);
    ck_assert_int_eq(size, 10);
    refused(thaw_query_init(&q, OLD - 8), THAW_E_ARG);
    q.struct_size = OLD - 8;
    refused(thaw_recommend(model, user, hits, &size, &q), THAW_E_ARG);
}
END_TEST

static const struct {
    thaw_query query;
    thaw_status status;
    const char *words;
} limits[] = {
    {{.group_cap = -1}, THAW_E_RANGE, "group_cap is -1"},
    {{.group_cap = 1}, THAW_E_ARG, "groups is required"},
    {{.allow_groups = (const int32_t[]){0}, .n_allow_groups = 1}, THAW_E_ARG, "groups is required"},
    {{.n_allow_groups = 1}, THAW_E_ARG, "allow_groups is required"},
    {{.n_allow_groups = -1}, THAW_E_RANGE, "n_allow_groups is -1"},
    {{.groups = (const int32_t[SHOP_ITEMS]){0}, .n_groups = 11}, THAW_E_RANGE, "n_groups is 11; must be the 12 items"},
    {{.min_score = NAN}, THAW_E_RANGE, "min_score is not a number"},
    {{.caution = -1}, THAW_E_RANGE, "caution is -1"},
    {{.caution = INFINITY}, THAW_E_RANGE, "caution is inf"},
    {{.caution = NAN}, THAW_E_RANGE, "caution is nan"},
    {{.parallel = {.run = run_nothing}}, THAW_E_RANGE, "n_workers is 0"},
};

START_TEST(recommend_refuses_bad_groups_and_limits)
{
    thaw_query q = limits[_i].query;
    thaw_hit hits[20];
    const thaw_user *users[] = {user, user};
    q.struct_size = sizeof q, q.top = 3;
    size = 77;
    refused(thaw_recommend(model, user, hits, &size, &q), limits[_i].status);
    ck_assert_int_eq(size, 77);
    reason(limits[_i].words);
    refused(thaw_recommend_many(model, hits, &size, users, 2, &q), limits[_i].status);
    ck_assert_int_eq(size, 77);
}
END_TEST

START_TEST(recommend_many_refuses_bad_arguments)
{
    thaw_query q;
    thaw_hit hits[20];
    int64_t n_hits[2] = {77, 77};
    const thaw_user *users[] = {user, NULL};
    refused(thaw_query_init(&q, sizeof q), THAW_OK);
    refused(thaw_recommend_many(NULL, hits, n_hits, users, 1, NULL), THAW_E_ARG);
    refused(thaw_recommend_many(model, NULL, n_hits, users, 1, NULL), THAW_E_ARG);
    refused(thaw_recommend_many(model, hits, NULL, users, 1, NULL), THAW_E_ARG);
    refused(thaw_recommend_many(model, hits, n_hits, NULL, 1, NULL), THAW_E_ARG);
    refused(thaw_recommend_many(model, hits, n_hits, users, 2, NULL), THAW_E_ARG);
    refused(thaw_recommend_many(model, hits, n_hits, users, -1, NULL), THAW_E_RANGE);
    q.top = INT64_MAX / 16;
    users[1] = user;
    refused(thaw_recommend_many(model, hits, n_hits, users, 2, &q), THAW_E_RANGE);
    reason("do not fit into memory");
    ck_assert(n_hits[0] == 77 && n_hits[1] == 77);
    refused(thaw_recommend_many(model, NULL, NULL, NULL, 0, NULL), THAW_OK);
    refused(thaw_recommend_many(model, hits, n_hits, users, 2, NULL), THAW_OK);
    ck_assert(n_hits[0] == 10 && n_hits[1] == 10 && memcmp(hits, hits + 10, 10 * sizeof *hits) == 0);
}
END_TEST

START_TEST(item_groups_come_from_columns_of_tokens)
{
    int32_t groups[SHOP_ITEMS] = {77};
    thaw_data *other;
    const char *const keys[] = {"i3", "i5", "i4", "stranger"}, *const values[] = {"red wool", "blue", "red", "green"};
    refused(thaw_model_item_groups(NULL, groups, &size, data, "genre"), THAW_E_ARG);
    refused(thaw_model_item_groups(model, NULL, &size, data, "genre"), THAW_E_ARG);
    refused(thaw_model_item_groups(model, groups, NULL, data, "genre"), THAW_E_ARG);
    refused(thaw_model_item_groups(model, groups, &size, NULL, "genre"), THAW_E_ARG);
    refused(thaw_model_item_groups(model, groups, &size, data, NULL), THAW_E_ARG);
    refused(thaw_model_item_groups(model, groups, &size, data, "shoe"), THAW_E_UNKNOWN);
    refused(thaw_model_item_groups(model, groups, &size, data, "price"), THAW_E_MISMATCH);
    ck_assert_int_eq(groups[0], 77);
    refused(thaw_model_item_groups(model, groups, &size, data, "genre"), THAW_OK);
    for (int i = 0; i < SHOP_ITEMS; i++) ck_assert(groups[i] >= 0 && groups[i] < size);
    refused(thaw_data_create(&other, NULL), THAW_OK);
    refused(thaw_data_add_feature(other, THAW_ITEMS, "tint", THAW_TOKEN_SEQ, keys, values, 4), THAW_OK);
    refused(thaw_model_item_groups(model, groups, &size, other, "tint"), THAW_OK);
    ck_assert(groups[0] == -1 && groups[3] >= 0 && groups[3] == groups[4] && groups[5] >= 0 && groups[5] != groups[3]);
    thaw_data_free(other);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("api refusals");
    TCase *config = tcase_create("config");
    tcase_add_checked_fixture(config, setup, teardown);
    tcase_add_test(config, init_functions_refuse_null_and_foreign_sizes);
    tcase_add_test(config, defaults_are_those_of_the_header);
    tcase_add_loop_test(config, config_set_takes_only_what_fits, 0, N(settings));
    tcase_add_test(config, config_set_refuses_null_and_foreign_sizes);
    tcase_add_loop_test(config, a_bad_field_of_config_is_refused_everywhere, 0, SPOILED);
    tcase_add_test(config, a_pool_has_1_to_1024_threads);
    tcase_add_test(config, a_hook_that_fails_fails_the_step_and_leaves_the_model);
    suite_add_tcase(suite, config);
    TCase *m = tcase_create("model");
    tcase_add_checked_fixture(m, setup, teardown);
    tcase_add_test(m, model_calls_refuse_null);
    tcase_add_loop_test(m, reports_and_infos_of_a_foreign_size_are_refused, 0, 3);
    tcase_add_test(m, data_without_items_or_without_ratings_make_no_model);
    tcase_add_loop_test(m, training_refuses_what_the_model_does_not_know, 0, 4);
    tcase_add_loop_test(m, ratings_beyond_a_million_make_no_model, 0, 2);
    tcase_add_test(m, ratings_outside_the_configured_range_cannot_be_trained_on);
    tcase_add_test(m, user_rows_of_a_step_are_known_and_distinct);
    tcase_add_test(m, a_feature_of_another_type_is_a_mismatch);
    tcase_add_test(m, lookups_name_what_they_miss);
    tcase_add_test(m, ga4_names_find_the_shops_events);
    suite_add_tcase(suite, m);
    TCase *u = tcase_create("user");
    tcase_add_checked_fixture(u, setup, teardown);
    tcase_add_test(u, user_calls_refuse_null);
    tcase_add_loop_test(u, a_bad_event_leaves_the_user_alone, 0, N(events));
    tcase_add_loop_test(u, a_fading_model_needs_finite_times, 0, 2);
    tcase_add_test(u, counts_and_offsets_are_checked);
    tcase_add_test(u, a_duplicate_event_counts_twice);
    tcase_add_test(u, features_that_are_unknown_or_no_numbers_are_refused);
    tcase_add_loop_test(u, a_user_of_another_model_is_refused, 0, 3);
    tcase_add_test(u, a_user_from_before_a_step_is_refused);
    tcase_add_test(u, untrained_models_of_other_data_do_not_share_users);
    tcase_add_test(u, new_items_leave_users_valid);
    suite_add_tcase(suite, u);
    TCase *s = tcase_create("score");
    tcase_add_checked_fixture(s, setup, teardown);
    tcase_add_test(s, score_refuses_bad_lists_and_writes_nothing);
    tcase_add_test(s, repeated_rows_score_the_same);
    tcase_add_test(s, recommend_refuses_bad_queries);
    tcase_add_test(s, a_query_of_version_0_1_still_works);
    tcase_add_loop_test(s, recommend_refuses_bad_groups_and_limits, 0, N(limits));
    tcase_add_test(s, recommend_many_refuses_bad_arguments);
    tcase_add_test(s, item_groups_come_from_columns_of_tokens);
    suite_add_tcase(suite, s);
    return run_suite(suite);
}
