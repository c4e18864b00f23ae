/* SPDX-License-Identifier: Apache-2.0
 * The best n of a stream of (item, score): a heap whose root is the worst kept. Higher scores first, equal ones by lower row.
 * With a cap, of a group no more than so many are kept: what a walk down the whole ranking shows that passes over items whose
 * group is full (docs/topn.md, section 5).
 *
 * While the stream runs, hits[].item holds a key that orders as (score, -item) does, so that one comparison says all.
 */
#ifndef THAW_TOPN_H
#define THAW_TOPN_H

#include <string.h>

#include "thaw/thaw.h"

typedef struct thaw__topn {
    thaw_hit *hits; /* [top] the caller's */
    int64_t top;
    int64_t n;
    const int32_t *groups; /* [items] read with a cap; negative: of no group */
    int64_t cap;           /* 0: none */
} thaw__topn;

/** The upper half orders as the score, of which both zeros are one; the lower half as -item. 0 <= item < 2^31. */
static inline int64_t thaw__topn_key(float score, int64_t item)
{
    int32_t bits;
    score += 0.0f;
    memcpy(&bits, &score, sizeof bits);
    if (bits < 0) bits ^= INT32_MAX;
    return (int64_t)((uint64_t)(uint32_t)bits << 32 | (uint32_t)(INT32_MAX - item));
}

static inline float thaw__key_score(int64_t key)
{
    int32_t bits = (int32_t)(key >> 32);
    float score;
    if (bits < 0) bits ^= INT32_MAX;
    memcpy(&score, &bits, sizeof score);
    return score;
}

static inline int64_t thaw__key_item(int64_t key)
{
    return INT32_MAX - (key & INT32_MAX);
}

/** Whether a candidate would be kept now, were it not for the cap; cheap, for use before any dearer test. */
static inline int thaw__topn_wants(const thaw__topn *t, int64_t key)
{
    return t->n < t->top || key > t->hits[0].item;
}

/** Keep a candidate that is wanted, unless its group is full of better ones. */
void thaw__topn_push(thaw__topn *t, int64_t key);

/** Put items and scores, as means, in the place of keys, best first; ends the stream. */
void thaw__topn_sort(thaw__topn *t);

#endif
