/* SPDX-License-Identifier: Apache-2.0 */
#include "score.h"

#include "topn.h"

/* (t / 1.645)^2 - 1, with t = 1.943 the 95 % point of Student's t with the 6 degrees of freedom of training. */
#define TAIL 0.395f

enum { BLOCK = 512 }; /* items scored at once: their scores stay in L1 */

/* What is said of item i before the user's mean has a say. */
static inline float base_of(const thaw_model *m, const thaw_user *u, int64_t item)
{
    return m->base[item] + thaw__surplus_share(u->n_events) * m->surplus[item];
}

/* The belief about one item in rating units. The noise has heavier tails than a normal; its variance is stretched so that
 * 1.645 standard deviations still hold 90 %. */
static void predict(const thaw_model *m, const thaw_user *u, int64_t item, float *mean, float *variance)
{
    const float *p = m->factor + item * m->stride;
    *mean = base_of(m, u, item) + m->kernels->dot(m->stride, p, u->mean);
    *variance = m->noise[item] + TAIL * m->spread[item] + thaw__user_variance(u, p);
    thaw__link_back(&m->link, mean, variance);
}

void thaw__score(const thaw_model *m, const thaw_user *u, float *mean, float *variance, const int64_t *items, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        if (!variance) {
            float z = base_of(m, u, items[k]) + m->kernels->dot(m->stride, m->factor + items[k] * m->stride, u->mean);
            mean[k] = thaw__link_rating(&m->link, z);
        } else {
            float z;
            predict(m, u, items[k], mean ? &mean[k] : &z, &variance[k]);
        }
    }
}

/* Rows that may not be shown, asked in ascending order of items: a list in ascending order is walked beside the scan,
 * any other is searched for the few candidates that would enter the heap. */
typedef struct exclusion {
    const int64_t *rows;
    int64_t n;
    int64_t at;
    int sorted;
} exclusion;

static exclusion exclude(const thaw_query *query)
{
    exclusion x = {query->exclude, query->n_exclude, 0, 1};
    for (int64_t k = 1; k < x.n && x.sorted; k++) x.sorted = x.rows[k - 1] <= x.rows[k];
    return x;
}

static int is_excluded(exclusion *x, int64_t item)
{
    if (x->sorted && (x->at == 0 || x->rows[x->at - 1] < item)) {
        while (x->at < x->n && x->rows[x->at] < item) x->at++;
        return x->at < x->n && x->rows[x->at] == item;
    }
    for (int64_t k = 0; k < x->n; k++)
        if (x->rows[k] == item) return 1;
    return 0;
}

static void offer(thaw__topn *best, exclusion *out, float score, int64_t item)
{
    if (thaw__topn_wants(best, score, item) && !is_excluded(out, item)) thaw__topn_push(best, score, item);
}

static void scan_catalogue(const thaw_model *m, const thaw_user *u, thaw__topn *best, exclusion *out)
{
    float bases[BLOCK], scores[BLOCK];
    const float share = thaw__surplus_share(u->n_events);
    for (int64_t first = 0; first < thaw__n_items(m); first += BLOCK) {
        int64_t n = thaw__n_items(m) - first < BLOCK ? thaw__n_items(m) - first : BLOCK;
        for (int64_t k = 0; k < n; k++) bases[k] = m->base[first + k] + share * m->surplus[first + k];
        m->kernels->scan(n, m->stride, bases, m->factor + first * m->stride, u->mean, scores);
        for (int64_t k = 0; k < n; k++) offer(best, out, scores[k], first + k);
    }
}

static void scan_list(const thaw_model *m, const thaw_user *u, thaw__topn *best, exclusion *out, const thaw_query *query)
{
    for (int64_t k = 0; k < query->n_allow; k++) {
        int64_t item = query->allow[k];
        if (k > 0 && item == query->allow[k - 1]) continue;
        float score = base_of(m, u, item) + m->kernels->dot(m->stride, m->factor + item * m->stride, u->mean);
        offer(best, out, score, item);
    }
}

int64_t thaw__recommend(const thaw_model *m, const thaw_user *u, thaw_hit *hits, const thaw_query *query)
{
    thaw__topn best = {.hits = hits, .top = query->top};
    exclusion out = exclude(query);
    if (query->allow) scan_list(m, u, &best, &out, query);
    else scan_catalogue(m, u, &best, &out);
    for (int64_t k = 0; k < best.n; k++) predict(m, u, hits[k].item, &hits[k].mean, &hits[k].variance);
    thaw__topn_sort(&best); /* by what is said of them: the scan rounds otherwise, and the link joins near scores */
    return best.n;
}
