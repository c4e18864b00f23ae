/* SPDX-License-Identifier: Apache-2.0
 * Sparse scores of one episode of training: a hash table from items to values, with linear probing. */
#ifndef THAW_SPARSE_TABLE_H
#define THAW_SPARSE_TABLE_H

#include "ranking.h"

/** Entries. Neighbours and a history fill little more than half of them. */
enum { THAW__SPARSE_TABLE = 2 * THAW__NEIGHBOUR_SUPPORT * THAW__NEIGHBOURS };

typedef struct thaw__sparse_table {
    int32_t key[THAW__SPARSE_TABLE]; /* item + 1; 0: free */
    float value[THAW__SPARSE_TABLE];
} thaw__sparse_table;

/** The entry of an item, or the free one where it would be inserted. */
static inline uint32_t thaw__sparse_table_at(const thaw__sparse_table *t, int32_t item)
{
    uint32_t at = ((uint32_t)item * 2654435761u >> 8) % THAW__SPARSE_TABLE;
    while (t->key[at] && t->key[at] != item + 1) at = (at + 1) % THAW__SPARSE_TABLE;
    return at;
}

/** Add to the value of an item, which is inserted if it is not there. */
static inline void thaw__sparse_table_add(thaw__sparse_table *t, int32_t item, float value)
{
    const uint32_t at = thaw__sparse_table_at(t, item);
    t->key[at] = item + 1;
    t->value[at] += value;
}

#endif
