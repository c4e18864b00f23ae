/* SPDX-License-Identifier: Apache-2.0
 * Parallel loops through the host's hook, or on the calling thread without a hook; a thread pool. */
#ifndef THAW_PLATFORM_THREAD_H
#define THAW_PLATFORM_THREAD_H

#include "thaw/thaw_status.h"

/** Number of workers: worker in thaw__parallel_for() is below it, and per-worker scratch has this length. */
static inline int32_t thaw__n_workers(const thaw_parallel *p)
{
    return p->run ? p->n_workers : 1;
}

/** THAW_E_RANGE if a hook is set and its n_workers is invalid. */
thaw_status thaw__parallel_check(const thaw_parallel *p);

/** Call task(arg, i, worker) once for each i in 0 … n - 1. THAW_E_IO if the hook fails. */
thaw_status thaw__parallel_for(const thaw_parallel *p, thaw_task task, void *arg, int64_t n);

typedef struct thaw__pool thaw__pool;

/** A pool of n_workers - 1 threads besides the calling one, and the hook that runs tasks on it. */
thaw_status thaw__pool_create(thaw__pool **out, int32_t n_workers);
void thaw__pool_free(thaw__pool *pool);
thaw_parallel thaw__pool_parallel(thaw__pool *pool);

/** A global lock, taken only if `needed`; for libraries that are not thread-safe. */
void thaw__serial_begin(int needed);
void thaw__serial_end(int needed);

/** Seconds on a monotonic clock. */
double thaw__seconds(void);

#endif
