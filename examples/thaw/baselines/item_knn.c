/* SPDX-License-Identifier: Apache-2.0 */

/* Item-kNN: items are similar if they have the same users. With c_ij the number of users who have both i and j,
 *
 *     score_j = sum over i of the support of c_ij / (sqrt(c_ii c_jj) + shrink)
 *
 * over all neighbours; the similarity matrix is sparse. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "baseline.h"

enum { ITEMS_PER_TASK = 32 };

/* The neighbours of one item. */
typedef struct row {
    int64_t n;
    int32_t *items;
    float *similarity;
} row;

typedef struct knn {
    int64_t n_items;
    row *rows;
} knn;

/* Shared by the workers of a fit. */
typedef struct work {
    knn *knn;
    const interactions *items_of, *users_of;
    double shrink;
    int32_t *counts; /* [n_workers, n_items] zero between rows */
    int32_t *found;  /* [n_workers, n_items] */
} work;

static baseline_setting setting(int k)
{
    static const double grid[] = {10, 30, 100, 300, 1000};
    return (baseline_setting){.n = 1, .names = {"shrink"}, .values = {grid[k]}};
}

static int64_t count_of(const interactions *c, int64_t r)
{
    return c->start[r + 1] - c->start[r];
}

/* Count c_ij of one item i. Writes the items j with c_ij > 0 to found and returns their number. */
static int64_t count_cooccurrences(int32_t *counts, int32_t *found, const work *w, int64_t item)
{
    int64_t n = 0;
    for (int64_t k = w->users_of->start[item]; k < w->users_of->start[item + 1]; k++) {
        const int64_t user = w->users_of->columns[k];
        for (int64_t l = w->items_of->start[user]; l < w->items_of->start[user + 1]; l++) {
            const int32_t other = w->items_of->columns[l];
            if (counts[other]++ == 0) found[n++] = other;
        }
    }
    return n;
}

static void fit_row(const work *w, int32_t *counts, int32_t *found, int64_t item)
{
    row *r = &w->knn->rows[item];
    r->n = count_cooccurrences(counts, found, w, item);
    r->items = cli_alloc((size_t)r->n, sizeof *r->items);
    r->similarity = cli_alloc((size_t)r->n, sizeof *r->similarity);
    const double n_users = (double)count_of(w->users_of, item);
    for (int64_t i = 0; i < r->n; i++) {
        const int32_t other = found[i];
        r->items[i] = other;
        r->similarity[i] = (float)(counts[other] / (sqrt(n_users * (double)count_of(w->users_of, other)) + w->shrink));
        counts[other] = 0;
    }
}

static void fit_rows(void *arg, int64_t index, int32_t worker)
{
    const work *w = arg;
    const int64_t first = index * ITEMS_PER_TASK;
    int32_t *counts = w->counts + worker * w->knn->n_items;
    int32_t *found = w->found + worker * w->knn->n_items;
    for (int64_t i = first; i < first + ITEMS_PER_TASK && i < w->knn->n_items; i++) fit_row(w, counts, found, i);
}

static int fit(void **state, const interactions *x, const baseline_setting *setting_used, const thaw_parallel *parallel)
{
    knn *k = cli_alloc(1, sizeof *k);
    k->n_items = x->n_columns;
    k->rows = cli_alloc((size_t)k->n_items, sizeof *k->rows);
    interactions users_of;
    interactions_transpose(&users_of, x);
    const size_t n_cells = (size_t)baseline_workers(parallel) * (size_t)k->n_items;
    work w = {.knn = k,
              .items_of = x,
              .users_of = &users_of,
              .shrink = setting_used->values[0],
              .counts = cli_alloc(n_cells, sizeof *w.counts),
              .found = cli_alloc(n_cells, sizeof *w.found)};
    baseline_parallel(parallel, fit_rows, &w, (k->n_items + ITEMS_PER_TASK - 1) / ITEMS_PER_TASK);
    free(w.counts);
    free(w.found);
    interactions_free(&users_of);
    *state = k;
    return 0;
}

static void score(void *state, float *scores, const baseline_support *support)
{
    const int64_t *items = support->items, n = support->n_items;
    const knn *k = state;
    memset(scores, 0, (size_t)k->n_items * sizeof *scores);
    for (int64_t i = 0; i < n; i++) {
        const row *r = &k->rows[items[i]];
        for (int64_t j = 0; j < r->n; j++) scores[r->items[j]] += r->similarity[j];
    }
}

static void release(void *state)
{
    knn *k = state;
    for (int64_t i = 0; i < k->n_items; i++) {
        free(k->rows[i].items);
        free(k->rows[i].similarity);
    }
    free(k->rows);
    free(k);
}

const baseline_method baseline_item_knn = {
    .name = "itemknn", .n_settings = 5, .setting = setting, .fit = fit, .score = score, .free = release};
