/* SPDX-License-Identifier: Apache-2.0
 * Serving: scores and exact top-N of a user's linear query. Arguments are checked by the caller; nothing allocates.
 */
#ifndef THAW_SCORE_H
#define THAW_SCORE_H

#include "filter.h"
#include "user.h"

/** mean and variance [n] of items [n], in public units; either may be NULL. */
void thaw__score(const thaw_model *m, const thaw_user *u, float *mean, float *variance, const int64_t *items,
                 int64_t n);

/** The best items of each user into hits [n_users, query->top], and their number into n_hits [n_users]. The query must
 *  have all fields. THAW_E_IO if query->parallel fails. */
thaw_status thaw__recommend(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users,
                            int64_t n_users, const thaw_query *query);

/** The filter of a query, with retired items hidden. */
thaw__filter thaw__filter_of(const thaw_model *m, const thaw_query *query);

#endif
