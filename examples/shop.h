/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXAMPLES_SHOP_H
#define EXAMPLES_SHOP_H

/* A made-up shop with known true preferences; the same seed gives the same shop.
 *
 * Every item has a category and every user an age group; both have vectors of SHOP_TASTES numbers around the mean of
 * their group, and a rating is  3.6 + generosity + quality + taste · character + noise,  rounded to 1 … 5. Some items
 * are far more popular than others, and most users have few ratings. */

#include <stdint.h>

#include "thaw/thaw.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SHOP_TASTES = 4 };

typedef struct shop_user {
    char key[32];
    const char *age; /* "18-29", … */
    double generosity, taste[SHOP_TASTES];
} shop_user;

typedef struct shop_item {
    char key[32];
    char title[48];
    const char *category, *brand;
    double price, popularity;
    double quality, character[SHOP_TASTES];
} shop_item;

typedef struct shop_event {
    int32_t user, item;
    float rating;
    double time;
} shop_event;

typedef struct shop {
    shop_user *users;
    shop_item *items;
    shop_event *events; /* by user, in order of time */
    int64_t n_users, n_items, n_events;
} shop;

/** Make a shop; NULL if there is no memory. */
shop *shop_create(int64_t n_users, int64_t n_items, uint64_t seed);
void shop_free(shop *shop);

/** The rating of the item by the user, without noise and rounding. */
double shop_truth(const shop *shop, int64_t user, int64_t item);

/** Add the events of users first … first + n - 1 and the features of all items and of those users to a data set. */
thaw_status shop_fill(thaw_data *data, const shop *shop, int64_t first, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
