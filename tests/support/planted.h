/* SPDX-License-Identifier: Apache-2.0
 * A shop with known truth: rating = 3 + bias_i + bias_u + taste_u . kind_i + noise, rounded to 1 … 5. Items of one kind
 * share a feature value, as do users of one group. All numbers are functions of the seed. */
#ifndef PLANTED_H
#define PLANTED_H

#include "thaw/thaw.h"

typedef struct planted {
    int users, items, per_user; /* each user rates per_user items */
    double noise;               /* standard deviation */
    uint64_t seed;
} planted;

enum { PLANTED_KINDS = 4 };

/** 120 users, 40 items, 15 ratings each, noise 0.4. */
extern const planted planted_small;

/** The k-th item that user u rates, and the rating; keys are "u7" and "i12". */
int planted_item(const planted *p, int u, int k);
float planted_rating(const planted *p, int u, int item);

/** Events of users first … end - 1 and the features of all items ("kind", "price") and users ("group"), in a new data
 *  set. */
thaw_data *planted_data(const planted *p, const thaw_allocator *allocator, int first, int end);

/** A configuration for it: rank 5, 8 passes. */
thaw_config planted_config(const thaw_allocator *allocator);

/** A model trained on all users. */
thaw_model *planted_model(const planted *p, const thaw_config *config);

/** The support of user u with rows of the model: the first n ratings of u. */
void planted_support(const planted *p, const thaw_model *m, thaw_event *events, int u, int n);

/** A number in [0, 1), a function of the arguments. */
double planted_uniform(uint64_t seed, uint64_t a, uint64_t b);

#endif
