/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "run_suite.h"
#include "status.h"

enum { TASKS = 1000 };

typedef struct tally {
    atomic_int done[TASKS];
    atomic_int inside[64]; /* running tasks by worker */
    atomic_int clashes;
    int32_t n_workers;
} tally;

static void count(void *arg, int64_t i, int32_t worker)
{
    tally *t = arg;
    if (worker < 0 || worker >= t->n_workers || atomic_fetch_add(&t->inside[worker], 1) != 0) t->clashes++;
    t->done[i]++;
    t->inside[worker]--;
}

static void assert_each_once(const thaw_parallel *p, int64_t n)
{
    static tally t;
    memset(&t, 0, sizeof t);
    t.n_workers = thaw__n_workers(p);
    ck_assert_int_eq(thaw__parallel_for(p, count, &t, n), THAW_OK);
    for (int64_t i = 0; i < TASKS; i++) ck_assert_int_eq(t.done[i], i < n);
    ck_assert_int_eq(t.clashes, 0);
}

START_TEST(without_a_hook_the_calling_thread_runs_all_tasks)
{
    const thaw_parallel none = {0};
    ck_assert_int_eq(thaw__parallel_check(&none), THAW_OK);
    assert_each_once(&none, TASKS);
    assert_each_once(&none, 0);
}
END_TEST

START_TEST(a_pool_runs_each_task_once)
{
    const int32_t sizes[] = {1, 2, 3, 8};
    thaw__pool *pool;
    ck_assert_int_eq(thaw__pool_create(&pool, sizes[_i]), THAW_OK);
    const thaw_parallel p = thaw__pool_parallel(pool);
    ck_assert_int_eq(thaw__parallel_check(&p), THAW_OK);
    for (int round = 0; round < 200; round++) assert_each_once(&p, round % 3 ? TASKS : round % 2);
    thaw__pool_free(pool);
}
END_TEST

START_TEST(an_unused_pool_can_be_freed)
{
    thaw__pool *pool;
    ck_assert_int_eq(thaw__pool_create(&pool, 4), THAW_OK);
    thaw__pool_free(pool);
    thaw__pool_free(NULL);
}
END_TEST

START_TEST(pool_sizes_out_of_range_are_refused)
{
    const int32_t sizes[] = {0, -1, 1025};
    thaw__pool *pool;
    ck_assert_int_eq(thaw__pool_create(&pool, sizes[_i]), THAW_E_RANGE);
    ck_assert_ptr_null(pool);
}
END_TEST

static int32_t refuse(void *ctx, thaw_task task, void *arg, int64_t n)
{
    (void)ctx, (void)task, (void)arg, (void)n;
    return 42;
}

START_TEST(a_hook_that_fails_is_an_error)
{
    const thaw_parallel p = {.run = refuse, .n_workers = 2};
    ck_assert_int_eq(thaw__parallel_for(&p, count, NULL, 3), THAW_E_IO);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "42"));
    const thaw_parallel none = {.run = refuse, .n_workers = 0};
    ck_assert_int_eq(thaw__parallel_check(&none), THAW_E_RANGE);
}
END_TEST

static void note_signals(void *arg, int64_t i, int32_t worker)
{
    sigset_t blocked;
    (void)i;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (worker != 0 && !sigismember(&blocked, SIGTERM)) atomic_fetch_add((atomic_int *)arg, 1);
}

START_TEST(workers_block_all_signals)
{
    sigset_t before, after;
    atomic_int open = 0;
    thaw__pool *pool;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    ck_assert_int_eq(thaw__pool_create(&pool, 4), THAW_OK);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert_int_eq(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    const thaw_parallel p = thaw__pool_parallel(pool);
    ck_assert_int_eq(thaw__parallel_for(&p, note_signals, &open, 100000), THAW_OK);
    ck_assert_int_eq(open, 0);
    thaw__pool_free(pool);
}
END_TEST

START_TEST(the_clock_is_monotonic)
{
    double last = thaw__seconds();
    for (int i = 0; i < 1000; i++) {
        const double now = thaw__seconds();
        ck_assert_double_ge(now, last);
        last = now;
    }
}
END_TEST

START_TEST(the_serial_lock_can_be_locked_again)
{
    for (int needed = 0; needed < 2; needed++)
        for (int i = 0; i < 3; i++) {
            thaw__serial_begin(needed);
            thaw__serial_end(needed);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("thread");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, without_a_hook_the_calling_thread_runs_all_tasks);
    tcase_add_loop_test(tc, a_pool_runs_each_task_once, 0, 4);
    tcase_add_test(tc, an_unused_pool_can_be_freed);
    tcase_add_loop_test(tc, pool_sizes_out_of_range_are_refused, 0, 3);
    tcase_add_test(tc, a_hook_that_fails_is_an_error);
    tcase_add_test(tc, workers_block_all_signals);
    tcase_add_test(tc, the_clock_is_monotonic);
    tcase_add_test(tc, the_serial_lock_can_be_locked_again);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
