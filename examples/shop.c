/* SPDX-License-Identifier: Apache-2.0 */
#include "shop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const categories[] = {"camping", "kitchen", "garden", "music", "running", "painting"};
static const char *const products[][6] = {
    {"tent", "stove", "lantern", "backpack", "sleeping bag", "water filter"},
    {"frying pan", "chef's knife", "kettle", "bread tin", "coffee grinder", "teapot"},
    {"watering can", "spade", "rose bush", "bird house", "greenhouse", "wheelbarrow"},
    {"guitar", "drum", "violin bow", "metronome", "record player", "headphones"},
    {"running shoes", "stopwatch", "rain jacket", "socks", "head torch", "water bottle"},
    {"easel", "brush set", "sketch book", "watercolours", "canvas", "oil paints"},
};
static const char *const adjectives[] = {"Blue",    "Light",  "Classic", "Large", "Red",
                                         "Folding", "Sturdy", "Small",   "Green", "Fine"};
static const char *const brands[] = {"Alder", "Birk", "Cormorant", "Dune", "Ember", "Fjell", "Grove", "Heron"};
static const char *const ages[] = {"18-29", "30-44", "45-59", "60-99"};
enum { N_CATEGORIES = 6, N_PRODUCTS = 6, N_ADJECTIVES = 10, N_BRANDS = 8, N_AGES = 4, MAX_EVENTS = 120 };

/* splitmix64 (Steele, Lea, Flood 2014): the same numbers on every machine. */
static uint64_t bits(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(bits(state) >> 11) / 9007199254740992.0;
}

/* Approximately normal: the sum of twelve uniform numbers, minus six. */
static double normal(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += uniform(state);
    return sum;
}

static void make_items(shop *s, uint64_t *state)
{
    double centre[N_CATEGORIES][SHOP_TASTES];
    for (int c = 0; c < N_CATEGORIES; c++) {
        for (int k = 0; k < SHOP_TASTES; k++) centre[c][k] = 0.6 * normal(state);
    }
    for (int64_t i = 0; i < s->n_items; i++) {
        shop_item *item = &s->items[i];
        const int c = (int)(uniform(state) * N_CATEGORIES), t = (int)(uniform(state) * N_PRODUCTS);
        snprintf(item->key, sizeof item->key, "sku-%04lld", (long long)i + 1);
        item->category = categories[c];
        item->brand = brands[(int)(uniform(state) * N_BRANDS)];
        const char *adjective = adjectives[(int)(uniform(state) * N_ADJECTIVES)];
        snprintf(item->title, sizeof item->title, "%s %s %s", adjective, item->brand, products[c][t]);
        item->price = floor(500 + 9500 * uniform(state) * uniform(state)) / 100;
        item->popularity = exp(0.9 * normal(state));
        item->quality = 0.4 * normal(state);
        for (int k = 0; k < SHOP_TASTES; k++) item->character[k] = centre[c][k] + 0.5 * normal(state);
    }
}

static void make_users(shop *s, uint64_t *state)
{
    double centre[N_AGES][SHOP_TASTES];
    for (int a = 0; a < N_AGES; a++) {
        for (int k = 0; k < SHOP_TASTES; k++) centre[a][k] = 0.35 * normal(state);
    }
    for (int64_t u = 0; u < s->n_users; u++) {
        shop_user *user = &s->users[u];
        const int a = (int)(uniform(state) * N_AGES);
        snprintf(user->key, sizeof user->key, "c%05lld", (long long)u + 1);
        user->age = ages[a];
        user->generosity = 0.4 * normal(state);
        for (int k = 0; k < SHOP_TASTES; k++) user->taste[k] = centre[a][k] + 0.6 * normal(state);
    }
}

/* Draw an item that the user has not rated, with probability proportional to its popularity. */
static int64_t draw_item(const shop *s, const double *cumulative, char *seen, uint64_t *state)
{
    for (;;) {
        const double x = uniform(state) * cumulative[s->n_items - 1];
        int64_t low = 0, high = s->n_items - 1;
        while (low < high) {
            const int64_t middle = (low + high) / 2;
            if (cumulative[middle] > x) high = middle;
            else low = middle + 1;
        }
        if (seen[low]) continue;
        seen[low] = 1;
        return low;
    }
}

static void make_events(shop *s, double *cumulative, char *seen, uint64_t *state)
{
    double sum = 0;
    for (int64_t i = 0; i < s->n_items; i++) cumulative[i] = sum += s->items[i].popularity;
    const int64_t max = s->n_items / 2 < MAX_EVENTS ? s->n_items / 2 : MAX_EVENTS;
    for (int64_t u = 0; u < s->n_users; u++) {
        memset(seen, 0, (size_t)s->n_items);
        int64_t n = 8 + (int64_t)(-25 * log(1 - uniform(state)));
        if (n > max) n = max;
        double time = 1.7e9 + 1e7 * uniform(state);
        for (int64_t k = 0; k < n; k++) {
            shop_event *e = &s->events[s->n_events++];
            e->user = (int32_t)u;
            e->item = (int32_t)draw_item(s, cumulative, seen, state);
            const double rating = floor(shop_truth(s, u, e->item) + 0.6 * normal(state) + 0.5);
            e->rating = (float)(rating < 1 ? 1 : rating > 5 ? 5 : rating);
            time += floor(200000 * uniform(state));
            e->time = floor(time);
        }
    }
}

shop *shop_create(int64_t n_users, int64_t n_items, uint64_t seed)
{
    shop *s = (shop *)calloc(1, sizeof *s);
    double *cumulative = (double *)calloc((size_t)n_items, sizeof *cumulative);
    char *seen = (char *)calloc((size_t)n_items, 1);
    if (s) {
        s->users = (shop_user *)calloc((size_t)n_users, sizeof *s->users);
        s->items = (shop_item *)calloc((size_t)n_items, sizeof *s->items);
        s->events = (shop_event *)calloc((size_t)(n_users * MAX_EVENTS), sizeof *s->events);
    }
    if (!s || !cumulative || !seen || !s->users || !s->items || !s->events) {
        free(cumulative);
        free(seen);
        shop_free(s);
        return NULL;
    }
    uint64_t state = seed;
    s->n_users = n_users;
    s->n_items = n_items;
    make_items(s, &state);
    make_users(s, &state);
    make_events(s, cumulative, seen, &state);
    free(cumulative);
    free(seen);
    return s;
}

void shop_free(shop *s)
{
    if (!s) return;
    free(s->users);
    free(s->items);
    free(s->events);
    free(s);
}

double shop_truth(const shop *s, int64_t user, int64_t item)
{
    const shop_user *u = &s->users[user];
    const shop_item *i = &s->items[item];
    double y = 3.6 + u->generosity + i->quality;
    for (int k = 0; k < SHOP_TASTES; k++) y += u->taste[k] * i->character[k];
    return y;
}

/* ---- into a data set ---- */

static thaw_status fill_events(thaw_data *data, const shop *s, int64_t first, int64_t n)
{
    int64_t from = 0, to = 0;
    while (from < s->n_events && s->events[from].user < first) from++;
    for (to = from; to < s->n_events && s->events[to].user < first + n; to++) {}
    const size_t count = (size_t)(to - from) + 1;
    const char **users = (const char **)calloc(count, sizeof *users);
    const char **items = (const char **)calloc(count, sizeof *items);
    float *values = (float *)calloc(count, sizeof *values);
    double *times = (double *)calloc(count, sizeof *times);
    thaw_status st = THAW_E_NOMEM;
    if (users && items && values && times) {
        for (int64_t i = from; i < to; i++) {
            const shop_event *e = &s->events[i];
            users[i - from] = s->users[e->user].key;
            items[i - from] = s->items[e->item].key;
            values[i - from] = e->rating;
            times[i - from] = e->time;
        }
        thaw_event_columns columns;
        memset(&columns, 0, sizeof columns);
        columns.struct_size = sizeof columns;
        columns.users = users;
        columns.items = items;
        columns.values = values;
        columns.times = times;
        st = thaw_data_add_events(data, &columns, to - from);
    }
    free(users);
    free(items);
    free(values);
    free(times);
    return st;
}

static thaw_status fill_features(thaw_data *data, const shop *s, int64_t first, int64_t n)
{
    const size_t count = (size_t)(s->n_items > n ? s->n_items : n) + 1;
    const char **keys = (const char **)calloc(count, sizeof *keys);
    const char **one = (const char **)calloc(count, sizeof *one);
    const char **other = (const char **)calloc(count, sizeof *other);
    thaw_status st = THAW_E_NOMEM;
    if (keys && one && other) {
        for (int64_t i = 0; i < s->n_items; i++) {
            keys[i] = s->items[i].key;
            one[i] = s->items[i].category;
            other[i] = s->items[i].title;
        }
        st = thaw_data_add_feature(data, THAW_TABLE_ITEMS, "category", THAW_TYPE_TOKEN, keys, one, s->n_items);
        if (st == THAW_OK) {
            st = thaw_data_add_feature(data, THAW_TABLE_ITEMS, "title", THAW_TYPE_TEXT, keys, other, s->n_items);
        }
        for (int64_t u = 0; u < n; u++) {
            keys[u] = s->users[first + u].key;
            one[u] = s->users[first + u].age;
        }
        if (st == THAW_OK) st = thaw_data_add_feature(data, THAW_TABLE_USERS, "age", THAW_TYPE_TOKEN, keys, one, n);
    }
    free(keys);
    free(one);
    free(other);
    return st;
}

thaw_status shop_fill(thaw_data *data, const shop *s, int64_t first, int64_t n)
{
    const thaw_status st = fill_events(data, s, first, n);
    return st == THAW_OK ? fill_features(data, s, first, n) : st;
}
