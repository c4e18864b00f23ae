/* SPDX-License-Identifier: Apache-2.0 */
#include "topn.h"

/* Move a hole at i of a heap of n down to the position of a key, and put the key there. */
static void sift_down(thaw_hit *hits, int64_t i, int64_t n, int64_t key)
{
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && hits[child + 1].item < hits[child].item;
        if (hits[child].item >= key) break;
        hits[i].item = hits[child].item;
    }
    hits[i].item = key;
}

/* The same upwards. */
static void sift_up(thaw_hit *hits, int64_t i, int64_t key)
{
    for (int64_t parent; i > 0 && hits[parent = (i - 1) / 2].item > key; i = parent) hits[i].item = hits[parent].item;
    hits[i].item = key;
}

/* How many of a group are kept, and the index of the worst of them. */
static int64_t count_group(const thaw__topn *t, int32_t group, int64_t *worst)
{
    int64_t n = 0;
    for (int64_t i = 0; i < t->n; i++) {
        if (t->groups[thaw__key_item(t->hits[i].item)] != group) continue;
        if (n++ == 0 || t->hits[i].item < t->hits[*worst].item) *worst = i;
    }
    return n;
}

/* If its group is full, a better candidate replaces the worst of the group. @return whether the group is full. */
static int replace_in_group(thaw__topn *t, int64_t key)
{
    int64_t worst = 0;
    const int32_t group = t->cap ? t->groups[thaw__key_item(key)] : -1;
    if (group < 0 || count_group(t, group, &worst) < t->cap) return 0;
    if (t->hits[worst].item < key) sift_down(t->hits, worst, t->n, key);
    return 1;
}

void thaw__topn_push(thaw__topn *t, int64_t key)
{
    if (replace_in_group(t, key)) return;
    if (t->n == t->top) sift_down(t->hits, 0, t->n, key);
    else sift_up(t->hits, t->n++, key);
}

void thaw__topn_sort(thaw__topn *t)
{
    for (int64_t n = t->n - 1; n > 0; n--) { /* heap sort: the worst goes last */
        const int64_t last = t->hits[n].item;
        t->hits[n].item = t->hits[0].item;
        sift_down(t->hits, 0, n, last);
    }
    for (int64_t k = 0; k < t->n; k++) {
        const int64_t key = t->hits[k].item;
        t->hits[k] = (thaw_hit){.item = thaw__key_item(key), .mean = thaw__key_score(key)};
    }
}
