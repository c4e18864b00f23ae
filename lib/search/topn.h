/* SPDX-License-Identifier: Apache-2.0
 * The best n of a stream of (item, score): a heap whose root is the worst one kept. Higher scores come first, equal
 * scores by lower row. With a cap, at most so many items of one group are kept, as if the whole ranking were walked
 * down and items of full groups were passed over (docs/topn.md, section 5).
 *
 * While the stream runs, hits[].item holds a key that orders as (score, -item): one integer comparison orders two
 * candidates.
 */
#ifndef THAW_TOPN_H
#define THAW_TOPN_H

#include <string.h>

#include "thaw/thaw.h"

typedef struct thaw__topn {
    thaw_hit *hits; /* [top] owned by the caller */
    int64_t top;
    int64_t n;
    const int32_t *groups; /* [items] only read with a cap; negative: no group */
    int64_t cap;           /* 0: none */
} thaw__topn;

/** The key of a candidate. The upper half orders as the score, with -0 equal to 0, the lower half as -item. 0 <= item <
 *  2^31. */
static inline int64_t thaw__topn_key(float score, int64_t item)
{
    int32_t bits;
    score += 0.0f;
    memcpy(&bits, &score, sizeof bits);
    if (bits < 0) bits ^= INT32_MAX;
    return (int64_t)((uint64_t)(uint32_t)bits << 32 | (uint32_t)(INT32_MAX - item));
}

/** The score of a key. */
static inline float thaw__key_score(int64_t key)
{
    int32_t bits = (int32_t)(key >> 32);
    float score;
    if (bits < 0) bits ^= INT32_MAX;
    memcpy(&score, &bits, sizeof score);
    return score;
}

/** The item of a key. */
static inline int64_t thaw__key_item(int64_t key)
{
    return INT32_MAX - (key & INT32_MAX);
}

/** Whether a candidate is better than the worst one kept, without the cap: a cheap test before more expensive ones. */
static inline int thaw__topn_accepts(const thaw__topn *t, int64_t key)
{
    return t->n < t->top || key > t->hits[0].item;
}

/** Insert a candidate that thaw__topn_accepts(), unless its group is full of better ones. */
void thaw__topn_push(thaw__topn *t, int64_t key);

/** End the stream: sort the hits, best first, and replace keys by items and scores (as means). */
void thaw__topn_sort(thaw__topn *t);

#endif
