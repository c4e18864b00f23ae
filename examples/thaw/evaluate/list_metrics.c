/* SPDX-License-Identifier: Apache-2.0 */
#include "list_metrics.h"

#include <math.h>

static int64_t min_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

double metric_discounted(double gain, int64_t place)
{
    return gain / log2(1.0 + (double)place);
}

double metric_recall(const double *gain, int64_t n, int64_t k, int64_t n_relevant)
{
    double hits = 0;
    for (int64_t p = 1; p <= min_of(k, n); p++) hits += gain[p - 1] > 0;
    return hits / (double)min_of(k, n_relevant);
}

static double dcg(const double *gain, int64_t n, int64_t k)
{
    double sum = 0;
    for (int64_t p = 1; p <= min_of(k, n); p++) {
        if (gain[p - 1] != 0) sum += metric_discounted(gain[p - 1], p);
    }
    return sum;
}

double metric_ndcg(const double *gain, int64_t n, const double *ideal, int64_t n_ideal, int64_t k)
{
    const double best = dcg(ideal, n_ideal, k);
    return best > 0 ? dcg(gain, n, k) / best : 1;
}

/* The first place with a hit; 0 if there is none among the first k. */
static int64_t first_hit(const double *gain, int64_t n, int64_t k)
{
    for (int64_t p = 1; p <= min_of(k, n); p++) {
        if (gain[p - 1] > 0) return p;
    }
    return 0;
}

double metric_hit_rate(const double *gain, int64_t n, int64_t k)
{
    return first_hit(gain, n, k) > 0;
}

double metric_mrr(const double *gain, int64_t n, int64_t k)
{
    const int64_t p = first_hit(gain, n, k);
    return p ? 1 / (double)p : 0;
}
