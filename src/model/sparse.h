/* SPDX-License-Identifier: Apache-2.0
 * Sparse rows: features of items or users. Row r holds column[k], value[k] for k in start[r] … start[r + 1] - 1. */
#ifndef THAW_SPARSE_H
#define THAW_SPARSE_H

#include "mem.h"

typedef struct thaw__sparse {
    int64_t n;       /* rows */
    int64_t *start;  /* [n + 1] */
    int32_t *column; /* [start[n]] */
    float *value;    /* [start[n]] */
} thaw__sparse;

void thaw__sparse_free(thaw__sparse *m, const thaw_allocator *a);

/** Rows of a below rows of b, in a; a is unchanged on error. */
thaw_status thaw__sparse_append(thaw__sparse *a, const thaw__sparse *b, const thaw_allocator *allocator);

#endif
