/* SPDX-License-Identifier: Apache-2.0
 * The time of the kernels of kernels.h, against the same work by BLAS and LAPACK on one thread:
 *
 *     bench_kernels [variant]        default: the best variant of this CPU
 *
 * The reference of adapting is the primal: ssyrk over the rows of the user, then sposv of d x d. Microseconds per
 * user. */
#include <cblas.h>
#include <stdio.h>
#include <string.h>

#include "kernels.h"
#include "linalg.h"
#include "measure.h"

enum { ITEMS = 4000, USERS = 1024, LD = 80 };

void sposv_(const char *uplo, const int *n, const int *nrhs, float *A, const int *lda, float *B, const int *ldb,
            int *info, size_t length);
void spotrf_(const char *uplo, const int *n, float *A, const int *lda, int *info, size_t length);
void spotrs_(const char *uplo, const int *n, const int *n_rhs, const float *A, const int *lda, float *B, const int *ldb,
             int *info, size_t length);
void spotri_(const char *uplo, const int *n, float *A, const int *lda, int *info, size_t length);

typedef struct bench {
    const thaw__kernels *kernels;
    int64_t d, n;
    float *table;  /* [ITEMS, d] */
    int64_t *rows; /* [USERS, n] */
    float *t;      /* [USERS, n] */
    float *scale;  /* [USERS, n] */
    float *X;      /* [n, d] */
    float *G;      /* [LD, LD] or [d, d] */
    float *z;      /* [16, d] */
    float *scratch;
} bench;

static void gather(const bench *b, int64_t user)
{
    for (int64_t k = 0; k < b->n; k++)
        memcpy(b->X + k * b->d, b->table + b->rows[user * b->n + k] * b->d, (size_t)b->d * sizeof *b->X);
}

static void blas_primal(void *arg, int64_t user)
{
    const bench *b = arg;
    const int d = (int)b->d, n = (int)b->n, one = 1;
    int info;
    gather(b, user);
    memset(b->G, 0, (size_t)(d * d) * sizeof *b->G);
    for (int i = 0; i < d; i++) b->G[i * d + i] = 1.0f;
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, d, n, 1.0f, b->X, d, 1.0f, b->G, d);
    cblas_sgemv(CblasRowMajor, CblasTrans, n, d, 1.0f, b->X, d, b->t + user * n, 1, 0.0f, b->z, 1);
    sposv_("U", &d, &one, b->G, &d, b->z, &d, &info, 1);
}

static void dual(void *arg, int64_t user)
{
    const bench *b = arg;
    float t[64];
    gather(b, user);
    memcpy(t, b->t + user * b->n, (size_t)b->n * sizeof *t);
    memset(b->z, 0, (size_t)b->d * sizeof *b->z);
    b->kernels->ridge_dual(b->n, b->d, b->X, b->G, (b->n + 16) / 16 * 16, t, b->z);
}

static void dual16(void *arg, int64_t group)
{
    const bench *b = arg;
    const int64_t at = 16 * group * b->n;
    b->kernels->ridge_dual16(b->n, b->d, b->table, b->rows + at, b->scale + at, b->t + at, b->z, b->scratch);
}

static void adapt_line(bench *b, int64_t d, int64_t n)
{
    b->d = d;
    b->n = n;
    for (int64_t i = 0; i < USERS * n; i++) {
        b->rows[i] = (int64_t)(thaw__rng_uniform(1, 99, (uint64_t)i) * ITEMS);
        b->t[i] = (float)thaw__rng_normal(2, 99, (uint64_t)i);
        b->scale[i] = 1.0f;
    }
    const double primal = 1e6 * measure(blas_primal, b, USERS / 2, 15).best;
    const double single = 1e6 * measure(dual, b, USERS, 31).best;
    const double many = 1e6 * measure(dual16, b, USERS / 16, 31).best / 16;
    printf("d %3d  K %2d   blas primal %7.3f   dual %6.3f (%5.1fx)   dual16 %6.3f (%5.1fx)\n", (int)d, (int)n, primal,
           single, primal / single, many, primal / many);
}

/* Always the same user: the time of updates does not depend on the values. */
static void observe(void *arg, int64_t i)
{
    const bench *b = arg;
    b->kernels->rank_one(b->d, b->d, b->G, b->table + i % ITEMS * b->d, b->z);
}

static void square(void *arg, int64_t i)
{
    const bench *b = arg;
    b->z[0] += b->kernels->quadratic(b->d, b->d, b->G, b->table + i % ITEMS * b->d);
}

static void belief_line(bench *b, int64_t d)
{
    b->d = d;
    memset(b->G, 0, (size_t)(d * d) * sizeof *b->G);
    memset(b->z, 0, (size_t)(16 * d) * sizeof *b->z);
    for (int64_t i = 0; i < d; i++) b->G[i * d + i] = 1.0f;
    const double update = 1e6 * measure(observe, b, 4000, 15).best;
    const double form = 1e6 * measure(square, b, 4000, 15).best;
    printf("d %3d  rank_one %6.3f us   quadratic %6.3f us\n", (int)d, update, form);
}

static void restore(const bench *b)
{
    memcpy(b->G, b->scratch, (size_t)(b->n * b->n) * sizeof *b->G);
}

static void lapack_inverse(void *arg, int64_t i)
{
    const bench *b = arg;
    const int n = (int)b->n;
    int info;
    (void)i;
    restore(b);
    spotrf_("U", &n, b->G, &n, &info, 1);
    spotri_("U", &n, b->G, &n, &info, 1);
}

static void small_inverse(void *arg, int64_t i)
{
    const bench *b = arg;
    (void)i;
    restore(b);
    b->kernels->potrf(b->n, b->G, b->n);
    b->kernels->potri(b->n, b->G, b->n);
}

static void lapack_solve(void *arg, int64_t i)
{
    const bench *b = arg;
    const int n = (int)b->n, one = 1;
    int info;
    b->z[i % n] = 1.0f;
    spotrs_("U", &n, &one, b->G, &n, b->z, &n, &info, 1);
}

static void small_solve(void *arg, int64_t i)
{
    const bench *b = arg;
    b->z[i % b->n] = 1.0f;
    thaw__potrs(b->n, b->G, b->n, b->z);
}

static void inverse_line(bench *b, int64_t n)
{
    b->n = n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) b->scratch[i * n + j] = i == j ? 2.0f : 1.0f / (float)(n + 1);
    const double lapack = 1e6 * measure(lapack_inverse, b, 500, 15).best;
    const double small = 1e6 * measure(small_inverse, b, 500, 15).best;
    restore(b);
    b->kernels->potrf(n, b->G, n);
    const double lapack_s = 1e6 * measure(lapack_solve, b, 500, 15).best;
    const double small_s = 1e6 * measure(small_solve, b, 500, 15).best;
    printf("n %3d  potrf + potri: lapack %7.3f us   built in %7.3f us (%4.1fx)   potrs: %6.3f, %6.3f us\n", (int)n,
           lapack, small, lapack / small, lapack_s, small_s);
}

int main(int argc, char **argv)
{
    bench b = {.kernels = argc > 1 ? thaw__kernels_named(argv[1]) : thaw__kernels_best()};
    if (!b.kernels) return fprintf(stderr, "variant %s is not supported by this CPU\n", argv[1]), 2;
    b.table = normal_table(ITEMS, 128, 128, 0.3f, 1);
    b.rows = malloc(USERS * 64 * sizeof *b.rows);
    b.t = malloc(USERS * 64 * sizeof *b.t);
    b.scale = malloc(USERS * 64 * sizeof *b.scale);
    b.X = normal_table(64, 128, 128, 0.3f, 2);
    b.G = normal_table(128, 128, 128, 0.3f, 3);
    b.z = normal_table(16, 128, 128, 0.3f, 4);
    b.scratch = normal_table(4096, 128, 128, 0.3f, 5);
    if (!b.rows || !b.t || !b.scale) abort();

    printf("kernels %s, %s\n", b.kernels->name, thaw__linalg_name());
    const int64_t ranks[] = {16, 32, 64, 128}, events[] = {3, 5, 10, 16, 20, 33, 50},
                  sizes[] = {8, 16, 17, 24, 32, 33, 48, 64};
    for (int r = 0; r < 4; r++)
        for (int k = 0; k < 7; k++) adapt_line(&b, ranks[r], events[k]);
    for (int r = 0; r < 4; r++) belief_line(&b, ranks[r]);
    for (int r = 0; r < 8; r++) inverse_line(&b, sizes[r]);
    free(b.table), free(b.rows), free(b.t), free(b.scale), free(b.X), free(b.G), free(b.z), free(b.scratch);
    return 0;
}
