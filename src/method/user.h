/* SPDX-License-Identifier: Apache-2.0
 * One user: a posterior N(m, P) as posterior.h has it, and what else the method keeps, in one block of memory taken at creation. */
#ifndef THAW_USER_H
#define THAW_USER_H

#include "model.h"
#include "posterior.h"

/** What of a model a user rests on: a model fits a user if all of it agrees and no row that the user holds is past its items. */
typedef struct thaw__user_fit {
    uint64_t id;
    const thaw__model_type *type;
    int32_t rank;
    int32_t events; /* event numbers that a history may hold */
    int32_t fades;  /* old observations fade from the posterior */
} thaw__user_fit;

struct thaw_user {
    thaw_allocator allocator;
    thaw__user_fit fit;  /* of the model it was made for */
    int64_t highest_row; /* of the items that `state` refers to; -1: none */
    int64_t n_events;
    double time;         /* of the newest event of one that fades; -INFINITY: none */
    thaw__posterior posterior;
    void *state;         /* the method's */
};

thaw_status thaw__user_create(thaw_user **out, const thaw_model *m);
thaw_status thaw__user_copy(thaw_user **out, const thaw_user *u);
void thaw__user_free(thaw_user *u);

/** The prior mean M f of named features, and back to it. Errors as thaw_user_set_features(). */
thaw_status thaw__user_set_features(const thaw_model *m, thaw_user *u, const char *const *names,
                                    const char *const *values, int64_t n);

/** The prior mean is zero again; back to it. */
void thaw__user_forget(thaw_user *u);

/** Put the prior mean from its first rank numbers, and go back to it. */
void thaw__user_set_prior(thaw_user *u, const float *mean);

/** Back to the prior: its mean stays, the events go. The method's state is the method's to reset. */
void thaw__user_reset(thaw_user *u);

/** Refuse a posterior that is not finite: back to the prior, THAW_E_NUMERIC. */
thaw_status thaw__user_refuse(thaw_user *u);

/** The means of many users from the prior without features; work is left as thaw__user_create() makes it. */
thaw_status thaw__user_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                  const int64_t *offsets, int64_t n_users);

/** THAW_E_MISMATCH unless m fits u: everything that use of the two together reads is compared, so that nothing is read past its end. */
thaw_status thaw__user_check(const thaw_model *m, const thaw_user *u);

thaw_status thaw__user_save(const thaw_user *u, void *buffer, int64_t capacity, int64_t *size);
thaw_status thaw__user_load(thaw_user **out, const thaw_model *m, const void *bytes, int64_t size);

#endif
