/* SPDX-License-Identifier: Apache-2.0
 * A user: the posterior N(m, P) (posterior.h) and the state of the method, in one block of memory. A user can be used
 * with a model if thaw__user_check() returns THAW_OK. */
#ifndef THAW_USER_H
#define THAW_USER_H

#include "model.h"
#include "posterior.h"

/** The properties of a model that its users depend on; they must be equal for a user to be used with a model. */
typedef struct thaw__user_fit {
    uint64_t id;
    const thaw__model_type *type;
    int32_t rank;
    int32_t events; /* number of event names */
    int32_t fades;  /* the posterior has a half-life */
} thaw__user_fit;

struct thaw_user {
    thaw_allocator allocator;
    thaw__user_fit fit;  /* of the model it was created with */
    int64_t highest_row; /* highest item row in `state`; -1: none */
    int64_t n_events;
    double time; /* of the newest event, with a half-life; -INFINITY: none */
    thaw__posterior posterior;
    void *state; /* [user_bytes] of the method */
};

thaw_status thaw__user_create(thaw_user **out, const thaw_model *m);
thaw_status thaw__user_copy(thaw_user **out, const thaw_user *u);
void thaw__user_free(thaw_user *u);

/** Set the prior mean M f from features and reset to it. Errors as thaw_user_set_features(). */
thaw_status thaw__user_set_features(const thaw_model *m, thaw_user *u, const char *const *names,
                                    const char *const *values, int64_t n);

/** Set the prior mean to zero and reset to it. */
void thaw__user_clear_prior(thaw_user *u);

/** Set the prior mean [rank] and reset to it. */
void thaw__user_set_prior(thaw_user *u, const float *mean);

/** Reset to the prior: the prior mean stays, the events are dropped. Does not reset the state of the method. */
void thaw__user_reset(thaw_user *u);

/** Reset to the prior and return THAW_E_NUMERIC, for a posterior that is not finite. */
thaw_status thaw__user_refuse(thaw_user *u);

/** The posterior means of many users without features. work becomes as after thaw__user_create(). */
thaw_status thaw__user_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                  const int64_t *offsets, int64_t n_users);

/** THAW_E_MISMATCH unless u can be used with m: id, type, shapes and item rows are checked, so that no array is read
 *  out of bounds. */
thaw_status thaw__user_check(const thaw_model *m, const thaw_user *u);

/** Serialise, and load; user_file.c has the format. Errors as thaw_user_save() and thaw_user_load(). */
thaw_status thaw__user_save(const thaw_user *u, void *buffer, int64_t capacity, int64_t *size);
thaw_status thaw__user_load(thaw_user **out, const thaw_model *m, const void *bytes, int64_t size);

/** THAW_E_FORMAT, and what is wrong with the bytes of a user. */
thaw_status thaw__user_damaged(const char *what);

#endif
