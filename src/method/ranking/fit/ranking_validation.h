/* SPDX-License-Identifier: Apache-2.0
 * How well a ranking is doing on held-out users: recall@20 and NDCG@10 (metrics.h) of what follows the first
 * 1, 3, 5, 10 items and the first 4/5, the whole catalogue ranked; means over users, then over the five. */
#ifndef THAW_RANKING_VALIDATION_H
#define THAW_RANKING_VALIDATION_H

#include "episode.h"
#include "episode_sampling.h"

typedef struct thaw__ranking_quality {
    double recall, ndcg;                 /* means over the supports */
    double recalls[THAW__N_VALID_SUPPORTS], ndcgs[THAW__N_VALID_SUPPORTS];
} thaw__ranking_quality;

thaw_status thaw__ranking_validate(thaw__ranking_quality *out, const thaw_model *m, const thaw__basis *basis,
                                const thaw__histories *j, const int64_t *users, int64_t n);

#endif
