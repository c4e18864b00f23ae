/* SPDX-License-Identifier: Apache-2.0 */

/* The ten best of a catalogue for one user: thaw_recommend(), which gives means and variances in ratings, against scores by
 * sgemv and a heap of ten. */

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

enum { TOP = 10, EVENTS = 20 };

typedef struct work {
    thaw_model *model;
    thaw_user *user;
    float *table, *base, *m, *scores; /* [items, d], [items], [d], [items] */
    int64_t items, d, calls;
} work;

static void run_thaw(void *arg, int64_t round)
{
    const work *w = arg;
    (void)round;
    thaw_hit hits[TOP];
    int64_t n_hits;
    for (int64_t k = 0; k < w->calls; k++) CHECK(thaw_recommend(w->model, w->user, hits, &n_hits, NULL));
    if (n_hits != TOP) abort();
}

/* Put item in the place of the root of a heap of TOP, the worst score on top. */
static void replace_root(int64_t *heap, const float *scores, int64_t item)
{
    int i = 0;
    for (int child = 1; child < TOP; child = 2 * i + 1) {
        if (child + 1 < TOP && scores[heap[child + 1]] < scores[heap[child]]) child++;
        if (scores[heap[child]] >= scores[item]) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = item;
}

static void plain_recommend(const work *w, int64_t *heap)
{
    const int n = (int)w->items, d = (int)w->d;
    cblas_scopy(n, w->base, 1, w->scores, 1);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, d, 1.0f, w->table, d, w->m, 1, 1.0f, w->scores, 1);
    float worst = w->scores[0];
    for (int i = 0; i < TOP; i++) heap[i] = 0;
    for (int64_t i = 0; i < n; i++) {
        if (w->scores[i] <= worst) continue;
        replace_root(heap, w->scores, i);
        worst = w->scores[heap[0]];
    }
}

static void run_plain(void *arg, int64_t round)
{
    const work *w = arg;
    (void)round;
    int64_t heap[TOP];
    for (int64_t k = 0; k < w->calls; k++) plain_recommend(w, heap);
}

static void print_line(const work *w, const bench_rival *r, int json)
{
    printf(json ? "{\"items\": %lld, \"d\": %d, \"recommend_us\": %.2f, \"blas_us\": %.2f, \"ratio\": %.2f}\n"
                : "%9lld %4d %12.2f %12.2f %7.1f x\n",
           (long long)w->items, (int)w->d, r[0].us, r[1].us, r[1].us / r[0].us);
    fflush(stdout);
}

static void compare(int64_t items, int64_t d, int json)
{
    work w = {.model = bench_model(items, (int32_t)d, 0), .items = items, .d = d, .calls = items < 50000 ? 20 : 2};
    thaw_event *events = bench_events(EVENTS, items);
    CHECK(thaw_user_create(&w.user, w.model));
    CHECK(thaw_adapt(w.model, w.user, events, EVENTS));
    w.table = bench_table(items, d, 1);
    w.base = bench_table(items, 1, 2);
    w.m = bench_table(1, d, 3);
    w.scores = bench_alloc(items, sizeof *w.scores);
    bench_rival rivals[] = {{run_thaw, &w, w.calls, 0}, {run_plain, &w, w.calls, 0}};
    bench_race(rivals, 2);
    print_line(&w, rivals, json);
    thaw_user_free(w.user);
    thaw_model_free(w.model);
    free(events), free(w.table), free(w.base), free(w.m), free(w.scores);
}

static const char help[] = "usage: thaw-bench score [--json] [--rank D]\n"
                           "Microseconds per thaw_recommend of the ten best of 10,000 and 100,000 items, medians, and of plain BLAS.\n\n"
                           "  --rank D   default 32; the model of 100,000 items takes 2 D (D + 3) * 10^5 bytes\n";

int bench_score(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {"rank", required_argument, NULL, 'r'}, {0}};
    int json = 0;
    int64_t d = 32;
    for (int o; (o = bench_option(argc, argv, options, help)) != -1;) {
        if (o == 'j') json = 1;
        if (o == 'r') d = bench_integer("--rank", optarg, 1, 256);
    }
    bench_one_blas_thread();
    if (!json) printf("%s\n    items    d         thaw         blas     ratio\n", thaw_build_info());
    compare(10000, d, json);
    compare(100000, d, json);
    return 0;
}
