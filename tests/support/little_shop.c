/* SPDX-License-Identifier: Apache-2.0
 * Checksums are computed independently, from docs/file-format.md, so that tests can damage bytes and set a valid
 * checksum. */
#include "little_shop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static void must(thaw_status st)
{
    if (st == THAW_OK) return;
    fprintf(stderr, "little shop: %s\n", thaw_last_error());
    abort();
}

/* ---- data ---- */

/* A number in -1 … 1 that depends on all three. */
static double drawn(uint64_t seed, int kind, int index)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15u + (uint64_t)kind * 0xbf58476d1ce4e5b9u + (uint64_t)index + 1;
    for (int k = 0; k < 3; k++) x = (x ^ (x >> 31)) * 0x94d049bb133111ebu;
    return (double)(x >> 11) / 4503599627370496.0 - 1;
}

enum { BIAS, TASTE, OTHER, PICK, NOISE, USER_KIND = 10 };

static float rating(uint64_t seed, int u, int i)
{
    double y = 3.2 + drawn(seed, BIAS, i) + 0.7 * drawn(seed, USER_KIND + BIAS, u) +
               2 * drawn(seed, TASTE, i) * drawn(seed, USER_KIND + TASTE, u) +
               drawn(seed, OTHER, i) * drawn(seed, USER_KIND + OTHER, u) + 0.5 * drawn(seed, NOISE, 1000 * u + i);
    return y < 1 ? 1 : y > 5 ? 5 : (float)(int)(y + 0.5);
}

static void add_rating(thaw_data *data, uint64_t seed, int u, int i)
{
    char user[16], item[16];
    snprintf(user, sizeof user, "u%d", u);
    snprintf(item, sizeof item, "i%d", i);
    thaw_event_columns columns = {.struct_size = sizeof columns,
                                  .users = (const char *const[]){user},
                                  .items = (const char *const[]){item},
                                  .values = (const float[]){rating(seed, u, i)},
                                  .times = (const double[]){u + 10.0 * i}};
    must(thaw_data_add_events(data, &columns, 1));
}

static void add_feature(thaw_data *data, int32_t table, const char *name, int32_t type, const char *key,
                        const char *value)
{
    must(thaw_data_add_feature(data, table, name, type, &key, &value, 1));
}

static void add_item(thaw_data *data, uint64_t seed, int i)
{
    char key[16], price[32];
    snprintf(key, sizeof key, "i%d", i);
    snprintf(price, sizeof price, "%.3f", 10 + 5 * drawn(seed, OTHER, i));
    add_feature(data, THAW_TABLE_ITEMS, "genre", THAW_TYPE_TOKEN, key, drawn(seed, TASTE, i) > 0 ? "loud" : "quiet");
    const char *tags = i % 3 == 0 ? "new cheap" : i % 3 == 1 ? "cheap" : "";
    add_feature(data, THAW_TABLE_ITEMS, "tags", THAW_TYPE_TOKEN_SEQ, key, tags);
    add_feature(data, THAW_TABLE_ITEMS, "price", THAW_TYPE_FLOAT, key, price);
}

static void add_user(thaw_data *data, uint64_t seed, int u)
{
    char key[16], age[32];
    snprintf(key, sizeof key, "u%d", u);
    snprintf(age, sizeof age, "%.0f", 40 + 20 * drawn(seed, USER_KIND + OTHER, u));
    add_feature(data, THAW_TABLE_USERS, "age", THAW_TYPE_FLOAT, key, u % 5 ? age : "");
    const char *town = drawn(seed, USER_KIND + TASTE, u) > 0 ? "Ulm" : "Köln";
    add_feature(data, THAW_TABLE_USERS, "town", THAW_TYPE_TOKEN, key, town);
}

thaw_data *shop_data(const thaw_allocator *allocator, int users, int items, uint64_t seed)
{
    thaw_data *data;
    const thaw_config config = shop_config(allocator, 2, 0);
    must(thaw_data_create(&data, &config));
    for (int i = 0; i < items; i++) add_item(data, seed, i);
    for (int u = 0; u < users; u++) {
        add_user(data, seed, u);
        for (int i = 0; i < items; i++)
            if (i == u % items || drawn(seed, PICK, 1000 * u + i) > 0) add_rating(data, seed, u, i);
    }
    return data;
}

/* ---- model ---- */

thaw_config shop_config(const thaw_allocator *allocator, int rank, float half_life)
{
    thaw_config config;
    must(thaw_config_init(&config, sizeof config));
    if (allocator) config.allocator = *allocator;
    config.rank = rank;
    config.passes = 4;
    config.half_life = half_life;
    return config;
}

static thaw_model *trained(const thaw_config *config)
{
    thaw_model *model;
    thaw_data *data = shop_data(&config->allocator, SHOP_USERS, SHOP_ITEMS, 1);
    must(thaw_model_create(&model, config, data));
    must(thaw_pretrain(model, NULL, data, NULL, NULL));
    thaw_data_free(data);
    return model;
}

thaw_model *shop_model(const thaw_allocator *allocator, int rank, float half_life)
{
    const thaw_config config = shop_config(allocator, rank, half_life);
    return trained(&config);
}

thaw_model *shop_ranking(const thaw_allocator *allocator, int rank)
{
    thaw_config config = shop_config(allocator, rank, 0);
    config.objective = THAW_OBJECTIVE_RANKING;
    return trained(&config);
}

thaw_event shop_event(int k)
{
    return (thaw_event){.item = k * 5 % SHOP_ITEMS, .value = (float)(1 + k * 3 % 5), .time = 100 + k};
}

/* ---- bytes ---- */

char *model_bytes(const thaw_model *model, int64_t *size)
{
    if (thaw_model_save_buffer(model, NULL, 0, size) != THAW_E_SPACE) abort();
    char *bytes = malloc((size_t)*size);
    if (!bytes) abort();
    must(thaw_model_save_buffer(model, bytes, *size, size));
    return bytes;
}

char *user_bytes(const thaw_user *user, int64_t *size)
{
    if (thaw_user_save(user, NULL, 0, size) != THAW_E_SPACE) abort();
    char *bytes = malloc((size_t)*size);
    if (!bytes) abort();
    must(thaw_user_save(user, bytes, *size, size));
    return bytes;
}

/* Write 16 digits after a key of the header; 0 if there is no such key. */
static int put_digits(char *bytes, int64_t size, const char *mark, const char *digits)
{
    const int64_t n = (int64_t)strlen(mark);
    for (int64_t at = 8; at + n + 16 <= size; at++) {
        if (memcmp(bytes + at, mark, (size_t)n) != 0) continue;
        memcpy(bytes + at + n, digits, 16);
        return 1;
    }
    return 0;
}

int mend_model(char *bytes, int64_t size)
{
    static const char mark[] = "\"thaw.checksum\":\"";
    char digits[17];
    if (!put_digits(bytes, size, mark, "0000000000000000")) return 0;
    snprintf(digits, sizeof digits, "%016" PRIx64, (uint64_t)XXH3_64bits(bytes, (size_t)size));
    return put_digits(bytes, size, mark, digits);
}

int forge_id(char *bytes, int64_t size, uint64_t id)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%016" PRIx64, id);
    return put_digits(bytes, size, "\"thaw.id\":\"", digits) && mend_model(bytes, size);
}

uint64_t model_id(const thaw_model *model)
{
    thaw_model_info info;
    must(thaw_model_info_init(&info, sizeof info));
    must(thaw_model_get_info(model, &info));
    return info.id;
}

thaw_model *forged_model(const thaw_model *model, uint64_t id)
{
    int64_t size;
    thaw_model *forged;
    char *bytes = model_bytes(model, &size);
    if (!forge_id(bytes, size, id)) abort();
    must(thaw_model_load_buffer(&forged, bytes, size, NULL));
    free(bytes);
    return forged;
}

int mend_user(char *bytes, int64_t size)
{
    if (size < 16) return 0;
    uint32_t sum = XXH32(bytes + 16, (size_t)size - 16, 0);
    for (int k = 0; k < 4; k++) bytes[12 + k] = (char)(sum >> (8 * k));
    return 1;
}
