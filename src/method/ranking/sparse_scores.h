/* SPDX-License-Identifier: Apache-2.0
 * What the items of a user's history and their neighbours add to the scores. */
#ifndef THAW_SPARSE_SCORES_H
#define THAW_SPARSE_SCORES_H

#include "method.h"
#include "ranking_adapt.h"

_Static_assert(THAW__NEIGHBOUR_SUPPORT * THAW__NEIGHBOURS + THAW__HISTORY <= THAW__SPARSE_SCORES, "neighbours and history fit");

/** As method.h. */
int64_t thaw__ranking_sparse_scores(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out, thaw__sparse_score *scratch);
float thaw__ranking_sparse_score(const thaw_model *m, const thaw_user *u, int64_t item);

#endif
