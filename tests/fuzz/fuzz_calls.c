/* SPDX-License-Identifier: Apache-2.0
 * Any sequence of calls with any numbers, four bytes per call: which, and three small arguments. */
#include <math.h>
#include <stdlib.h>

#include "little_shop.h"

static thaw_data *few, *more;

static float value_of(uint8_t b)
{
    return b == 255 ? NAN : b == 254 ? INFINITY : b == 253 ? -1 : (float)(b % 24) / 4;
}

static void call(thaw_model *m, thaw_user **u, const uint8_t *c)
{
    const thaw_event events[] = {{.item = c[1] % 16, .value = value_of(c[2]), .time = c[3], .event = c[3] == 200},
                                 shop_event(c[1]), shop_event(c[2]), shop_event(c[3])};
    const int64_t offsets[] = {0, c[1] % 3, 2 + c[2] % 3}, rows[] = {c[1] % 20, c[2] % 20};
    const char *const names[] = {"age", c[1] % 2 ? "town" : "shoe"}, *const values[] = {c[2] % 2 ? "30" : "x", "Ulm"};
    float a[16], b[64];
    thaw_hit hits[3 * 8];
    int64_t n, n_many[3];
    const thaw_user *const users[] = {*u, *u, *u};
    int32_t groups[16] = {c[1] % 3, c[2] % 3, c[3] % 3};
    thaw_query query;
    thaw_query_init(&query, sizeof query);
    query.top = c[1] % 9;
    query.exclude = rows, query.n_exclude = c[2] % 3;
    query.allow = c[3] % 2 ? rows : NULL, query.n_allow = 2;
    query.groups = groups, query.n_groups = c[3] % 4 ? 12 : 14, query.group_cap = c[3] % 3 - (c[2] == 9);
    query.allow_groups = c[2] % 4 ? NULL : groups, query.n_allow_groups = 2;
    query.min_score = value_of(c[1]) - 2, query.caution = value_of(c[3]);
    thaw_user *made;
    char *bytes;
    const thaw_event_reading reading = {value_of(c[1]), value_of(c[2]), value_of(c[3])};
    switch (c[0] % 15) {
    case 11: thaw_pretrain(m, NULL, c[1] % 2 ? more : few, NULL, NULL); break;
    case 12: thaw_model_set_event(m, c[1] % 3, &reading); break;
    case 13: thaw_model_retire_items(m, rows, c[3] % 3, c[2] % 2); break;
    case 0: thaw_adapt(m, *u, events, c[3] % 5); break;
    case 1: thaw_user_observe(m, *u, events); break;
    case 2: thaw_adapt_many(m, *u, a, events, offsets, 2); break;
    case 3: thaw_score(m, *u, a, c[3] % 2 ? b : NULL, rows, 2); break;
    case 4: thaw_recommend(m, *u, hits, &n, &query); break;
    case 5: thaw_user_set_features(m, *u, names, values, c[3] % 3); break;
    case 6: thaw_user_belief(m, *u, a, b); break;
    case 7: thaw_model_add_items(m, NULL, more); break;
    case 8: thaw_pretrain_step(m, NULL, c[1] % 2 ? more : few, c[2] % 2 ? rows : NULL, 2); break;
    case 10: thaw_recommend_many(m, hits, n_many, users, 3, &query); break;
    case 9:
        bytes = user_bytes(*u, &n);
        if (thaw_user_load(&made, m, bytes, n) == THAW_OK) thaw_user_free(*u), *u = made;
        free(bytes);
        break;
    default:
        if (thaw_user_create(&made, m) == THAW_OK) thaw_user_free(*u), *u = made;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    thaw_model *m;
    thaw_user *u;
    if (!few) few = shop_data(NULL, 8, 10, 1), more = shop_data(NULL, 8, 16, 2);
    if (size < 5 || size > 400) return 0;
    thaw_config config = shop_config(NULL, 1 + data[0] % 5, data[0] & 128 ? 9 : 0);
    if (data[0] & 64) config.objective = THAW_RANKING;
    if (thaw_model_create(&m, &config, few) || thaw_user_create(&u, m)) abort();
    for (size_t at = 1; at + 4 <= size; at += 4) call(m, &u, data + at);
    thaw_user_free(u);
    thaw_model_free(m);
    return 0;
}
