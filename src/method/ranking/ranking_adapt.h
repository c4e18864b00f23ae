/* SPDX-License-Identifier: Apache-2.0
 * A user's interest, from the newest events: docs/ranking-model.md. What every event says depends on how many there are, so
 * one more event means reading all that are kept again; that is a few microseconds. */
#ifndef THAW_RANKING_ADAPT_H
#define THAW_RANKING_ADAPT_H

#include "neighbour_gp.h"
#include "user.h"

/** What a user of a ranking has beside the posterior, which is that of w of ranking.h, with P in units of the prior given silence, and
 *  mean is gain w, ready to be multiplied with reach. */
typedef struct thaw__ranking_user_state {
    int32_t n_history;
    int32_t n_neighbours;                     /* items whose neighbours have a say */
    int32_t n_repeat;                    /* items of which own events have a say */
    thaw__interpolation interpolation;
    float popularity;                   /* share of the offsets */
    thaw__edge edge;                     /* weights of neighbours */
    int32_t item[THAW__NEIGHBOUR_SUPPORT];
    float a[THAW__NEIGHBOUR_SUPPORT];
    float whiten[THAW__RANK_MAX];       /* [stride] gain sqrt(ridge / prior precision) by coordinate */
    int32_t repeat_item[THAW__HISTORY];
    float repeat[THAW__HISTORY];         /* addition to the score of each */
    thaw_event history[THAW__HISTORY];  /* in time order */
} thaw__ranking_user_state;

static inline thaw__ranking_user_state *thaw__ranking_user_state_of(const thaw_user *u)
{
    return u->state;
}

/** Forget earlier events, keep the newest of these and condition on them. Events are checked.
 *  THAW_E_NUMERIC: the belief is not finite; the user is back at the prior. */
thaw_status thaw__ranking_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

/** One more event, which may be older than others. */
thaw_status thaw__ranking_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);

#endif
