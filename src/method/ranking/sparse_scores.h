/* SPDX-License-Identifier: Apache-2.0
 * Sparse scores of a user: the neighbour term and the repeat term, by item; the hooks sparse_scores and sparse_score of
 * method.h. */
#ifndef THAW_SPARSE_SCORES_H
#define THAW_SPARSE_SCORES_H

#include "method.h"
#include "ranking_adapt.h"

/** All sparse scores of a user into out, rows ascending, none twice; returns how many. out and scratch have
 *  THAW__SPARSE_SCORES. */
int64_t thaw__ranking_sparse_scores(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out,
                                    thaw__sparse_score *scratch);

/** The sparse score of one item; 0 if it has none. */
float thaw__ranking_sparse_score(const thaw_model *m, const thaw_user *u, int64_t item);

#endif
