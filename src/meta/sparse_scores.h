/* SPDX-License-Identifier: Apache-2.0
 * What the items of a user's history and their neighbours add to the scores. */
#ifndef THAW_SPARSE_SCORES_H
#define THAW_SPARSE_SCORES_H

#include "method.h"
#include "rank_adapt.h"

_Static_assert(THAW__NEAR_SUPPORT * THAW__NEAR_MOST + THAW__HISTORY <= THAW__SPARSE_SCORES, "neighbours and history fit");

/** As method.h. */
int64_t thaw__ranking_sparse_scores(const thaw_model *m, const thaw_user *u, thaw__extra *out, thaw__extra *scratch);
float thaw__ranking_sparse_score(const thaw_model *m, const thaw_user *u, int64_t item);

#endif
