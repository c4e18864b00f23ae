/* SPDX-License-Identifier: Apache-2.0
 * Metrics of a ranked list with binary relevance. hit [n] is 1 at the positions of relevant items, best position first,
 * and 0 elsewhere. n_relevant >= 1 is the number of relevant items, in the list or not. With positions p = 1, 2, …:
 *
 *     recall@k      sum over p <= k of hit_p / min(k, n_relevant)
 *     NDCG@k        sum over p <= k of hit_p / log2(1 + p), divided by the same for hits at 1 … min(k, n_relevant)
 *     hit rate@k    1 if there is a hit at p <= k, else 0
 *     MRR@k         1 / p of the first hit at p <= k, else 0
 *
 * NDCG: Järvelin, Kekäläinen (TOIS 2002). A list shorter than k has no hits after its end. */
#ifndef THAW_LEARN_METRICS_H
#define THAW_LEARN_METRICS_H

#include <stdint.h>

#include "thaw/thaw.h"

double thaw__recall(const uint8_t *hit, int64_t n, int64_t k, int64_t n_relevant);
double thaw__ndcg(const uint8_t *hit, int64_t n, int64_t k, int64_t n_relevant);
double thaw__hit_rate(const uint8_t *hit, int64_t n, int64_t k);
double thaw__mrr(const uint8_t *hit, int64_t n, int64_t k);

/** The k best of scores [n] into out [k] as items and means, sorted by score, then by row.  @return min(k, n) */
int64_t thaw__top_k(thaw_hit *out, int64_t k, const float *scores, int64_t n);

#endif
