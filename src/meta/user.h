/* SPDX-License-Identifier: Apache-2.0
 * One user: a posterior N(m, P) as posterior.h has it, in one block of memory taken at creation. It fades if the model
 * has a half-life.
 *
 * A user of a model that ranks also keeps the newest events, because their weights depend on how many there are; the
 * posterior is that of w of ranking.h, with P in units of the prior given silence, and mean is gain w, ready to be
 * multiplied with reach.
 */
#ifndef THAW_USER_H
#define THAW_USER_H

#include "near.h"
#include "posterior.h"

/** What only a user of a model that ranks has. */
typedef struct thaw__interest {
    int32_t n_history;
    int32_t n_near;                     /* items whose neighbours' scores change */
    int32_t n_again;                    /* items whose own scores change */
    thaw__place place;
    float popularity;                   /* share of the offsets */
    thaw__tie tie;                      /* weights of neighbours */
    int32_t item[THAW__NEAR_SUPPORT];
    float a[THAW__NEAR_SUPPORT];
    float *whiten;                      /* [stride] gain sqrt(ridge / prior precision) by coordinate */
    int32_t *again_item;                /* [THAW__HISTORY] */
    float *again;                       /* [THAW__HISTORY] addition to the score of each */
    thaw_event *history;                /* [THAW__HISTORY] in time order */
} thaw__interest;

/** What of a model a user rests on: a model fits a user if all of it agrees and no row that the user holds is past its items. */
typedef struct thaw__user_fit {
    uint64_t id;
    int32_t objective;
    int32_t rank;
    int32_t events; /* event numbers that a history may hold */
    int32_t fades;  /* the model has a half-life */
} thaw__user_fit;

struct thaw_user {
    thaw_allocator allocator;
    thaw__user_fit fit;  /* of the model it was made for */
    int64_t highest_row; /* of the items it holds; -1: none */
    int32_t fades;     /* the model has a half-life */
    int32_t ranks;     /* the model ranks */
    int64_t n_events;
    double time;       /* of the newest event; -INFINITY: none */
    thaw__posterior posterior;
    thaw__interest interest; /* its pointers NULL unless ranks */
};

thaw_status thaw__user_create(thaw_user **out, const thaw_model *m);
thaw_status thaw__user_copy(thaw_user **out, const thaw_user *u);
void thaw__user_free(thaw_user *u);

/** The prior mean M f of named features, and back to it. Errors as thaw_user_set_features(). */
thaw_status thaw__user_set_features(const thaw_model *m, thaw_user *u, const char *const *names,
                                    const char *const *values, int64_t n);

/** Forget everything: m0 is zero again. */
void thaw__user_forget(thaw_user *u);

/** Put m0 from its first rank numbers, and go back to it. */
void thaw__user_set_prior(thaw_user *u, const float *mean);

/** Back to the prior: m0 stays, the events go. */
void thaw__user_reset(thaw_user *u);

/** THAW_E_MISMATCH unless m fits u: everything that use of the two together reads is compared, so that nothing is read past its end. */
thaw_status thaw__user_check(const thaw_model *m, const thaw_user *u);

thaw_status thaw__user_save(const thaw_user *u, void *buffer, int64_t capacity, int64_t *size);
thaw_status thaw__user_load(thaw_user **out, const thaw_model *m, const void *bytes, int64_t size);

#endif
