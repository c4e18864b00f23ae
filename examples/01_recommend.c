/* SPDX-License-Identifier: Apache-2.0 */

/* The shortest useful program: everybody's ratings in, recommendations for a new shopper out.
 *
 * New calls: thaw_data_create, thaw_data_add_events, thaw_config_init, thaw_model_create, thaw_pretrain, thaw_user_create,
 *            thaw_model_item_row, thaw_adapt, thaw_query_init, thaw_recommend, thaw_model_item_key. */

#include <math.h>

#include "common.h"

enum { SHOPPERS = 60, THINGS = 8, MOST = SHOPPERS * THINGS };

static const char *const things[THINGS] = {"green tea", "black tea", "teapot", "honey",
                                           "espresso", "filter coffee", "coffee mill", "milk jug"};

/* Two kinds of shopper: one loves the first four things, the other the last four. Each rates five of the eight. */
static int64_t make_ratings(const char **users, const char **items, float *values, char keys[][16])
{
    int64_t n = 0;
    for (int u = 0; u < SHOPPERS; u++) {
        snprintf(keys[u], sizeof keys[u], "c%d", u);
        for (int k = 0; k < 5; k++) {
            const int thing = (u + 3 * k) % THINGS;
            const int loves = (thing < THINGS / 2) == (u % 2 == 0);
            users[n] = keys[u];
            items[n] = things[thing];
            values[n++] = (float)((loves ? 4 : 1) + (7 * u + 5 * k) / 3 % 2);
        }
    }
    return n;
}

int main(void)
{
    const char *users[MOST], *items[MOST];
    float values[MOST];
    char keys[SHOPPERS][16];
    const int64_t n = make_ratings(users, items, values, keys);

    /* Everybody's ratings … */
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    thaw_event_columns columns = {.struct_size = sizeof columns, .users = users, .items = items, .values = values};
    CHECK(thaw_data_add_events(data, &columns, n));

    /* … make a model of how shoppers differ. */
    thaw_config config;
    CHECK(thaw_config_init(&config, sizeof config));
    config.rank = 2;
    config.passes = 30;
    thaw_model *model;
    CHECK(thaw_model_create(&model, &config, data));
    CHECK(thaw_pretrain(model, NULL, data, NULL, NULL));
    thaw_data_free(data);

    /* Somebody new rates two things. */
    thaw_event said[2] = {{.value = 5}, {.value = 2}};
    CHECK(thaw_model_item_row(model, &said[0].item, "green tea"));
    CHECK(thaw_model_item_row(model, &said[1].item, "espresso"));
    thaw_user *user;
    CHECK(thaw_user_create(&user, model));
    CHECK(thaw_adapt(model, user, said, 2));

    /* The best of what they have not rated. */
    const int64_t rated[2] = {said[0].item, said[1].item};
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
    expect(n_hits == THINGS - 2 && hits[0].mean > 3.5f && hits[n_hits - 1].mean < 2.5f, "tea before coffee");
    thaw_user_free(user);
    thaw_model_free(model);
    return 0;
}
