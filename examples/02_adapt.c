/* SPDX-License-Identifier: Apache-2.0 */

/* Few-shot adaptation: the posterior of a new user gets narrower with every rating, and observing ratings one by one
 * gives the same posterior as adapting to all of them.
 *
 * New calls: thaw_user_set_features, thaw_score, thaw_user_observe, thaw_user_copy, thaw_user_save, thaw_user_load. */

#include <math.h>

#include "common.h"
#include "shop.h"

enum { USERS = 600, ITEMS = 120, NEW_USER = USERS - 1 }; /* the last user is not in the training */

static thaw_model *pretrain(const shop *s)
{
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    CHECK(shop_fill(data, s, 0, NEW_USER));
    thaw_config config;
    CHECK(thaw_config_init(&config, sizeof config));
    CHECK(thaw_config_set(&config, "rank", "6"));
    thaw_model *model;
    CHECK(thaw_model_create(&model, &config, data));
    CHECK(thaw_pretrain(model, NULL, data, NULL, NULL));
    thaw_data_free(data);
    return model;
}

/* Print the mean absolute error of the predictions and their mean standard deviation; returns the latter. */
static double print_state(const thaw_model *model, const thaw_user *user, const shop *s, const int64_t *rows)
{
    float mean[ITEMS], variance[ITEMS];
    CHECK(thaw_score(model, user, mean, variance, rows, ITEMS));
    double error = 0, sd = 0;
    for (int i = 0; i < ITEMS; i++) {
        error += fabs((double)mean[i] - shop_truth(s, NEW_USER, i)) / ITEMS;
        sd += sqrt((double)variance[i]) / ITEMS;
    }
    printf("%7lld  %14.3f  %16.3f\n", (long long)thaw_user_n_events(user), error, sd);
    return sd;
}

/* Save the user to bytes, as for a key-value store, and load it from them. */
static thaw_user *store_and_fetch(const thaw_model *model, const thaw_user *user)
{
    unsigned char bytes[8192];
    int64_t size;
    CHECK(thaw_user_save(user, bytes, sizeof bytes, &size));
    printf("the user takes %lld bytes\n", (long long)size);
    thaw_user *fetched;
    CHECK(thaw_user_load(&fetched, model, bytes, size));
    return fetched;
}

static double largest_difference(const thaw_model *model, const thaw_user *a, const thaw_user *b, const int64_t *rows)
{
    float x[ITEMS], y[ITEMS];
    CHECK(thaw_score(model, a, x, NULL, rows, ITEMS));
    CHECK(thaw_score(model, b, y, NULL, rows, ITEMS));
    double largest = 0;
    for (int i = 0; i < ITEMS; i++) largest = fmax(largest, fabs((double)x[i] - (double)y[i]));
    return largest;
}

int main(void)
{
    shop *s = shop_create(USERS, ITEMS, 7);
    expect(s != NULL, "memory");
    thaw_model *model = pretrain(s);
    int64_t rows[ITEMS];
    for (int i = 0; i < ITEMS; i++) CHECK(thaw_model_item_row(model, &rows[i], s->items[i].key));

    /* Before the first event: no features, then the age. */
    thaw_user *user;
    CHECK(thaw_user_create(&user, model));
    printf("ratings      mean error           mean sd\n");
    const double before = print_state(model, user, s, rows);
    const char *name = "age", *value = s->users[NEW_USER].age;
    CHECK(thaw_user_set_features(model, user, &name, &value, 1));
    print_state(model, user, s, rows);
    thaw_user *batch;
    CHECK(thaw_user_copy(&batch, user));

    /* The ratings of the new user, one by one. */
    thaw_event events[8];
    int n = 0;
    for (int64_t i = s->n_events - 8; i < s->n_events; i++, n++) {
        events[n] = (thaw_event){.item = rows[s->events[i].item], .value = s->events[i].rating};
        CHECK(thaw_user_observe(model, user, &events[n]));
        print_state(model, user, s, rows);
    }
    CHECK(thaw_adapt(model, batch, events, n));
    expect(largest_difference(model, user, batch, rows) < 1e-3, "one by one is the same as all at once");

    thaw_user *fetched = store_and_fetch(model, user);
    expect(largest_difference(model, user, fetched, rows) == 0, "the bytes hold the whole posterior");
    expect(print_state(model, fetched, s, rows) < before, "ratings make the posterior narrower");
    thaw_user_free(fetched);
    thaw_user_free(batch);
    thaw_user_free(user);
    thaw_model_free(model);
    shop_free(s);
    return 0;
}
