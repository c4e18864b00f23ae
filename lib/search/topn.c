/* SPDX-License-Identifier: Apache-2.0 */
#include "topn.h"

/* Whether a ranks below b. */
static int below(const thaw_hit *a, const thaw_hit *b)
{
    return a->mean < b->mean || (a->mean == b->mean && a->item > b->item);
}

static void swap(thaw_hit *a, thaw_hit *b)
{
    thaw_hit t = *a;
    *a = *b;
    *b = t;
}

/* Move hits[i] of a heap of n down to its place. */
static void sink(thaw_hit *hits, int64_t i, int64_t n)
{
    for (;;) {
        int64_t worst = i, left = 2 * i + 1, right = left + 1;
        if (left < n && below(&hits[left], &hits[worst])) worst = left;
        if (right < n && below(&hits[right], &hits[worst])) worst = right;
        if (worst == i) return;
        swap(&hits[i], &hits[worst]);
        i = worst;
    }
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
    if (below(&t->hits[worst], hit)) {
        t->hits[worst] = *hit;
        sink(t->hits, worst, t->n);
    }
    return 1;
}

void thaw__topn_push(thaw__topn *t, float score, int64_t item)
{
    const thaw_hit hit = {.item = item, .mean = score};
    if (settle_in_group(t, &hit)) return;
    if (t->n == t->top) {
        t->hits[0] = hit;
        sink(t->hits, 0, t->n);
        return;
    }
    int64_t i = t->n++;
    t->hits[i] = hit;
    while (i > 0 && below(&t->hits[i], &t->hits[(i - 1) / 2])) {
        swap(&t->hits[i], &t->hits[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

void thaw__topn_sort(thaw__topn *t)
{
    for (int64_t n = t->n - 1; n > 0; n--) { /* heap sort: the worst goes last */
        swap(&t->hits[0], &t->hits[n]);
        sink(t->hits, 0, n);
    }
}
