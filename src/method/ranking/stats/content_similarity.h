/* SPDX-License-Identifier: Apache-2.0
 * What content says of neighbours: with k(i, i') how alike two items' features are, over the items i' most alike to i,
 *
 *     kin_ij  = sum_i' s_ii' mean(p) T_i'j / (p_i' + mean(p))     who met items like i came to j after them
 *     like_ij = s_ij (p_j + mean(p) / 2)                          j itself is like i
 *     s_ii' = k^4 / sum k^4,  k = cosine of f weighted by rarity  log(items / items that have the value)
 *
 * as if mean(p) more users had met i: the rows of rare and new items lean on those of items like them. The half is the due of an
 * item that nobody has met yet. What each is worth is a rule of K.
 */
#ifndef THAW_CONTENT_SIMILARITY_H
#define THAW_CONTENT_SIMILARITY_H

#include "ranking.h"

/** Put both into the model's lists, which keep what else they say; nothing to do without features. Unchanged on error. */
thaw_status thaw__content_similarity_update(thaw_model *m);

#endif
