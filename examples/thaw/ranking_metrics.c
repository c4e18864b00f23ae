/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_metrics.h"

#include <math.h>

const char *const ranking_metric_names[N_RANKING_METRICS] = {"r@20", "ndcg@10", "ndcg@100", "hr@10", "mrr",
                                                             "hr@10_sampled", "ndcg@10_sampled"};

static double gain(int64_t place)
{
    return 1 / log2(1.0 + (double)place);
}

void ranking_metrics(double *out, const int64_t *items, int64_t n, const unsigned char *marks, unsigned char relevant,
                     int64_t n_relevant)
{
    double hits20 = 0, dcg10 = 0, dcg100 = 0, ideal10 = 0, ideal100 = 0;
    out[HR10] = out[MRR] = 0;
    for (int64_t p = 1; p <= n && p <= RANKING_DEPTH; p++) {
        if (!(marks[items[p - 1]] & relevant)) continue;
        if (out[MRR] == 0) out[MRR] = 1 / (double)p;
        if (p <= 20) hits20++;
        if (p <= 10) out[HR10] = 1;
        if (p <= 10) dcg10 += gain(p);
        dcg100 += gain(p);
    }
    for (int64_t p = 1; p <= n_relevant && p <= RANKING_DEPTH; p++) {
        if (p <= 10) ideal10 += gain(p);
        ideal100 += gain(p);
    }
    out[R20] = hits20 / (double)(n_relevant < 20 ? n_relevant : 20);
    out[NDCG10] = dcg10 / ideal10;
    out[NDCG100] = dcg100 / ideal100;
}

void ranking_metrics_sampled(double *out, const int64_t *items, int64_t n, int64_t wanted)
{
    int64_t place = 1;
    while (place <= n && items[place - 1] != wanted) place++;
    const int found = place <= n && place <= 10;
    out[HR10_SAMPLED] = found;
    out[NDCG10_SAMPLED] = found ? gain(place) : 0;
}
