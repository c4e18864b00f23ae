/* SPDX-License-Identifier: Apache-2.0
 * Validation of a ranking on held-out users: recall@20 and NDCG@10 (metrics.h) of what follows the first 1, 3, 5, 10
 * items and the first 4/5, with the whole catalogue ranked. Means over users, then over the five supports.
 */
#ifndef THAW_RANKING_VALIDATION_H
#define THAW_RANKING_VALIDATION_H

#include "episode.h"
#include "episode_sampling.h"

typedef struct thaw__ranking_quality {
    double recall, ndcg;                                                   /* means over the supports */
    double recalls[THAW__N_VALID_SUPPORTS], ndcgs[THAW__N_VALID_SUPPORTS]; /* of each support */
} thaw__ranking_quality;

/** Evaluate the model with the output embeddings of the basis; users [n] are indices into the histories. */
thaw_status thaw__ranking_validate(thaw__ranking_quality *out, const thaw_model *m, const thaw__basis *basis,
                                   const thaw__histories *h, const int64_t *users, int64_t n);

#endif
