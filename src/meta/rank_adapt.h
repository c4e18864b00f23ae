/* SPDX-License-Identifier: Apache-2.0
 * A user's interest, from the newest events: docs/ranking.md. What every event says depends on how many there are, so
 * one more event means reading all that are kept again; that is a few microseconds. */
#ifndef THAW_RANK_ADAPT_H
#define THAW_RANK_ADAPT_H

#include "user.h"

/** Forget earlier events, keep the newest of these and condition on them. Events are checked.
 *  THAW_E_NUMERIC: the belief is not finite; the user is back at the prior. */
thaw_status thaw__rank_adapt(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

/** The means of many users, one after the other; u is working memory. */
thaw_status thaw__rank_adapt_many(const thaw_model *m, thaw_user *u, float *means, const thaw_event *events,
                                  const int64_t *offsets, int64_t n_users);

/** One more event, which may be older than others. */
thaw_status thaw__rank_observe(const thaw_model *m, thaw_user *u, const thaw_event *event);

#endif
