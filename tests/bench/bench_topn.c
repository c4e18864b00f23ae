/* SPDX-License-Identifier: Apache-2.0 */

/* Top-N of a catalogue: thaw_recommend() and thaw_recommend_many(), with means and variances in rating units, against
 * the same scores by BLAS and a heap. Before timing, every list is compared bit by bit with the list of the float scan,
 * which an allow-list of all items selects. */

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum {
    D = 64,
    USERS = 256,
    EVENTS = 20,
    CHUNK_ONE = 4096, /* rows of one BLAS call: the fastest power of 2 */
    CHUNK_MANY = 2048,
    LANES = 32,  /* scores that the selection tests together */
    WIDE = D + 2 /* a row, its bias and its selection bias: one product gives the score */
};

typedef struct work {
    int64_t items, top, users, calls;
    thaw_model *model;
    thaw_user *adapted[USERS];
    thaw_hit *hits, *expected; /* [users, top] */
    int64_t n_hits[USERS];
    float *table, *bias, *selection_bias; /* [items, D] [items] [items] */
    float *wide;                          /* [items, WIDE] */
    float *w;                             /* [USERS, WIDE] */
    float *scores;                        /* [USERS, CHUNK_MANY] or more */
    int32_t *heaps;                       /* [users, top] rows, and their scores */
    float *kept;
} work;

/* ---- thaw ---- */

static void run_thaw(void *arg, int64_t round)
{
    work *w = arg;
    thaw_query query;
    CHECK(thaw_query_init(&query, sizeof query));
    query.top = w->top;
    for (int64_t k = 0; k < w->calls; k++) {
        const thaw_user *user = w->adapted[(round * w->calls + k) % USERS];
        if (w->users == 1) CHECK(thaw_recommend(w->model, user, w->hits, w->n_hits, &query));
        else
            CHECK(thaw_recommend_many(w->model, w->hits, w->n_hits, (const thaw_user *const *)w->adapted, w->users,
                                      &query));
    }
}

static void check_lists(const work *w, const thaw_hit *hits, const int64_t *n_hits, const int64_t *all, int64_t first,
                        int64_t n)
{
    thaw_query query;
    int64_t expected;
    CHECK(thaw_query_init(&query, sizeof query));
    query.top = w->top;
    query.allow = all;
    query.n_allow = w->items;
    for (int64_t u = 0; u < n; u++) {
        CHECK(thaw_recommend(w->model, w->adapted[first + u], w->expected, &expected, &query));
        if (n_hits[u] != expected || memcmp(hits + u * w->top, w->expected, (size_t)expected * sizeof *hits) != 0) {
            fprintf(stderr, "thaw-bench: user %d of %d items has a different list than by the float scan\n",
                    (int)(first + u), (int)w->items);
            exit(1);
        }
    }
}

/* Check the list of every user that is timed. */
static void check_all(work *w)
{
    thaw_query query;
    int64_t *all = bench_alloc(w->items, sizeof *all);
    for (int64_t i = 0; i < w->items; i++) all[i] = i;
    CHECK(thaw_query_init(&query, sizeof query));
    query.top = w->top;
    for (int64_t u = 0; u < USERS && w->users == 1; u++) {
        CHECK(thaw_recommend(w->model, w->adapted[u], w->hits, w->n_hits, &query));
        check_lists(w, w->hits, w->n_hits, all, u, 1);
    }
    if (w->users > 1) {
        run_thaw(w, 0);
        check_lists(w, w->hits, w->n_hits, all, 0, w->users);
    }
    free(all);
}

/* ---- BLAS ---- */

/* Replace the root of a heap with the worst score at the root. */
static void replace_root(int32_t *rows, float *kept, int64_t top, int32_t row, float score)
{
    int64_t i = 0;
    for (int64_t child = 1; child < top; child = 2 * i + 1) {
        if (child + 1 < top && kept[child + 1] < kept[child]) child++;
        if (kept[child] >= score) break;
        kept[i] = kept[child], rows[i] = rows[child];
        i = child;
    }
    kept[i] = score, rows[i] = row;
}

/* Test LANES scores with one branch: nearly always none is above the worst kept score. */
static inline __attribute__((always_inline)) void select_lanes(const float *scores, int64_t n, int64_t first,
                                                               int32_t *rows, float *kept, int64_t top)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const float worst = kept[0];
        int above = 0;
        for (int k = 0; k < LANES; k++) above |= scores[i + k] > worst;
        for (int k = 0; above && k < LANES; k++)
            if (scores[i + k] > kept[0]) replace_root(rows, kept, top, (int32_t)(first + i + k), scores[i + k]);
    }
    for (; i < n; i++)
        if (scores[i] > kept[0]) replace_root(rows, kept, top, (int32_t)(first + i), scores[i]);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void select_avx2(const float *scores, int64_t n, int64_t first, int32_t *rows,
                                                        float *kept, int64_t top)
{
    select_lanes(scores, n, first, rows, kept, top);
}
#endif

static void select_best(const float *scores, int64_t n, int64_t first, int32_t *rows, float *kept, int64_t top)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        select_avx2(scores, n, first, rows, kept, top);
        return;
    }
#endif
    select_lanes(scores, n, first, rows, kept, top);
}

static void empty_heaps(const work *w)
{
    for (int64_t k = 0; k < w->users * w->top; k++) w->kept[k] = -INFINITY;
}

/* scores = bias + m[D + 1] selection_bias + table m for a chunk that fits in the cache, then select its best. */
static void blas_one(const work *w, const float *m)
{
    empty_heaps(w);
    for (int64_t first = 0; first < w->items; first += CHUNK_ONE) {
        const int n = (int)(w->items - first < CHUNK_ONE ? w->items - first : CHUNK_ONE);
        cblas_scopy(n, w->bias + first, 1, w->scores, 1);
        cblas_saxpy(n, m[D + 1], w->selection_bias + first, 1, w->scores, 1);
        cblas_sgemv(CblasRowMajor, CblasNoTrans, n, D, 1, w->table + first * D, D, m, 1, 1, w->scores, 1);
        select_best(w->scores, n, first, w->heaps, w->kept, w->top);
    }
}

static void blas_many(const work *w)
{
    empty_heaps(w);
    for (int64_t first = 0; first < w->items; first += CHUNK_MANY) {
        const int n = (int)(w->items - first < CHUNK_MANY ? w->items - first : CHUNK_MANY);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)w->users, n, WIDE, 1, w->w, WIDE,
                    w->wide + first * WIDE, WIDE, 0, w->scores, CHUNK_MANY);
        for (int64_t u = 0; u < w->users; u++)
            select_best(w->scores + u * CHUNK_MANY, n, first, w->heaps + u * w->top, w->kept + u * w->top, w->top);
    }
}

static void run_blas(void *arg, int64_t round)
{
    const work *w = arg;
    for (int64_t k = 0; k < w->calls; k++) {
        if (w->users == 1) blas_one(w, w->w + (round * w->calls + k) % USERS * WIDE);
        else blas_many(w);
    }
}

/* ---- comparing ---- */

/* A table [n, d] of normal numbers, as in an untrained model. */
static float *normal_table(int64_t n, int64_t d, double sd, uint64_t seed)
{
    static const double two_pi = 6.283185307179586;
    float *table = bench_alloc(n * d, sizeof *table);
    for (int64_t i = 0; i < n * d; i++)
        table[i] = (float)(sd * sqrt(-2 * log(1 - bench_uniform(&seed))) * cos(two_pi * bench_uniform(&seed)));
    return table;
}

static void make_blas_tables(work *w)
{
    w->table = normal_table(w->items, D, 0.1, 1);
    w->bias = normal_table(w->items, 1, 0.1, 2);
    w->selection_bias = normal_table(w->items, 1, 0.1, 3);
    w->w = normal_table(USERS, WIDE, 1, 4);
    w->wide = bench_alloc(w->items * WIDE, sizeof *w->wide);
    for (int64_t i = 0; i < w->items; i++) {
        memcpy(w->wide + i * WIDE, w->table + i * D, D * sizeof *w->table);
        w->wide[i * WIDE + D] = w->bias[i], w->wide[i * WIDE + D + 1] = w->selection_bias[i];
    }
    for (int64_t u = 0; u < USERS; u++) w->w[u * WIDE + D] = 1, w->w[u * WIDE + D + 1] = 0.5f;
    w->scores = bench_alloc(USERS * CHUNK_MANY, sizeof *w->scores);
}

static void adapt_users(work *w)
{
    thaw_event *events = bench_events(USERS * EVENTS, w->items);
    for (int u = 0; u < USERS; u++) {
        CHECK(thaw_user_create(&w->adapted[u], w->model));
        CHECK(thaw_adapt(w->model, w->adapted[u], events + u * EVENTS, EVENTS));
    }
    free(events);
}

static void compare(work *w, int json)
{
    const int64_t lists = w->users * w->top;
    w->calls = w->users > 1 ? 1 : w->items < 50000 ? 200 : w->items < 500000 ? 40 : 5;
    w->hits = bench_alloc(lists, sizeof *w->hits);
    w->expected = bench_alloc(w->top, sizeof *w->expected);
    w->heaps = bench_alloc(lists, sizeof *w->heaps);
    w->kept = bench_alloc(lists, sizeof *w->kept);
    check_all(w);
    bench_candidate candidates[] = {{run_thaw, w, w->calls, 0}, {run_blas, w, w->calls, 0}};
    bench_compare(candidates, 2);
    printf(json ? "{\"items\": %lld, \"d\": %d, \"top\": %d, \"users\": %d, "
                  "\"thaw_ms\": %.4f, \"blas_ms\": %.4f, \"ratio\": %.2f}\n"
                : "%9lld %4d %4d %6d %12.4f %12.4f %7.1f x\n",
           (long long)w->items, D, (int)w->top, (int)w->users, candidates[0].us / 1e3, candidates[1].us / 1e3,
           candidates[1].us / candidates[0].us);
    fflush(stdout);
    free(w->hits), free(w->expected), free(w->heaps), free(w->kept);
}

static void compare_all(int64_t items, int json)
{
    static const int tops[] = {10, 100}, users[] = {1, USERS};
    work w = {.items = items, .model = bench_model(items, D, 0)};
    adapt_users(&w);
    make_blas_tables(&w);
    for (int k = 0; k < 4; k++) {
        w.users = users[k / 2];
        w.top = tops[k % 2];
        compare(&w, json);
    }
    for (int u = 0; u < USERS; u++) thaw_user_free(w.adapted[u]);
    thaw_model_free(w.model);
    free(w.table), free(w.bias), free(w.selection_bias), free(w.w), free(w.wide), free(w.scores);
}

static const char help[] =
    "usage: thaw-bench topn [--json] [--items N]\n"
    "Median milliseconds for the 10 and 100 best of 10^4, 10^5 and 10^6 items of rank 64: one user by thaw_recommend,\n"
    "256 users by thaw_recommend_many, and BLAS with a heap (one: sgemv, 256: sgemm). Lists are first compared with\n"
    "those of the float scan.\n\n"
    "  --items N   only this number of items; a million take 11 GB, as every item of a model has a covariance\n";

int bench_topn(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"items", required_argument, NULL, 'n'}, {0}};
    int json = 0;
    int64_t items = 0;
    for (int o; (o = bench_option(argc, argv, options, help)) != -1;) {
        if (o == 'j') json = 1;
        if (o == 'n') items = bench_integer("--items", optarg, 1000, 10000000);
    }
    bench_one_blas_thread();
    if (!json) printf("%s\n    items    d  top  users      thaw ms      blas ms     ratio\n", thaw_build_info());
    for (int64_t n = items ? items : 10000; n <= (items ? items : 1000000); n *= 10) compare_all(n, json);
    return 0;
}
