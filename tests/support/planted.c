/* SPDX-License-Identifier: Apache-2.0 */
#include "planted.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const planted planted_small = {.users = 120, .items = 40, .per_user = 15, .noise = 0.4, .seed = 7};

double planted_uniform(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t x = seed * 0x9E3779B97F4A7C15u ^ a * 0xBF58476D1CE4E5B9u ^ b * 0x94D049BB133111EBu;
    for (int i = 0; i < 3; i++) { /* splitmix64 */
        x += 0x9E3779B97F4A7C15u;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
        x ^= x >> 31;
    }
    return (double)(x >> 11) * 0x1p-53;
}

static double normal(uint64_t seed, uint64_t a, uint64_t b)
{
    double sum = -6;
    for (uint64_t i = 0; i < 12; i++) sum += planted_uniform(seed + 1000 + i, a, b);
    return sum;
}

int planted_item(const planted *p, int u, int k)
{
    /* Multiples of a step modulo a prime are distinct; results that are too large are skipped. */
    int prime = p->items | 1;
    for (int fine = 0; !fine; prime += fine ? 0 : 2) {
        fine = 1;
        for (int d = 3; d * d <= prime; d += 2) fine &= prime % d != 0;
        if (fine) break;
    }
    int step = 1 + (int)(planted_uniform(p->seed, 1, (uint64_t)u) * (prime - 1));
    int at = (int)(planted_uniform(p->seed, 2, (uint64_t)u) * prime);
    for (int n = -1;; at = (at + step) % prime)
        if (at < p->items && ++n == k) return at;
}

float planted_rating(const planted *p, int u, int item)
{
    const int kind = item % PLANTED_KINDS, group = u % 3;
    double like = 0.7 * normal(p->seed, 100 + (uint64_t)kind, (uint64_t)u) + (kind == group ? 0.5 : 0);
    double y = 3.2 + 0.5 * normal(p->seed, 3, (uint64_t)item) + 0.4 * normal(p->seed, 4, (uint64_t)u) + like +
               p->noise * normal(p->seed, 1000000 + (uint64_t)u, (uint64_t)item);
    y = floor(y + 0.5);
    return (float)(y < 1 ? 1 : y > 5 ? 5 : y);
}

static void add_feature(thaw_data *data, int32_t table, const char *name, int32_t type, const char *prefix, int n,
                        int modulus)
{
    for (int i = 0; i < n; i++) {
        char key[24], value[24];
        const char *keys = key, *values = value;
        snprintf(key, sizeof key, "%s%d", prefix, i);
        snprintf(value, sizeof value, type == THAW_TYPE_FLOAT ? "%d" : "v%d", i % modulus);
        ck_assert_int_eq(thaw_data_add_feature(data, table, name, type, &keys, &values, 1), THAW_OK);
    }
}

static void add_events(thaw_data *data, const planted *p, int first, int end)
{
    const int n = (end - first) * p->per_user;
    char(*keys)[2][16] = calloc((size_t)n, sizeof *keys);
    const char **users = calloc((size_t)n, sizeof *users), **items = calloc((size_t)n, sizeof *items);
    float *values = calloc((size_t)n, sizeof *values);
    double *times = calloc((size_t)n, sizeof *times);
    for (int e = 0; e < n; e++) {
        int u = first + e / p->per_user, item = planted_item(p, u, e % p->per_user);
        snprintf(keys[e][0], 16, "u%d", u);
        snprintf(keys[e][1], 16, "i%d", item);
        users[e] = keys[e][0];
        items[e] = keys[e][1];
        values[e] = planted_rating(p, u, item);
        times[e] = e % p->per_user;
    }
    thaw_event_columns columns;
    ck_assert_int_eq(thaw_event_columns_init(&columns, sizeof columns), THAW_OK);
    columns.users = users;
    columns.items = items;
    columns.values = values;
    columns.times = times;
    ck_assert_int_eq(thaw_data_add_events(data, &columns, n), THAW_OK);
    free(keys);
    free(users);
    free(items);
    free(values);
    free(times);
}

thaw_config planted_config(const thaw_allocator *allocator)
{
    thaw_config config;
    ck_assert_int_eq(thaw_config_init(&config, sizeof config), THAW_OK);
    config.rank = 5;
    config.passes = 8;
    if (allocator) config.allocator = *allocator;
    return config;
}

thaw_data *planted_data(const planted *p, const thaw_allocator *allocator, int first, int end)
{
    thaw_config config = planted_config(allocator);
    thaw_data *data = NULL;
    ck_assert_int_eq(thaw_data_create(&data, &config), THAW_OK);
    add_feature(data, THAW_TABLE_ITEMS, "kind", THAW_TYPE_TOKEN, "i", p->items, PLANTED_KINDS);
    add_feature(data, THAW_TABLE_ITEMS, "price", THAW_TYPE_FLOAT, "i", p->items, 11);
    add_feature(data, THAW_TABLE_USERS, "group", THAW_TYPE_TOKEN, "u", p->users, 3);
    if (end > first) add_events(data, p, first, end);
    return data;
}

thaw_model *planted_model(const planted *p, const thaw_config *config)
{
    thaw_config standard = planted_config(NULL);
    thaw_data *data = planted_data(p, NULL, 0, p->users);
    thaw_model *m = NULL;
    ck_assert_int_eq(thaw_model_create(&m, config ? config : &standard, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_data_free(data);
    return m;
}

void planted_support(const planted *p, const thaw_model *m, thaw_event *events, int u, int n)
{
    for (int k = 0; k < n; k++) {
        char key[16];
        int item = planted_item(p, u, k % p->items);
        snprintf(key, sizeof key, "i%d", item);
        events[k] = (thaw_event){.time = k, .value = planted_rating(p, u, item)};
        ck_assert_int_eq(thaw_model_item_row(m, &events[k].item, key), THAW_OK);
    }
}
