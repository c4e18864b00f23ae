/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_METRICS_H
#define THAW_CLI_RANKING_METRICS_H

/* What the ranking protocol measures of a list: recall, NDCG, hit rate and MRR as list_metrics.h has them, with relevance 0 or 1.
 * mrr looks at the first 100. The _sampled ones are of the next item alone among random unseen ones, as He et al. (NeuMF,
 * WWW 2017) evaluate. */

#include <stdint.h>

enum { R20, NDCG10, NDCG100, HR10, MRR, HR10_SAMPLED, NDCG10_SAMPLED, N_RANKING_METRICS };
enum { RANKING_DEPTH = 100 };
extern const char *const ranking_metric_names[N_RANKING_METRICS];

/** The metrics of the whole catalogue; marks[item] has the bit `relevant` for n_relevant >= 1 items. The sampled ones are
 *  left alone. */
void ranking_metrics(double *out, const int64_t *items, int64_t n, const unsigned char *marks, unsigned char relevant,
                     int64_t n_relevant);

/** The sampled metrics, of a list that holds the next item at some place. */
void ranking_metrics_sampled(double *out, const int64_t *items, int64_t n, int64_t next);

#endif
