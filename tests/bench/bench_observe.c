/* SPDX-License-Identifier: Apache-2.0 */

/* One more event of a user who has many events: always the same user, and many users in turn, whose posteriors do not
 * fit in the L1 cache. The reference is the Sherman-Morrison update of P and m of one user:
 *
 *     g = P x,   P <- P - g g' / (1 + x'g),   m <- m + g (t - x'm) / (1 + x'g)       ssymv, sdot, ssyr, saxpy */

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

enum { ITEMS = 4000, USERS = 64, CALLS = 1024, EVENTS = 4096 };

typedef struct work {
    thaw_model *model;
    thaw_user *users[USERS];
    int64_t n_users;
    thaw_event *events;  /* [EVENTS] */
    float *table, *base; /* [ITEMS, d], [ITEMS] */
    float *P, *m, *g;    /* [d, d], [d], [d] */
    int64_t d;
} work;

static void observe(const work *w, int64_t n_users, int64_t round)
{
    const thaw_event *events = w->events + round * CALLS % EVENTS;
    for (int64_t k = 0; k < CALLS; k++) CHECK(thaw_user_observe(w->model, w->users[k % n_users], &events[k]));
}

static void run_one_user(void *arg, int64_t round)
{
    observe(arg, 1, round);
}

static void run_many_users(void *arg, int64_t round)
{
    observe(arg, USERS, round);
}

static void plain_observe(const work *w, const thaw_event *event)
{
    const int d = (int)w->d;
    const float *x = w->table + event->item * d;
    cblas_ssymv(CblasRowMajor, CblasUpper, d, 1.0f, w->P, d, x, 1, 0.0f, w->g, 1);
    const float s = 1.0f / (1.0f + cblas_sdot(d, x, 1, w->g, 1));
    const float miss = event->value - w->base[event->item] - cblas_sdot(d, x, 1, w->m, 1);
    cblas_ssyr(CblasRowMajor, CblasUpper, d, -s, w->g, 1, w->P, d);
    cblas_saxpy(d, s * miss, w->g, 1, w->m, 1);
}

static void run_plain(void *arg, int64_t round)
{
    const work *w = arg;
    const thaw_event *events = w->events + round * CALLS % EVENTS;
    for (int64_t k = 0; k < CALLS; k++) plain_observe(w, &events[k]);
}

static void print_line(const work *w, const bench_candidate *r, int json)
{
    printf(json ? "{\"d\": %d, \"update_us\": %.4f, \"many_users_us\": %.4f, \"plain_us\": %.4f, \"ratio\": %.2f}\n"
                : "%4d %10.3f %12.3f %10.3f %9.1f x\n",
           (int)w->d, r[0].us, r[1].us, r[2].us, r[2].us / r[0].us);
    fflush(stdout);
}

static void compare_rank(int64_t d, int json)
{
    work w = {.model = bench_model(ITEMS, (int32_t)d, 2), .events = bench_events(EVENTS, ITEMS), .d = d};
    w.table = bench_table(ITEMS, d, 1);
    w.base = bench_table(ITEMS, 1, 2);
    w.P = bench_alloc(d * d, sizeof *w.P);
    w.m = bench_alloc(d, sizeof *w.m);
    w.g = bench_alloc(d, sizeof *w.g);
    for (int64_t i = 0; i < d; i++) w.P[i * d + i] = 1;
    for (int u = 0; u < USERS; u++) {
        CHECK(thaw_user_create(&w.users[u], w.model));
        CHECK(thaw_user_observe(w.model, w.users[u], &w.events[u]));
    }
    bench_candidate candidates[] = {
        {run_one_user, &w, CALLS, 0}, {run_many_users, &w, CALLS, 0}, {run_plain, &w, CALLS, 0}};
    bench_compare(candidates, 3);
    print_line(&w, candidates, json);
    for (int u = 0; u < USERS; u++) thaw_user_free(w.users[u]);
    thaw_model_free(w.model);
    free(w.events), free(w.table), free(w.base), free(w.P), free(w.m), free(w.g);
}

static const char help[] =
    "usage: thaw-bench observe [--json]\n"
    "Median microseconds of thaw_user_observe: one user, 64 users in turn, and BLAS for one user.\n";

int bench_observe(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    int json = 0;
    for (int o; (o = bench_option(argc, argv, options, help)) != -1;)
        if (o == 'j') json = 1;
    bench_one_blas_thread();
    if (!json) printf("%s\n   d   one user   many users       blas       ratio\n", thaw_build_info());
    compare_rank(32, json);
    compare_rank(64, json);
    return 0;
}
