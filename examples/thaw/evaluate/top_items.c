/* SPDX-License-Identifier: Apache-2.0 */
#include "top_items.h"

/* 1 if row a comes before row b. */
static int before(const scored_items *from, int64_t a, int64_t b)
{
    if (from->scores[a] != from->scores[b]) return from->scores[a] > from->scores[b];
    const float *popularity = from->popularity;
    if (popularity && popularity[a] != popularity[b]) return popularity[a] > popularity[b];
    return a < b;
}

/* Restore the heap order below i. heap[0] is the worst of the kept rows. */
static void sift_down(int64_t *heap, int64_t n, int64_t i, const scored_items *from)
{
    for (;;) {
        int64_t worst = i;
        for (int64_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++) {
            if (before(from, heap[worst], heap[child])) worst = child;
        }
        if (worst == i) return;
        const int64_t row = heap[i];
        heap[i] = heap[worst];
        heap[worst] = row;
        i = worst;
    }
}

/* Insert a row in a heap of at most top rows; returns the new size. */
static int64_t insert(int64_t *heap, int64_t n, int64_t top, int64_t row, const scored_items *from)
{
    if (n == top) {
        if (from->scores[row] < from->scores[heap[0]] || !before(from, row, heap[0])) return n;
        heap[0] = row;
        sift_down(heap, n, 0, from);
        return n;
    }
    int64_t i = n;
    heap[i] = row;
    while (i > 0 && before(from, heap[(i - 1) / 2], heap[i])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
        heap[i] = row;
    }
    return n + 1;
}

int64_t top_items(int64_t *out, int64_t top, const scored_items *from, const unsigned char *hidden,
                  const int64_t *allow, int64_t n_allow)
{
    const int64_t n_considered = allow ? n_allow : from->n;
    int64_t n = 0;
    for (int64_t i = 0; i < n_considered; i++) {
        const int64_t row = allow ? allow[i] : i;
        if (!hidden || !hidden[row]) n = insert(out, n, top, row, from);
    }
    for (int64_t end = n - 1; end > 0; end--) { /* heapsort: move the worst row to the end */
        const int64_t row = out[0];
        out[0] = out[end];
        out[end] = row;
        sift_down(out, end, 0, from);
    }
    return n;
}
