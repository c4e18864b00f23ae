/* SPDX-License-Identifier: Apache-2.0
 * An allocator whose n-th allocation fails, and which counts live blocks.
 *
 *     failing_alloc f;
 *     for (long n = 1, failed = 1; failed; n++) {
 *         failing_alloc_init(&f, n);
 *         ... work with f.allocator; every error must be THAW_E_NOMEM ...
 *         failed = f.refused;
 *         ck_assert_int_eq(f.live, 0);
 *     }
 *
 * Exactly one allocation fails, so the code after a failure is tested too. One thread at a time.
 */
#ifndef FAILING_ALLOC_H
#define FAILING_ALLOC_H

#include "thaw/thaw_status.h"

typedef struct failing_alloc {
    thaw_allocator allocator; /* ctx points here: do not move the struct */
    long refuse;              /* the allocation that fails, from 1; 0: none */
    long requests;            /* so far */
    long refused;             /* 0 or 1 */
    long live;                /* allocated blocks that are not freed */
    int64_t live_bytes;
    int64_t peak_bytes;
} failing_alloc;

void failing_alloc_init(failing_alloc *f, long refuse);

#endif
