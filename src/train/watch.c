/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <math.h>

#include "status.h"
#include "thread.h"

#define INTERVAL 0.25 /* seconds between two calls of progress() */

enum { STOPPED = 1 }; /* the code with which the hook fails after a cancel */

/* ---- progress ---------------------------------------------------------------------------------------------------- */

/* done never falls; the time left follows from it. */
static void set_time(thaw__watch *w, double now, double part)
{
    thaw_report *r = &w->run->report;
    const double done = w->round.done + part * w->round.share;
    if (done > r->done) r->done = done < 1 ? done : 1;
    r->phase = w->round.phase ? w->round.phase : "training";
    r->seconds = now - w->begin;
    r->seconds_left = r->done > 0 ? r->seconds / r->done * (1 - r->done) : (double)NAN;
}

thaw_status thaw__watch_status(const thaw__watch *w)
{
    if (!atomic_load_explicit(&w->cancelled, memory_order_relaxed)) return THAW_OK;
    return thaw__fail(THAW_E_CANCELLED, "cancelled after pass %d", w->run->report.pass);
}

thaw_status thaw__watch_report(thaw__watch *w, double part, int now)
{
    const double seconds = thaw__seconds();
    if (!now && seconds - w->last < INTERVAL) return thaw__watch_status(w);
    set_time(w, seconds, part);
    if (w->progress && w->progress(w->ctx, &w->run->report)) atomic_store(&w->cancelled, 1);
    w->last = thaw__seconds();
    return thaw__watch_status(w);
}

static thaw_status check(thaw__run *run)
{
    return thaw__watch_report(run->watch, 0, 0);
}

/* ---- parallel loops ---------------------------------------------------------------------------------------------- */

typedef struct loop {
    thaw__watch *watch;
    thaw_task task;
    void *arg;
} loop;

/* An address that differs between threads. */
static const void *this_thread(void)
{
    static _Thread_local char here;
    return &here;
}

static void run_task(void *arg, int64_t i, int32_t worker)
{
    const loop *l = arg;
    if (atomic_load_explicit(&l->watch->cancelled, memory_order_relaxed)) return;
    l->task(l->arg, i, worker);
    if (this_thread() == l->watch->caller) thaw__watch_report(l->watch, 0, 0);
}

static int32_t run_loop(void *ctx, thaw_task task, void *arg, int64_t n)
{
    thaw__watch *w = ctx;
    loop l = {w, task, arg};
    int32_t code = 0;
    if (w->hook.run) code = w->hook.run(w->hook.ctx, run_task, &l, n);
    else
        for (int64_t i = 0; i < n; i++) run_task(&l, i, 0);
    return code ? code : atomic_load(&w->cancelled) ? STOPPED : 0;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

void thaw__watch_begin(thaw__watch *w, thaw__run *run, thaw_progress progress, void *ctx)
{
    thaw_parallel *hook = &run->m->config.parallel;
    *w = (thaw__watch){.run = run, .progress = progress, .ctx = ctx, .hook = *hook, .caller = this_thread()};
    w->round.phase = "preparing";
    w->begin = w->last = thaw__seconds();
    run->watch = w;
    run->check = check;
    if (progress) *hook = (thaw_parallel){.run = run_loop, .ctx = w, .n_workers = thaw__n_workers(&w->hook)};
}

void thaw__watch_end(thaw__watch *w)
{
    thaw_report *r = &w->run->report;
    w->run->m->config.parallel = w->hook;
    r->seconds = thaw__seconds() - w->begin;
    r->seconds_left = 0;
    if (!atomic_load(&w->cancelled)) r->done = 1;
}
