/* SPDX-License-Identifier: Apache-2.0
 * The best n of a stream of (item, score): a heap whose root is the worst kept. Higher scores first, equal ones by lower row. */
#ifndef THAW_TOPN_H
#define THAW_TOPN_H

#include "thaw/thaw.h"

typedef struct thaw__topn {
    thaw_hit *hits; /* [top] the caller's */
    int64_t top;
    int64_t n;
} thaw__topn;

/** Whether a candidate would be kept now; cheap, for use before any dearer test. */
static inline int thaw__topn_wants(const thaw__topn *t, float score, int64_t item)
{
    if (t->n < t->top) return 1;
    return score > t->hits[0].mean || (score == t->hits[0].mean && item < t->hits[0].item);
}

/** Keep a candidate that is wanted. */
void thaw__topn_push(thaw__topn *t, float score, int64_t item);

/** Put the kept ones in order, best first, by the means that stand in hits now; ends the stream. */
void thaw__topn_sort(thaw__topn *t);

#endif
