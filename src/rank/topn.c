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

void thaw__topn_push(thaw__topn *t, float score, int64_t item)
{
    thaw_hit hit = {.item = item, .mean = score};
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
    for (int64_t i = t->n / 2; i-- > 0;) sink(t->hits, i, t->n); /* a heap again, if means changed */
    for (int64_t n = t->n - 1; n > 0; n--) { /* heap sort: the worst goes last */
        swap(&t->hits[0], &t->hits[n]);
        sink(t->hits, 0, n);
    }
}
