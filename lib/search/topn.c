/* SPDX-License-Identifier: Apache-2.0 */
#include "topn.h"

/* Whether a ranks below b. */
static int below(const thaw_hit *a, const thaw_hit *b)
{
    return a->mean < b->mean || (a->mean == b->mean && a->item > b->item);
}

/* Move a hole at i of a heap of n down to where `hit` belongs, and put it there. */
static void sink(thaw_hit *hits, int64_t i, int64_t n, thaw_hit hit)
{
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && below(&hits[child + 1], &hits[child])) child++;
        if (!below(&hits[child], &hit)) break;
        hits[i] = hits[child];
    }
    hits[i] = hit;
}

/* The same upwards. */
static void rise(thaw_hit *hits, int64_t i, thaw_hit hit)
{
    for (int64_t parent; i > 0 && below(&hit, &hits[parent = (i - 1) / 2]); i = parent) hits[i] = hits[parent];
    hits[i] = hit;
}

/* How many of an item's group are kept, and the place of the worst of them. */
static int64_t count_group(const thaw__topn *t, int64_t item, int64_t *worst)
{
    int64_t n = 0;
    for (int64_t i = 0; i < t->n; i++) {
        if (t->groups[t->hits[i].item] != t->groups[item]) continue;
        if (n++ == 0 || below(&t->hits[i], &t->hits[*worst])) *worst = i;
    }
    return n;
}

/* Let a hit take the place of the worst of its group if that is full; returns whether it is. */
static int settle_in_group(thaw__topn *t, const thaw_hit *hit)
{
    int64_t worst = 0;
    if (!t->cap || t->groups[hit->item] < 0 || count_group(t, hit->item, &worst) < t->cap) return 0;
    if (below(&t->hits[worst], hit)) sink(t->hits, worst, t->n, *hit);
    return 1;
}

void thaw__topn_push(thaw__topn *t, float score, int64_t item)
{
    const thaw_hit hit = {.item = item, .mean = score};
    if (settle_in_group(t, &hit)) return;
    if (t->n == t->top) sink(t->hits, 0, t->n, hit);
    else rise(t->hits, t->n++, hit);
}

void thaw__topn_sort(thaw__topn *t)
{
    for (int64_t n = t->n - 1; n > 0; n--) { /* heap sort: the worst goes last */
        const thaw_hit last = t->hits[n];
        t->hits[n] = t->hits[0];
        sink(t->hits, 0, n, last);
    }
}
