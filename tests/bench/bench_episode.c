/* SPDX-License-Identifier: Apache-2.0 */

/* Episodes of pretraining on random items: adapt to K items, score ten others, the exact gradient through the solve,
 * and a step of Adagrad for all rows of the episode. The reference is the normal equations and row gradients by BLAS
 * and LAPACK:
 *
 *     A = diag(q) + X'X,   A w = b,   s = F w,   A l = F'e        ssyrk, sgemv, sposv, spotrs; saxpy for the steps */

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ridge_episode.h"

enum { D = 64, K = 10, QUERY = 10, ROWS = K + QUERY, EPISODES = 4096, CALLS = 2048 };

#define RATE 1e-4f

void sposv_(const char *uplo, const int *n, const int *nrhs, float *a, const int *lda, float *b, const int *ldb,
            int *info);
void spotrs_(const char *uplo, const int *n, const int *nrhs, const float *a, const int *lda, float *b, const int *ldb,
             int *info);

typedef struct work {
    const thaw__kernels *kernels;
    float *V, *F;           /* [items, D] */
    float *sum_v, *sum_f;   /* [items] of Adagrad */
    int32_t (*items)[ROWS]; /* [EPISODES] items of the support, then of the query */
    float *scratch;
    double loss;
} work;

static float ones[QUERY], label[QUERY] = {1, 1, 1}, zeros[D] __attribute__((aligned(64)));
static float diagonal[D] __attribute__((aligned(64)));

static void prefetch_row(const float *row)
{
    for (int c = 0; c < D; c += 16) __builtin_prefetch(row + c, 1);
}

/* Prefetch the rows and sums of a later episode. */
static void prefetch(const work *w, const int32_t *items)
{
    for (int i = 0; i < K; i++) prefetch_row(w->V + (int64_t)items[i] * D), __builtin_prefetch(w->sum_v + items[i], 1);
    for (int i = K; i < ROWS; i++)
        prefetch_row(w->F + (int64_t)items[i] * D), __builtin_prefetch(w->sum_f + items[i], 1);
}

static void episode(work *w, const int32_t *items)
{
    float mean[D] __attribute__((aligned(64))), l[D] __attribute__((aligned(64))), by_l[K], by_w[K], by_query[QUERY];
    const float *support[K], *query[QUERY];
    double loss = 0;
    for (int i = 0; i < K; i++) support[i] = w->V + (int64_t)items[i] * D;
    for (int j = 0; j < QUERY; j++) query[j] = w->F + (int64_t)items[K + j] * D;
    const ridge_task task = {support,  ones,  ones, query, zeros, label, ones,
                             diagonal, zeros, K,    QUERY, 1,     1,     THAW_LOSS_SQUARED};
    const ridge_gradient slope = {mean, l, by_l, by_w, by_query};
    if (ridge_episode_run(&loss, &slope, &task, w->kernels, D, D, w->scratch)) abort();
    w->loss += loss;
    const ridge_plane plane = ridge_plane_of(&slope, w->kernels, D);
    for (int i = 0; i < K; i++)
        ridge_adagrad(w->V + (int64_t)items[i] * D, w->sum_v + items[i], RATE, by_l[i], by_w[i], &slope, plane,
                      w->kernels, D);
    for (int j = 0; j < QUERY; j++)
        ridge_adagrad(w->F + (int64_t)items[K + j] * D, w->sum_f + items[K + j], RATE, 0, by_query[j], &slope, plane,
                      w->kernels, D);
}

static void run_thaw(void *arg, int64_t round)
{
    work *w = arg;
    const int64_t first = round * CALLS % EPISODES;
    for (int64_t k = 0; k < CALLS; k++) {
        prefetch(w, w->items[(first + k + 2) % EPISODES]);
        episode(w, w->items[first + k]);
    }
}

static void plain_move(float *row, float *sum, float by_l, const float *l, float by_w, const float *mean, float square)
{
    *sum += square;
    const float step = -RATE / sqrtf(*sum + 1e-30f);
    if (by_l != 0) cblas_saxpy(D, step * by_l, l, 1, row, 1);
    cblas_saxpy(D, step * by_w, mean, 1, row, 1);
}

static void plain_episode(work *w, const int32_t *items)
{
    float X[K * D], F[QUERY * D], A[D * D], mean[D], l[D], left[K], right[K], e[QUERY];
    const int d = D, one = 1;
    int info;
    for (int i = 0; i < K; i++) memcpy(X + i * D, w->V + (int64_t)items[i] * D, D * sizeof *X);
    for (int j = 0; j < QUERY; j++) memcpy(F + j * D, w->F + (int64_t)items[K + j] * D, D * sizeof *F);
    memset(A, 0, sizeof A);
    for (int c = 0; c < D; c++) A[c * D + c] = diagonal[c];
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, D, K, 1, X, D, 1, A, D);
    cblas_sgemv(CblasRowMajor, CblasTrans, K, D, 1, X, D, ones, 1, 0, mean, 1);
    sposv_("L", &d, &one, A, &d, mean, &d, &info);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, QUERY, D, 1, F, D, mean, 1, 0, e, 1);
    for (int j = 0; j < QUERY; j++) {
        const float error = e[j] - label[j];
        w->loss += (double)(error * error) / 6;
        e[j] = error / 3;
    }
    cblas_sgemv(CblasRowMajor, CblasTrans, QUERY, D, 1, F, D, e, 1, 0, l, 1);
    spotrs_("L", &d, &one, A, &d, l, &d, &info);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, K, D, 1, X, D, mean, 1, 0, left, 1);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, K, D, 1, X, D, l, 1, 0, right, 1);
    const float ww = cblas_sdot(D, mean, 1, mean, 1), wl = cblas_sdot(D, mean, 1, l, 1), ll = cblas_sdot(D, l, 1, l, 1);
    for (int i = 0; i < K; i++) {
        const float by_l = 1 - left[i], by_w = -right[i];
        plain_move(w->V + (int64_t)items[i] * D, w->sum_v + items[i], by_l, l, by_w, mean,
                   by_l * by_l * ll + 2 * by_l * by_w * wl + by_w * by_w * ww);
    }
    for (int j = 0; j < QUERY; j++)
        plain_move(w->F + (int64_t)items[K + j] * D, w->sum_f + items[K + j], 0, l, e[j], mean, e[j] * e[j] * ww);
}

static void run_plain(void *arg, int64_t round)
{
    work *w = arg;
    const int64_t first = round * CALLS % EPISODES;
    for (int64_t k = 0; k < CALLS; k++) {
        prefetch(w, w->items[(first + k + 2) % EPISODES]);
        plain_episode(w, w->items[first + k]);
    }
}

static void compare_catalogue(int64_t n, int json)
{
    uint64_t state = 5;
    work w = {.kernels = thaw__kernels_best(),
              .V = bench_table(n, D, 1),
              .F = bench_table(n, D, 2),
              .sum_v = bench_alloc(n, sizeof(float)),
              .sum_f = bench_alloc(n, sizeof(float)),
              .items = bench_alloc(EPISODES, sizeof *w.items),
              .scratch = bench_alloc(ridge_scratch(D), sizeof(float))};
    for (int k = 0; k < EPISODES; k++)
        for (int i = 0; i < ROWS; i++) w.items[k][i] = (int32_t)(bench_uniform(&state) * (double)n);
    bench_candidate candidates[] = {{run_thaw, &w, CALLS, 0}, {run_plain, &w, CALLS, 0}};
    bench_compare(candidates, 2);
    if (!isfinite(w.loss)) abort();
    printf(json ? "{\"items\": %lld, \"d\": %d, \"k\": %d, \"query\": %d, "
                  "\"episodes_per_s\": %.0f, \"blas_episodes_per_s\": %.0f, \"ratio\": %.2f}\n"
                : "%8lld %4d %4d %6d %14.0f %14.0f %9.1f x\n",
           (long long)n, D, K, QUERY, 1e6 / candidates[0].us, 1e6 / candidates[1].us,
           candidates[1].us / candidates[0].us);
    fflush(stdout);
    free(w.V), free(w.F), free(w.sum_v), free(w.sum_f), free(w.items), free(w.scratch);
}

static const char help[] = "usage: thaw-bench episode [--json]\n"
                           "Median number of episodes per second on one thread, and the same by BLAS and LAPACK.\n";

int bench_episode(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    int json = 0;
    for (int o; (o = bench_option(argc, argv, options, help)) != -1;)
        if (o == 'j') json = 1;
    bench_one_blas_thread();
    for (int i = 0; i < QUERY; i++) ones[i] = 1;
    for (int c = 0; c < D; c++) diagonal[c] = 1;
    if (!json) printf("%s\n   items    d    K  query     episodes/s           blas       ratio\n", thaw_build_info());
    compare_catalogue(4000, json);
    compare_catalogue(100000, json);
    return 0;
}
