/* SPDX-License-Identifier: Apache-2.0
 * A made-up shop through thaw.h: ratings 1 … 5 from seeded biases and two latent factors, which are correlated with the
 * features of items and users. Items i0 …, users u0 …; every user has ratings. A failure exits the program.
 */
#ifndef LITTLE_SHOP_H
#define LITTLE_SHOP_H

#include "thaw/thaw.h"

enum { SHOP_USERS = 40, SHOP_ITEMS = 12 };

/** Features genre (token), tags (token_seq), price (float) of items; age (float), town (token) of users. */
thaw_data *shop_data(const thaw_allocator *allocator, int users, int items, uint64_t seed);

/** The configuration of the models below: four passes, one thread. */
thaw_config shop_config(const thaw_allocator *allocator, int rank, float half_life);

/** A model trained on shop_data(SHOP_USERS, SHOP_ITEMS, 1). */
thaw_model *shop_model(const thaw_allocator *allocator, int rank, float half_life);

/** A ranking trained on the same data, with ratings as values of events. */
thaw_model *shop_ranking(const thaw_allocator *allocator, int rank);

/** Event number k of a user; always valid. */
thaw_event shop_event(int k);

/** The bytes of a model and of a user; to be freed with free(). */
char *model_bytes(const thaw_model *model, int64_t *size);
char *user_bytes(const thaw_user *user, int64_t *size);

/** Set a valid checksum in the changed bytes of a model or user; 0 if the bytes have no place for one. */
int mend_model(char *bytes, int64_t size);
int mend_user(char *bytes, int64_t size);

/** Replace the id in the bytes of a model and set a valid checksum; 0 if the bytes have no place for one. */
int forge_id(char *bytes, int64_t size, uint64_t id);

/** The id of a model. */
uint64_t model_id(const thaw_model *model);

/** A copy of the model with another id, made through its bytes. */
thaw_model *forged_model(const thaw_model *model, uint64_t id);

#endif
