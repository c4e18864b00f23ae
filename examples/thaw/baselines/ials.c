/* SPDX-License-Identifier: Apache-2.0 */

/* iALS: factors of implicit feedback by alternating least squares (Hu, Koren, Volinsky, ICDM 2008), regularised by
 * frequency (Rendle et al., RecSys 2022). Observed cells of X have weight 1, all cells have weight alpha0:
 *
 *     x_u = (sum over its items of y_i y_i' + alpha0 Y'Y + reg (n_u + alpha0 n_items) I)^-1 sum over its items of y_i
 *
 * Item factors are solved the same way with users and items exchanged. A new user is one more solve. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blas.h"
#include "blas_threads.h"
#include "cli.h"
#include "random_draws.h"
#include "baseline.h"

enum { D = 64, ROUNDS = 12, ROWS_PER_TASK = 64 };

typedef struct ials {
    int64_t n_items;
    float *Y;        /* [n_items, D] */
    float *G;        /* [D, D] alpha0 Y'Y, upper triangle */
    float *gathered; /* [n_gathered, D] */
    int64_t n_gathered;
    double alpha0, reg;
} ials;

/* Solves the factors of the rows of X from the factors of its columns. */
typedef struct side {
    const interactions *x;
    const float *other; /* [n_columns, D] */
    const float *G;     /* [D, D] */
    float *out;         /* [n_rows, D] */
    float *gathered;    /* [n_workers, longest, D] */
    int64_t longest;
    double alpha0, reg;
} side;

static baseline_setting setting(int k)
{
    static const double alpha0[] = {0.01, 0.03, 0.1, 0.3, 1}, reg[] = {0.003, 0.01, 0.03};
    return (baseline_setting){.n = 2, .names = {"alpha0", "reg"}, .values = {alpha0[k / 3], reg[k % 3]}};
}

/* G = alpha0 Y'Y, upper triangle. */
static void gram(float *G, const float *Y, int64_t n, double alpha0)
{
    memset(G, 0, D * D * sizeof *G);
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, D, (int)n, (float)alpha0, Y, D, 0, G, D);
}

/* Solve the factor of one row from the factors p [n, D] of its columns. */
static void solve(float *out, const float *p, int64_t n, const float *G, double ridge)
{
    static const int d = D, one = 1;
    float A[D * D];
    memcpy(A, G, sizeof A);
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, D, (int)n, 1, p, D, 1, A, D);
    for (int i = 0; i < D; i++) A[i * D + i] += (float)ridge;
    memset(out, 0, D * sizeof *out);
    for (int64_t k = 0; k < n; k++) {
        for (int i = 0; i < D; i++) out[i] += p[k * D + i];
    }
    int info;
    sposv_("L", &d, &one, A, &d, out, &d, &info, 1);
    if (info) memset(out, 0, D * sizeof *out);
}

static void solve_rows(void *arg, int64_t index, int32_t worker)
{
    const side *s = arg;
    const int64_t end = (index + 1) * ROWS_PER_TASK < s->x->n_rows ? (index + 1) * ROWS_PER_TASK : s->x->n_rows;
    float *p = s->gathered + worker * s->longest * D;
    for (int64_t r = index * ROWS_PER_TASK; r < end; r++) {
        const int64_t n = s->x->start[r + 1] - s->x->start[r];
        const int32_t *columns = s->x->columns + s->x->start[r];
        for (int64_t k = 0; k < n; k++) memcpy(p + k * D, s->other + (int64_t)columns[k] * D, D * sizeof *p);
        if (n) solve(s->out + r * D, p, n, s->G, s->reg * ((double)n + s->alpha0 * (double)s->x->n_columns));
    }
}

/* Normal draws with variance 0.01 / D (Box and Muller). */
static void initialise_factors(float *Y, int64_t n)
{
    static const double two_pi = 6.283185307179586;
    for (int64_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < D; k += 2) {
            const double radius = sqrt(-2 * log(1 - draw_uniform(1, (uint64_t)i, k))) * 0.1 / sqrt(D);
            const double angle = two_pi * draw_uniform(1, (uint64_t)i, k + 1);
            Y[i * D + k] = (float)(radius * cos(angle));
            Y[i * D + k + 1] = (float)(radius * sin(angle));
        }
    }
}

static int64_t longest_row(const interactions *x)
{
    int64_t longest = 1;
    for (int64_t r = 0; r < x->n_rows; r++) {
        if (x->start[r + 1] - x->start[r] > longest) longest = x->start[r + 1] - x->start[r];
    }
    return longest;
}

/* Solve the factors of all rows of x from the factors `other` of its columns. */
static void solve_side(float *out, ials *f, const interactions *x, const float *other, const thaw_parallel *parallel)
{
    static const thaw_parallel one_thread;
    const thaw_parallel *p = blas_is_thread_safe() ? parallel : &one_thread;
    const int64_t longest = longest_row(x);
    side s = {.x = x,
              .other = other,
              .G = f->G,
              .out = out,
              .longest = longest,
              .alpha0 = f->alpha0,
              .reg = f->reg,
              .gathered = cli_alloc((size_t)(baseline_workers(p) * longest), D * sizeof *s.gathered)};
    gram(f->G, other, x->n_columns, f->alpha0);
    baseline_parallel(p, solve_rows, &s, (x->n_rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK);
    free(s.gathered);
}

static int fit(void **state, const interactions *x, const baseline_setting *setting_used, const thaw_parallel *parallel)
{
    ials *f = cli_alloc(1, sizeof *f);
    f->n_items = x->n_columns;
    f->alpha0 = setting_used->values[0];
    f->reg = setting_used->values[1];
    f->Y = cli_alloc((size_t)f->n_items, D * sizeof *f->Y);
    f->G = cli_alloc(D, D * sizeof *f->G);
    float *X = cli_alloc((size_t)x->n_rows, D * sizeof *X);
    interactions users_of;
    interactions_transpose(&users_of, x);
    blas_set_threads(1);
    initialise_factors(f->Y, f->n_items);
    for (int round = 0; round < ROUNDS; round++) {
        solve_side(X, f, x, f->Y, parallel);
        memset(f->Y, 0, (size_t)f->n_items * D * sizeof *f->Y);
        solve_side(f->Y, f, &users_of, X, parallel);
    }
    gram(f->G, f->Y, f->n_items, f->alpha0);
    interactions_free(&users_of);
    free(X);
    *state = f;
    return 0;
}

static void score(void *state, float *scores, const baseline_support *support)
{
    const int64_t *items = support->items, n = support->n_items;
    ials *f = state;
    if (n > f->n_gathered) {
        free(f->gathered);
        f->n_gathered = 2 * n;
        f->gathered = cli_alloc((size_t)f->n_gathered, D * sizeof *f->gathered);
    }
    for (int64_t k = 0; k < n; k++) memcpy(f->gathered + k * D, f->Y + items[k] * D, D * sizeof *f->Y);
    float w[D];
    solve(w, f->gathered, n, f->G, f->reg * ((double)n + f->alpha0 * (double)f->n_items));
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)f->n_items, D, 1, f->Y, D, w, 1, 0, scores, 1);
}

static void release(void *state)
{
    ials *f = state;
    free(f->Y);
    free(f->G);
    free(f->gathered);
    free(f);
}

const baseline_method baseline_ials = {
    .name = "ials", .n_settings = 15, .setting = setting, .fit = fit, .score = score, .free = release};
