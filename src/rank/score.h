/* SPDX-License-Identifier: Apache-2.0
 * What a belief says of items. Arguments are checked by the caller; nothing allocates. */
#ifndef THAW_SCORE_H
#define THAW_SCORE_H

#include "user.h"

/** mean and variance [n] of rows items [n]; either may be NULL. */
void thaw__score(const thaw_model *m, const thaw_user *u, float *mean, float *variance, const int64_t *items, int64_t n);

/** The best query->top items into hits; returns how many. */
int64_t thaw__recommend(const thaw_model *m, const thaw_user *u, thaw_hit *hits, const thaw_query *query);

#endif
