/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_metrics.h"

#include "list_metrics.h"

const char *const ranking_metric_names[N_RANKING_METRICS] = {"r@20", "ndcg@10",       "ndcg@100",       "hr@10",
                                                             "mrr",  "hr@10_sampled", "ndcg@10_sampled"};

void ranking_metrics(double *out, const int64_t *items, int64_t n, const unsigned char *marks, unsigned char relevant,
                     int64_t n_relevant)
{
    double gain[RANKING_DEPTH], ideal[RANKING_DEPTH];
    const int64_t n_ideal = n_relevant < RANKING_DEPTH ? n_relevant : RANKING_DEPTH;
    if (n > RANKING_DEPTH) n = RANKING_DEPTH;
    for (int64_t i = 0; i < n; i++) gain[i] = (marks[items[i]] & relevant) != 0;
    for (int64_t i = 0; i < n_ideal; i++) ideal[i] = 1;
    out[R20] = metric_recall(gain, n, 20, n_relevant);
    out[NDCG10] = metric_ndcg(gain, n, ideal, n_ideal, 10);
    out[NDCG100] = metric_ndcg(gain, n, ideal, n_ideal, 100);
    out[HR10] = metric_hit_rate(gain, n, 10);
    out[MRR] = metric_mrr(gain, n, RANKING_DEPTH);
}

void ranking_metrics_sampled(double *out, const int64_t *items, int64_t n, int64_t next)
{
    enum { DEPTH = 10 };
    double gain[DEPTH];
    const double ideal[] = {1};
    if (n > DEPTH) n = DEPTH;
    for (int64_t i = 0; i < n; i++) gain[i] = items[i] == next;
    out[HR10_SAMPLED] = metric_hit_rate(gain, n, DEPTH);
    out[NDCG10_SAMPLED] = metric_ndcg(gain, n, ideal, 1, DEPTH);
}
