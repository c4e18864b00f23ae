/* SPDX-License-Identifier: Apache-2.0 */

/* A new user from K events: thaw_adapt(), thaw_adapt_many(), and the normal equations by BLAS:
 *
 *     (I + X'X) m = X't      gather X; ssyrk, sgemv, sposv
 *
 * from an item table of the same size. The reference has less work than thaw: no weights by the noise of items, one
 * triangle, aligned rows. */

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { USERS = 512, SLICE = 64, MOST_EVENTS = 50, MOST_RANK = 64 };

void sposv_(const char *uplo, const int *n, const int *nrhs, float *A, const int *lda, float *B, const int *ldb,
            int *info, size_t length);

typedef struct work {
    thaw_model *model;
    thaw_user *user;
    thaw_event *events;  /* [USERS, k] */
    int64_t *offsets;    /* [USERS + 1] */
    float *means;        /* [USERS, d] */
    float *table, *base; /* [items, d], [items] */
    float *X, *G;        /* [MOST_EVENTS, d], [d, d] */
    int64_t d, k;
} work;

/* A round uses a slice of the users: short, so that few rounds are interrupted. */
static int64_t first_user(int64_t round)
{
    return round * SLICE % USERS;
}

static void run_single(void *arg, int64_t round)
{
    const work *w = arg;
    const int64_t first = first_user(round);
    for (int64_t u = first; u < first + SLICE; u++)
        CHECK(thaw_adapt(w->model, w->user, w->events + w->offsets[u], w->k));
}

static void run_batch(void *arg, int64_t round)
{
    const work *w = arg;
    const int64_t first = first_user(round);
    CHECK(thaw_adapt_many(w->model, w->user, w->means, w->events + w->offsets[first], w->offsets, SLICE));
}

static int plain_adapt(const work *w, const thaw_event *events, float *m)
{
    const int d = (int)w->d, k = (int)w->k, one = 1;
    float t[MOST_EVENTS];
    for (int e = 0; e < k; e++) {
        memcpy(w->X + e * d, w->table + events[e].item * d, (size_t)d * sizeof *w->X);
        t[e] = events[e].value - w->base[events[e].item];
    }
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, d, k, 1.0f, w->X, d, 0.0f, w->G, d);
    for (int i = 0; i < d; i++) w->G[i * d + i] += 1.0f;
    cblas_sgemv(CblasRowMajor, CblasTrans, k, d, 1.0f, w->X, d, t, 1, 0.0f, m, 1);
    int info;
    sposv_("L", &d, &one, w->G, &d, m, &d, &info, 1); /* a row-major upper triangle is a column-major lower one */
    return info;
}

static void run_plain(void *arg, int64_t round)
{
    const work *w = arg;
    const int64_t first = first_user(round);
    for (int64_t u = first; u < first + SLICE; u++)
        if (plain_adapt(w, w->events + w->offsets[u], w->means + u % SLICE * w->d)) abort();
}

static void print_line(const work *w, const bench_candidate *r, int json)
{
    const double single = r[2].us / r[0].us, batch = r[2].us / r[1].us;
    printf(json ? "{\"d\": %d, \"k\": %d, \"single_us\": %.4f, \"batch_us\": %.4f, \"blas_us\": %.4f, "
                  "\"ratio_single\": %.2f, \"ratio_batch\": %.2f}\n"
                : "%4d %4d %10.3f %10.3f %10.3f %9.1f x %9.1f x\n",
           (int)w->d, (int)w->k, r[0].us, r[1].us, r[2].us, single, batch);
    fflush(stdout);
}

static void compare(work *w, int64_t items, int64_t k, int json)
{
    w->k = k;
    w->events = bench_events(USERS * k, items);
    for (int64_t u = 0; u <= USERS; u++) w->offsets[u] = u * k;
    bench_candidate candidates[] = {{run_single, w, SLICE, 0}, {run_batch, w, SLICE, 0}, {run_plain, w, SLICE, 0}};
    bench_compare(candidates, 3);
    print_line(w, candidates, json);
    free(w->events);
}

static void compare_rank(int64_t items, int64_t d, int json)
{
    static const int64_t counts[] = {5, 10, 20, 50};
    work w = {.model = bench_model(items, (int32_t)d, 2), .d = d};
    CHECK(thaw_user_create(&w.user, w.model));
    w.offsets = bench_alloc(USERS + 1, sizeof *w.offsets);
    w.means = bench_alloc(USERS * d, sizeof *w.means);
    w.table = bench_table(items, d, 1);
    w.base = bench_table(items, 1, 2);
    w.X = bench_alloc(MOST_EVENTS * d, sizeof *w.X);
    w.G = bench_alloc(d * d, sizeof *w.G);
    for (int i = 0; i < 4; i++) compare(&w, items, counts[i], json);
    thaw_user_free(w.user);
    thaw_model_free(w.model);
    free(w.offsets), free(w.means), free(w.table), free(w.base), free(w.X), free(w.G);
}

static const char help[] = "usage: thaw-bench adapt [--json] [--items N]\n"
                           "Median microseconds per new user on one thread: thaw_adapt, thaw_adapt_many, and BLAS.\n\n"
                           "  --items N   items of the catalogue; default 4000\n";

int bench_adapt(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"items", required_argument, NULL, 'n'}, {0}};
    int json = 0;
    int64_t items = 4000;
    for (int o; (o = bench_option(argc, argv, options, help)) != -1;) {
        if (o == 'j') json = 1;
        if (o == 'n') items = bench_integer("--items", optarg, 1, 10000000);
    }
    bench_one_blas_thread();
    if (!json) printf("%s\n   d    K     single      batch       blas      single       batch\n", thaw_build_info());
    compare_rank(items, 32, json);
    compare_rank(items, MOST_RANK, json);
    return 0;
}
