/* SPDX-License-Identifier: Apache-2.0
 * The items most similar to an item: the cosine of the vectors that scores are products with. */
#ifndef THAW_SIMILAR_H
#define THAW_SIMILAR_H

#include "model.h"

/** The items of the highest cosine into hits [query->top], as means, and their number into *n_hits: none if the item's
 *  vector is zero. The query must have all fields. Arguments are checked by the caller; nothing allocates.
 *  THAW_E_UNSUPPORTED if the method has no vectors. */
thaw_status thaw__similar(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, int64_t item, const thaw_query *query);

#endif
