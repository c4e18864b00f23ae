/* SPDX-License-Identifier: Apache-2.0
 * Work on many threads: through the host's hook, or on the calling thread where there is none; and a ready pool. */
#ifndef THAW_PLATFORM_THREAD_H
#define THAW_PLATFORM_THREAD_H

#include "thaw/thaw_status.h"

/** Workers that thaw__parallel_for() may name: the length of per-worker scratch. */
static inline int32_t thaw__n_workers(const thaw_parallel *p)
{
    return p->run ? p->n_workers : 1;
}

/** Refuse a hook that is half set or claims an impossible number of workers. */
thaw_status thaw__parallel_check(const thaw_parallel *p);

/** Run task(arg, i, worker) once for every i in 0 … n-1. THAW_E_IO if the hook reports failure. */
thaw_status thaw__parallel_for(const thaw_parallel *p, thaw_task task, void *arg, int64_t n);

typedef struct thaw__pool thaw__pool;

thaw_status thaw__pool_create(thaw__pool **out, int32_t n_workers);
void thaw__pool_free(thaw__pool *pool);
thaw_parallel thaw__pool_parallel(thaw__pool *pool);

/** A lock that is taken only where `needed`; for libraries that cannot bear two callers. */
void thaw__serial_begin(int needed);
void thaw__serial_end(int needed);

/** Seconds on a clock that never goes back. */
double thaw__seconds(void);

#endif
