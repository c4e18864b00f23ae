/* SPDX-License-Identifier: Apache-2.0 */

/* EASE (Steck, WWW 2019): item-item regression with a zero diagonal, in closed form. With P = (X'X + lambda I)^-1,
 *
 *     B_ij = -P_ij / P_jj for i != j, else 0          score_j = sum over i of the support of B_ij
 *
 * The inverse is dense: n_items^2 floats, n_items^3 operations. */

#include <stdlib.h>
#include <string.h>

#include "blas.h"
#include "blas_threads.h"
#include "cli.h"
#include "baseline.h"

enum { MAX_ITEMS = 30000, TILE = 64 };

typedef struct ease {
    int64_t n;
    float *P; /* [n, n] */
} ease;

static baseline_setting setting(int k)
{
    static const double grid[] = {300, 1000, 3000, 10000, 30000};
    return (baseline_setting){.n = 1, .names = {"lambda"}, .values = {grid[k]}};
}

/* The upper triangle of X'X + lambda I. */
static void gram(float *G, const interactions *x, float lambda)
{
    const int64_t n = x->n_columns;
    for (int64_t r = 0; r < x->n_rows; r++) {
        for (int64_t k = x->start[r]; k < x->start[r + 1]; k++) {
            float *row = G + (int64_t)x->columns[k] * n;
            for (int64_t l = x->start[r]; l < x->start[r + 1]; l++) {
                if (x->columns[l] >= x->columns[k]) row[x->columns[l]]++;
            }
        }
    }
    for (int64_t i = 0; i < n; i++) G[i * n + i] += lambda;
}

/* Copy the upper triangle to the lower triangle, tile by tile. */
static void mirror(float *P, int64_t n)
{
    for (int64_t i0 = 0; i0 < n; i0 += TILE) {
        for (int64_t j0 = i0; j0 < n; j0 += TILE) {
            for (int64_t i = i0; i < i0 + TILE && i < n; i++) {
                for (int64_t j = j0 > i ? j0 : i + 1; j < j0 + TILE && j < n; j++) P[j * n + i] = P[i * n + j];
            }
        }
    }
}

static void release(void *state)
{
    ease *e = state;
    free(e->P);
    free(e);
}

static int fit(void **state, const interactions *x, const baseline_setting *setting_used, const thaw_parallel *parallel)
{
    if (x->n_columns > MAX_ITEMS) {
        return cli_failf("baseline ease supports at most %d items, because it inverts a matrix of all items; got %lld",
                         MAX_ITEMS, (long long)x->n_columns);
    }
    ease *e = cli_alloc(1, sizeof *e);
    e->n = x->n_columns;
    e->P = cli_alloc((size_t)e->n * (size_t)e->n, sizeof *e->P);
    gram(e->P, x, (float)setting_used->values[0]);
    const int n = (int)e->n;
    int info;
    blas_set_threads(baseline_workers(parallel));
    spotrf_("L", &n, e->P, &n, &info, 1);
    if (info == 0) spotri_("L", &n, e->P, &n, &info, 1);
    blas_set_threads(1);
    if (info) {
        release(e);
        return cli_failf("baseline ease: the Gram matrix of the items has no inverse");
    }
    mirror(e->P, e->n);
    *state = e;
    return 0;
}

static void score(void *state, float *scores, const baseline_support *support)
{
    const int64_t *items = support->items, n = support->n_items;
    const ease *e = state;
    memset(scores, 0, (size_t)e->n * sizeof *scores);
    for (int64_t i = 0; i < n; i++) {
        const float *row = e->P + items[i] * e->n;
        for (int64_t j = 0; j < e->n; j++) scores[j] += row[j];
    }
    for (int64_t i = 0; i < n; i++) scores[items[i]] -= e->P[items[i] * e->n + items[i]];
    for (int64_t j = 0; j < e->n; j++) scores[j] /= -e->P[j * e->n + j];
}

const baseline_method baseline_ease = {
    .name = "ease", .n_settings = 5, .setting = setting, .fit = fit, .score = score, .free = release};
