/* SPDX-License-Identifier: Apache-2.0
 * The metrics of metrics.h, a function each. */
#include "metrics.h"

#include <math.h>

#include "topn.h"

static int64_t minimum(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

double thaw__recall(const uint8_t *hit, int64_t n, int64_t k, int64_t n_relevant)
{
    double hits = 0;
    for (int64_t p = 0; p < minimum(k, n); p++) hits += hit[p];
    return hits / (double)minimum(k, n_relevant);
}

/* The gain of a hit at position p = 1, 2, … */
static double discount(int64_t p)
{
    return 1 / log2((double)(1 + p));
}

double thaw__ndcg(const uint8_t *hit, int64_t n, int64_t k, int64_t n_relevant)
{
    double gain = 0, ideal = 0;
    for (int64_t p = 1; p <= minimum(k, n); p++)
        if (hit[p - 1]) gain += discount(p);
    for (int64_t p = 1; p <= minimum(k, n_relevant); p++) ideal += discount(p);
    return gain / ideal;
}

/* The position of the first hit; 0: none among the first k. */
static int64_t first_hit(const uint8_t *hit, int64_t n, int64_t k)
{
    for (int64_t p = 1; p <= minimum(k, n); p++)
        if (hit[p - 1]) return p;
    return 0;
}

double thaw__hit_rate(const uint8_t *hit, int64_t n, int64_t k)
{
    return first_hit(hit, n, k) > 0;
}

double thaw__mrr(const uint8_t *hit, int64_t n, int64_t k)
{
    const int64_t p = first_hit(hit, n, k);
    return p ? 1 / (double)p : 0;
}

int64_t thaw__top_k(thaw_hit *out, int64_t k, const float *scores, int64_t n)
{
    thaw__topn t = {.hits = out, .top = k};
    for (int64_t i = 0; i < n; i++) {
        const int64_t key = thaw__topn_key(scores[i], i);
        if (thaw__topn_accepts(&t, key)) thaw__topn_push(&t, key);
    }
    thaw__topn_sort(&t);
    return t.n;
}
