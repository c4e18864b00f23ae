/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_METRICS_H
#define THAW_CLI_RANKING_METRICS_H

/* How good is a ranked list, given which items are relevant? With hit(p) in {0, 1} at place p = 1, 2, … and n relevant items:
 *
 *     r@20     sum over p <= 20 of hit(p) / min(20, n)
 *     ndcg@k   sum over p <= k of hit(p) / log2(1 + p), divided by the same of min(k, n) hits in front
 *     hr@10    1 if there is a hit among the first 10
 *     mrr      1 / p of the first hit among the first 100, else 0
 *
 * The _sampled ones are of the next item alone among random unseen ones, as He et al. (NeuMF, WWW 2017) evaluate. */

#include <stdint.h>

enum { R20, NDCG10, NDCG100, HR10, MRR, HR10_SAMPLED, NDCG10_SAMPLED, N_RANKING_METRICS };
enum { RANKING_DEPTH = 100 };
extern const char *const ranking_metric_names[N_RANKING_METRICS];

/** The metrics of the whole catalogue; marks[item] has the bit `relevant` for n_relevant >= 1 items. The sampled ones are
 *  left alone. */
void ranking_metrics(double *out, const int64_t *items, int64_t n, const unsigned char *marks, unsigned char relevant,
                     int64_t n_relevant);

/** The sampled metrics, of a list that holds `wanted` at some place. */
void ranking_metrics_sampled(double *out, const int64_t *items, int64_t n, int64_t wanted);

#endif
