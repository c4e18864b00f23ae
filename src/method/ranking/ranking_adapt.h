/* SPDX-License-Identifier: Apache-2.0
 * The state of one user of a ranking, computed from the newest events (docs/ranking-model.md).
 *
 * All weights depend on K, so one more event changes the weight of every event: a user keeps its events, and observing
 * one computes the posterior again from all of them. That takes a few microseconds.
 */
#ifndef THAW_RANKING_ADAPT_H
#define THAW_RANKING_ADAPT_H

#include "terms.h"
#include "user.h"

/** The state of a user beside the posterior. posterior.mean is gain w, to be multiplied with output embeddings; its
 *  covariance is in whitened coordinates, in which the prior, including the unobserved items, has covariance I. */
typedef struct thaw__ranking_user_state {
    int32_t n_history;
    thaw__interpolation interpolation; /* of K */
    float offset_share;                /* 1 - kappa: factor of the offsets */
    float whiten[THAW__RANK_MAX];      /* [stride] gain sqrt(ridge / prior precision) of each coordinate */
    thaw__term_states terms;           /* of the sparse terms */
    thaw_event history[THAW__HISTORY]; /* in the order of time */
} thaw__ranking_user_state;

static inline thaw__ranking_user_state *thaw__ranking_user_state_of(const thaw_user *u)
{
    return u->state;
}

/** Replace the history by the newest of these events and compute the posterior. Events are checked.
 *  THAW_E_NUMERIC: the posterior is not finite; the user is back at the prior. */
thaw_status thaw__ranking_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

/** The same; order [THAW__HISTORY] receives, for each event of the history, its index in events. NULL: not wanted. */
thaw_status thaw__ranking_adapt_in_order(const thaw_model *m, thaw_user *u, int64_t *order, const thaw_event *events,
                                         int64_t n);

/** Attribute the score of an item to the events, as method.h has it (ranking_explain.c). */
thaw_status thaw__ranking_explain(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                                  const thaw_event *events, int64_t n, int64_t item);

/** Add one event, which may be older than others, and compute the posterior again. Errors as thaw__ranking_adapt(). */
thaw_status thaw__ranking_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);

#endif
