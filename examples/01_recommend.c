/* SPDX-License-Identifier: Apache-2.0 */

/* The shortest useful program: train on the ratings of many users, recommend to a new user.
 *
 * New calls: thaw_data_create, thaw_data_add_events, thaw_config_init, thaw_model_create, thaw_pretrain,
 * thaw_user_create,
 *            thaw_model_item_row, thaw_adapt, thaw_query_init, thaw_recommend, thaw_model_item_key. */

#include <math.h>

#include "common.h"

enum { USERS = 60, ITEMS = 8, MAX_RATINGS = USERS * ITEMS };

static const char *const names[ITEMS] = {"green tea", "black tea",     "teapot",      "honey",
                                         "espresso",  "filter coffee", "coffee mill", "milk jug"};

/* Two groups of users: one likes the first four items, the other the last four. Each user rates five of the eight. */
static int64_t make_ratings(const char **users, const char **items, float *values, char keys[][16])
{
    int64_t n = 0;
    for (int u = 0; u < USERS; u++) {
        snprintf(keys[u], sizeof keys[u], "c%d", u);
        for (int k = 0; k < 5; k++) {
            const int item = (u + 3 * k) % ITEMS;
            const int likes = (item < ITEMS / 2) == (u % 2 == 0);
            users[n] = keys[u];
            items[n] = names[item];
            values[n++] = (float)((likes ? 4 : 1) + (7 * u + 5 * k) / 3 % 2);
        }
    }
    return n;
}

int main(void)
{
    const char *users[MAX_RATINGS], *items[MAX_RATINGS];
    float values[MAX_RATINGS];
    char keys[USERS][16];
    const int64_t n = make_ratings(users, items, values, keys);

    /* The ratings of many users. */
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    thaw_event_columns columns = {.struct_size = sizeof columns, .users = users, .items = items, .values = values};
    CHECK(thaw_data_add_events(data, &columns, n));

    /* Train a model on them. */
    thaw_config config;
    CHECK(thaw_config_init(&config, sizeof config));
    config.rank = 2;
    config.passes = 30;
    thaw_model *model;
    CHECK(thaw_model_create(&model, &config, data));
    CHECK(thaw_pretrain(model, NULL, data, NULL, NULL));
    thaw_data_free(data);

    /* A new user rates two items. */
    thaw_event events[2] = {{.value = 5}, {.value = 2}};
    CHECK(thaw_model_item_row(model, &events[0].item, "green tea"));
    CHECK(thaw_model_item_row(model, &events[1].item, "espresso"));
    thaw_user *user;
    CHECK(thaw_user_create(&user, model));
    CHECK(thaw_adapt(model, user, events, 2));

    /* Recommend items that the user has not rated. */
    const int64_t rated[2] = {events[0].item, events[1].item};
    thaw_query query;
    CHECK(thaw_query_init(&query, sizeof query));
    query.exclude = rated;
    query.n_exclude = 2;
    thaw_hit hits[10];
    int64_t n_hits;
    CHECK(thaw_recommend(model, user, hits, &n_hits, &query));
    for (int64_t i = 0; i < n_hits; i++) {
        const char *key;
        CHECK(thaw_model_item_key(model, &key, hits[i].item));
        printf("%.2f ± %.2f  %s\n", (double)hits[i].mean, sqrt((double)hits[i].variance), key);
    }
    expect(n_hits == ITEMS - 2 && hits[0].mean > 3.5f && hits[n_hits - 1].mean < 2.5f, "tea before coffee");
    thaw_user_free(user);
    thaw_model_free(model);
    return 0;
}
