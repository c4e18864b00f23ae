/* SPDX-License-Identifier: Apache-2.0
 * Heapsort (Williams 1964): O(n log n) in the worst case, in place. */
#include "sort.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

typedef struct heap {
    char *at;
    size_t size;
    int (*compare)(const void *, const void *);
} heap;

static char *element(const heap *h, size_t i)
{
    return h->at + i * h->size;
}

static void swap(const heap *h, size_t i, size_t j)
{
    char t[THAW__SORT_MAX];
    memcpy(t, element(h, i), h->size);
    memmove(element(h, i), element(h, j), h->size);
    memcpy(element(h, j), t, h->size);
}

/* Sift element i down in the heap of the first n elements, until no child is greater. */
static void sift_down(const heap *h, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && h->compare(element(h, child), element(h, child + 1)) < 0) child++;
        if (h->compare(element(h, i), element(h, child)) >= 0) return;
        swap(h, i, child);
    }
}

void thaw__sort(void *elements, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    assert(size <= THAW__SORT_MAX);
    const heap h = {elements, size, compare};
    for (size_t i = n / 2; i-- > 0;) sift_down(&h, i, n);
    for (size_t last = n; last-- > 1;) {
        swap(&h, 0, last);
        sift_down(&h, 0, last);
    }
}

int thaw__by_int64(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int thaw__by_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
