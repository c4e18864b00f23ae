/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_LIST_METRICS_H
#define THAW_CLI_LIST_METRICS_H

/* Metrics of a ranked list, for all protocols of this program. gain [n] is the gain of the item at place p = 1, 2, …:
 * with binary relevance 1 for a relevant item (a hit) and 0 otherwise, with ratings 2^r - 1. ideal [n_ideal] are the
 * gains of the best possible list. A list shorter than k has gains of 0 after its end.
 *
 *     recall@k     sum over p <= k of hit_p / min(k, n_relevant)
 *     DCG@k        sum over p <= k of gain_p / log2(1 + p)
 *     NDCG@k       DCG@k / DCG@k of the ideal list; 1 where that is 0
 *     hit rate@k   1 if there is a hit at p <= k, else 0
 *     MRR@k        1 / p of the first hit at p <= k, else 0
 *
 * NDCG: Järvelin, Kekäläinen (TOIS 2002); the gain of ratings: Burges et al. (ICML 2005). */

#include <stdint.h>

/** The discounted gain at a place, 1 is the first: gain / log2(1 + place). */
double metric_discounted(double gain, int64_t place);

double metric_recall(const double *gain, int64_t n, int64_t k, int64_t n_relevant);
double metric_ndcg(const double *gain, int64_t n, const double *ideal, int64_t n_ideal, int64_t k);
double metric_hit_rate(const double *gain, int64_t n, int64_t k);
double metric_mrr(const double *gain, int64_t n, int64_t k);

#endif
