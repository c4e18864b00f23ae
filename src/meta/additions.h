/* SPDX-License-Identifier: Apache-2.0
 * Items and what is added to their scores, while learning: a hash table with linear probing. */
#ifndef THAW_ADDITIONS_H
#define THAW_ADDITIONS_H

#include "ranking.h"

/** Neighbours and a history fill it by little more than half. */
enum { THAW__ADDITIONS = 2 * THAW__NEAR_SUPPORT * THAW__NEAR_MOST };

typedef struct thaw__additions {
    int32_t key[THAW__ADDITIONS];    /* item + 1, 0: free */
    float value[THAW__ADDITIONS];
} thaw__additions;

/** Where an item stands, or would. */
static inline uint32_t thaw__additions_at(const thaw__additions *t, int32_t item)
{
    uint32_t at = ((uint32_t)item * 2654435761u >> 8) % THAW__ADDITIONS;
    while (t->key[at] && t->key[at] != item + 1) at = (at + 1) % THAW__ADDITIONS;
    return at;
}

static inline void thaw__additions_add(thaw__additions *t, int32_t item, float value)
{
    const uint32_t at = thaw__additions_at(t, item);
    t->key[at] = item + 1;
    t->value[at] += value;
}

#endif
