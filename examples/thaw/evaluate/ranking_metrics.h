/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_METRICS_H
#define THAW_CLI_RANKING_METRICS_H

/* The metrics of the ranking protocol: recall, NDCG, hit rate and MRR of list_metrics.h with relevance 0 or 1. MRR uses
 * the first 100 items. The _sampled metrics rank the next item among random unseen items, as He et al. (NeuMF, WWW
 * 2017) do. */

#include <stdint.h>

enum { R20, NDCG10, NDCG100, HR10, MRR, HR10_SAMPLED, NDCG10_SAMPLED, N_RANKING_METRICS };
enum { RANKING_DEPTH = 100 };
extern const char *const ranking_metric_names[N_RANKING_METRICS];

/** The metrics over the whole catalogue; marks[item] has the bit `relevant` for n_relevant >= 1 items. Does not write
 *  the sampled metrics. */
void ranking_metrics(double *out, const int64_t *items, int64_t n, const unsigned char *marks, unsigned char relevant,
                     int64_t n_relevant);

/** The sampled metrics of a list of the candidates, one of which is the next item. */
void ranking_metrics_sampled(double *out, const int64_t *items, int64_t n, int64_t next);

#endif
