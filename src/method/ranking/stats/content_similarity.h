/* SPDX-License-Identifier: Apache-2.0
 * Two numbers of each edge from item features (docs/ranking-model.md, equation 6). k_ii' is the cosine of the feature
 * vectors of items i and i', each value weighted by log(items / items that have the value).
 *
 *     similar_cooccurrence_ij = sum_i' s_ii' m T_i'j / (p_i' + m)      s_ii' = k_ii'^4 / sum k^4,  m = mean_popularity
 *     content_similarity_ij   = s_ij (p_j + m / 2)
 *
 * The first: rare and new items borrow statistics from similar items, as if m more users had interacted with i. The
 * second relates an item to similar items directly; m / 2 is the popularity of an item that nobody has interacted with
 * yet. Two schedules weight them.
 */
#ifndef THAW_CONTENT_SIMILARITY_H
#define THAW_CONTENT_SIMILARITY_H

#include "ranking.h"

/** Compute both numbers for the model's item graph; after, before and both are kept. Does nothing without item
 *  features. The model is unchanged on error. */
thaw_status thaw__content_similarity_update(thaw_model *m);

#endif
