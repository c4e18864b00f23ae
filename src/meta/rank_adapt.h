/* SPDX-License-Identifier: Apache-2.0
 * A user's interest, from the newest events: docs/ranking.md. What every event says depends on how many there are, so
 * one more event means reading all that are kept again; that is a few microseconds. */
#ifndef THAW_RANK_ADAPT_H
#define THAW_RANK_ADAPT_H

#include "near.h"
#include "user.h"

/** What a user of a ranking has beside the posterior, which is that of w of ranking.h, with P in units of the prior given silence, and
 *  mean is gain w, ready to be multiplied with reach. */
typedef struct thaw__interest {
    int32_t n_history;
    int32_t n_near;                     /* items whose neighbours have a say */
    int32_t n_again;                    /* items of which own events have a say */
    thaw__place place;
    float popularity;                   /* share of the offsets */
    thaw__tie tie;                      /* weights of neighbours */
    int32_t item[THAW__NEAR_SUPPORT];
    float a[THAW__NEAR_SUPPORT];
    float whiten[THAW__RANK_MAX];       /* [stride] gain sqrt(ridge / prior precision) by coordinate */
    int32_t again_item[THAW__HISTORY];
    float again[THAW__HISTORY];         /* addition to the score of each */
    thaw_event history[THAW__HISTORY];  /* in time order */
} thaw__interest;

static inline thaw__interest *thaw__interest_of(const thaw_user *u)
{
    return u->state;
}

/** Forget earlier events, keep the newest of these and condition on them. Events are checked.
 *  THAW_E_NUMERIC: the belief is not finite; the user is back at the prior. */
thaw_status thaw__rank_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

/** One more event, which may be older than others. */
thaw_status thaw__rank_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);

#endif
