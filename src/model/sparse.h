/* SPDX-License-Identifier: Apache-2.0
 * Sparse rows, such as the features of items or users. Row r has the entries column[k], value[k] for
 * k = start[r] … start[r + 1] - 1. */
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

/** Append the rows of b to a; a is unchanged on error. */
thaw_status thaw__sparse_append(thaw__sparse *a, const thaw__sparse *b, const thaw_allocator *allocator);

#endif
