/* SPDX-License-Identifier: Apache-2.0
 * The pool: n - 1 threads wait on a condition for a loop. All threads, with the caller, take the next index from an
 * atomic counter; the caller waits for the others. pthreads, because C11 threads crash under TSan.
 */
#define _POSIX_C_SOURCE 200809L
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "status.h"

enum { MAX_WORKERS = 1024 };

thaw_status thaw__parallel_check(const thaw_parallel *p)
{
    if (!p->run) return THAW_OK;
    if (p->n_workers < 1 || p->n_workers > MAX_WORKERS)
        return thaw__fail(THAW_E_RANGE, "parallel.n_workers is %d; must be 1 to %d", p->n_workers, MAX_WORKERS);
    return THAW_OK;
}

thaw_status thaw__parallel_for(const thaw_parallel *p, thaw_task task, void *arg, int64_t n)
{
    if (!p->run) {
        for (int64_t i = 0; i < n; i++) task(arg, i, 0);
        return THAW_OK;
    }
    int32_t code = p->run(p->ctx, task, arg, n);
    return code ? thaw__fail(THAW_E_IO, "the parallel hook failed with code %d", code) : THAW_OK;
}

struct thaw__pool {
    pthread_mutex_t lock;
    pthread_cond_t posted;
    pthread_cond_t finished;
    uint64_t round; /* number of the loop; under lock */
    int32_t busy;   /* threads that have not finished this loop; under lock */
    int stop;       /* under lock */
    thaw_task task;
    void *arg;
    int64_t n_tasks;
    atomic_llong next;
    int32_t n_workers;
    int32_t n_started;
    struct member {
        thaw__pool *pool;
        pthread_t thread;
        int32_t worker;
    } * members; /* [n_workers - 1] */
};

static void run_tasks(thaw__pool *pool, int32_t worker)
{
    for (;;) {
        int64_t i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (i >= pool->n_tasks) return;
        pool->task(pool->arg, i, worker);
    }
}

static void *member_main(void *arg)
{
    struct member *self = arg;
    thaw__pool *pool = self->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen && !pool->stop) pthread_cond_wait(&pool->posted, &pool->lock);
        if (pool->stop) break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);
        run_tasks(pool, self->worker);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) pthread_cond_signal(&pool->finished);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static int32_t pool_run(void *ctx, thaw_task task, void *arg, int64_t n_tasks)
{
    thaw__pool *pool = ctx;
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->arg = arg;
    pool->n_tasks = n_tasks;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    pool->busy = pool->n_started;
    pool->round++;
    pthread_cond_broadcast(&pool->posted);
    pthread_mutex_unlock(&pool->lock);

    run_tasks(pool, 0);

    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0) pthread_cond_wait(&pool->finished, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

/* Start threads until one fails. All signals are blocked in them: signals are for the threads of the host. */
static void start_members(thaw__pool *pool)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    for (int32_t i = 0; i + 1 < pool->n_workers; i++) {
        struct member *member = &pool->members[i];
        *member = (struct member){.pool = pool, .worker = i + 1};
        if (pthread_create(&member->thread, NULL, member_main, member) != 0) break;
        pool->n_started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

thaw_status thaw__pool_create(thaw__pool **out, int32_t n_workers)
{
    *out = NULL;
    if (n_workers < 1 || n_workers > MAX_WORKERS)
        return thaw__fail(THAW_E_RANGE, "%d threads; must be 1 to %d", n_workers, MAX_WORKERS);
    thaw__pool *pool = calloc(1, sizeof *pool);
    struct member *members = calloc((size_t)n_workers, sizeof *members);
    if (!pool || !members) {
        free(pool);
        free(members);
        return thaw__fail(THAW_E_NOMEM, "no memory for %d threads", n_workers);
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->posted, NULL);
    pthread_cond_init(&pool->finished, NULL);
    pool->n_workers = n_workers;
    pool->members = members;
    start_members(pool);
    if (pool->n_started < n_workers - 1) {
        const int32_t failed = pool->n_started + 2;
        thaw__pool_free(pool);
        return thaw__fail(THAW_E_IO, "the system cannot create thread %d of %d", failed, n_workers);
    }
    *out = pool;
    return THAW_OK;
}

void thaw__pool_free(thaw__pool *pool)
{
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = 1;
    pthread_cond_broadcast(&pool->posted);
    pthread_mutex_unlock(&pool->lock);
    for (int32_t i = 0; i < pool->n_started; i++) pthread_join(pool->members[i].thread, NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->posted);
    pthread_mutex_destroy(&pool->lock);
    free(pool->members);
    free(pool);
}

thaw_parallel thaw__pool_parallel(thaw__pool *pool)
{
    return (thaw_parallel){.run = pool_run, .ctx = pool, .n_workers = pool->n_workers};
}

static pthread_mutex_t serial = PTHREAD_MUTEX_INITIALIZER;

void thaw__serial_begin(int needed)
{
    if (needed) pthread_mutex_lock(&serial);
}

void thaw__serial_end(int needed)
{
    if (needed) pthread_mutex_unlock(&serial);
}

double thaw__seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
