/* SPDX-License-Identifier: Apache-2.0 */
#include "ring_shop.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

enum { MOST_EVENTS = 6600, MOST_ITEMS = 120 };

static thaw_status add_events(thaw_data *data, int items, int steps)
{
    static char users[MOST_EVENTS][16], keys[MOST_EVENTS][16];
    static const char *u[MOST_EVENTS], *i[MOST_EVENTS], *e[MOST_EVENTS];
    static double times[MOST_EVENTS];
    const int n = USERS * steps;
    ck_assert_int_le(n, MOST_EVENTS);
    for (int k = 0; k < n; k++) {
        const int user = k / steps, step = k % steps;
        const int place = step == steps - 1 && user % 2 ? 0 : step == 5 && user % 4 == 0 ? 14 : step;
        snprintf(users[k], sizeof users[k], "u%d", user);
        snprintf(keys[k], sizeof keys[k], "i%d", (user * 7 + place) % items);
        u[k] = users[k], i[k] = keys[k], e[k] = k % 3 ? "purchase" : "view", times[k] = 10 * step + user % 5;
    }
    thaw_event_columns c;
    thaw_event_columns_init(&c, sizeof c);
    c.users = u, c.items = i, c.events = e, c.times = times;
    return thaw_data_add_events(data, &c, n);
}

static thaw_status add_shelves(thaw_data *data, int items)
{
    static char names[MOST_ITEMS][2][16];
    const char *goods[MOST_ITEMS], *shelves[MOST_ITEMS];
    ck_assert_int_le(items, MOST_ITEMS);
    for (int item = 0; item < items; item++) {
        goods[item] = names[item][0], shelves[item] = names[item][1];
        snprintf(names[item][0], sizeof names[item][0], "i%d", item);
        snprintf(names[item][1], sizeof names[item][1], "s%d", item / 3);
    }
    return thaw_data_add_feature(data, THAW_TABLE_ITEMS, "shelf", THAW_TYPE_TOKEN, goods, shelves, items);
}

static thaw_status add_homes(thaw_data *data, int items)
{
    static const char *const thirds[] = {"north", "east", "west"};
    static char names[USERS][16];
    const char *keys[USERS], *homes[USERS];
    for (int user = 0; user < USERS; user++) {
        snprintf(names[user], sizeof names[user], "u%d", user);
        keys[user] = names[user], homes[user] = thirds[user * 7 % items * 3 / items];
    }
    return thaw_data_add_feature(data, THAW_TABLE_USERS, "home", THAW_TYPE_TOKEN, keys, homes, USERS);
}

thaw_data *ring_shop_of(const thaw_allocator *a, int items, int steps)
{
    thaw_config config;
    thaw_data *data;
    ck_assert_int_eq(thaw_config_init(&config, sizeof config), THAW_OK);
    if (a) config.allocator = *a;
    if (thaw_data_create(&data, &config) != THAW_OK) return NULL;
    if (add_events(data, items, steps) == THAW_OK && add_shelves(data, items) == THAW_OK &&
        add_homes(data, items) == THAW_OK)
        return data;
    thaw_data_free(data);
    return NULL;
}

thaw_data *ring_shop(const thaw_allocator *a)
{
    return ring_shop_of(a, ITEMS, STEPS);
}

thaw_config ring_config(const thaw_allocator *a, const char *target)
{
    thaw_config c;
    ck_assert_int_eq(thaw_config_init(&c, sizeof c), THAW_OK);
    ck_assert_int_eq(thaw_config_set(&c, "target", target), THAW_OK);
    c.rank = 5, c.passes = 2;
    if (a) c.allocator = *a;
    return c;
}

thaw_model *ring_model(const char *target)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, target);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(m->type->objective, THAW_OBJECTIVE_RANKING); /* no event carries a value */
    ck_assert_msg(thaw_pretrain(m, NULL, data, NULL, NULL) == THAW_OK, "%s", thaw_last_error());
    thaw_data_free(data);
    return m;
}

thaw_event event_of(const thaw_model *m, const char *item, const char *kind, double time)
{
    thaw_event e = {.value = NAN, .time = time};
    ck_assert_int_eq(thaw_model_item_row(m, &e.item, item), THAW_OK);
    ck_assert_int_eq(thaw_model_event_id(m, &e.event, kind), THAW_OK);
    return e;
}
