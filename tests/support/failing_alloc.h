/* SPDX-License-Identifier: Apache-2.0
 * An allocator that refuses the n-th request and knows what has not been given back.
 *
 *     failing_alloc f;
 *     for (long n = 1, failed = 1; failed; n++) {
 *         failing_alloc_init(&f, n);
 *         ... work with f.allocator; every error must be THAW_E_NOMEM ...
 *         failed = f.refused;
 *         ck_assert_int_eq(f.live, 0);
 *     }
 *
 * Exactly one request is refused, so what a function does after a failure is exercised too. One thread at a time.
 */
#ifndef FAILING_ALLOC_H
#define FAILING_ALLOC_H

#include "thaw/thaw_status.h"

typedef struct failing_alloc {
    thaw_allocator allocator; /* ctx points here: do not move the struct */
    long refuse;              /* the request to refuse, from 1; 0: none */
    long requests;            /* so far */
    long refused;             /* 0 or 1 */
    long live;                /* blocks given and not taken back */
    int64_t live_bytes;
    int64_t peak_bytes;
} failing_alloc;

void failing_alloc_init(failing_alloc *f, long refuse);

#endif
