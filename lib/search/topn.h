/* SPDX-License-Identifier: Apache-2.0
 * The best n of a stream of (item, score): a heap whose root is the worst kept. Higher scores first, equal ones by lower row.
 * With a cap, of a group no more than so many are kept: what a walk down the whole ranking shows that passes over items whose
 * group is full (docs/topn.md, section 5). */
#ifndef THAW_TOPN_H
#define THAW_TOPN_H

#include "thaw/thaw.h"

typedef struct thaw__topn {
    thaw_hit *hits; /* [top] the caller's */
    int64_t top;
    int64_t n;
    const int32_t *groups; /* [items] read with a cap; negative: of no group */
    int64_t cap;           /* 0: none */
} thaw__topn;

/** Whether a candidate would be kept now, were it not for the cap; cheap, for use before any dearer test. */
static inline int thaw__topn_wants(const thaw__topn *t, float score, int64_t item)
{
    if (t->n < t->top) return 1;
    return score > t->hits[0].mean || (score == t->hits[0].mean && item < t->hits[0].item);
}

/** Keep a candidate that is wanted, unless its group is full of better ones. */
void thaw__topn_push(thaw__topn *t, float score, int64_t item);

/** Put the kept ones in order, best first; ends the stream. */
void thaw__topn_sort(thaw__topn *t);

#endif
