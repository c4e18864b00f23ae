/* SPDX-License-Identifier: Apache-2.0
 * Tables and queries that stress codes, bounds and ties; functions of a seed. */
#ifndef THAW_TEST_TABLES_H
#define THAW_TEST_TABLES_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "search.h"

static const char *const scans_names[] = {"portable", "avx2", "avx512vnni"};
static const char *const kernels_names[] = {"portable", "avx2", "avx512"};
enum { N_VARIANTS = 3 };

/* Kinds of tables. Scores overflow in OVERFLOWING only. */
enum { NORMAL, SHIFTED, SKEWED, TWINS, ZEROS, SPARSE, DENORMAL, TINY, HUGE_ROWS, MIXED, OVERFLOWING, N_KINDS };

/* Kinds of queries. */
enum { PLAIN, NOTHING, SPIKE, FAINT, LOUD, N_QUERIES };

typedef struct table {
    int64_t n, stride;
    int32_t d;
    int kind;
    float *rows, *offset[2];
    thaw__codes codes;
} table;

static inline double normal_at(uint64_t seed, int64_t i)
{
    return thaw__rng_normal(seed, 78, (uint64_t)i);
}

static inline float number_of(int kind, uint64_t seed, int64_t row, int64_t j, int64_t d)
{
    const double z = normal_at(seed, row * d + j), u = thaw__rng_uniform(seed, 79, (uint64_t)row);
    switch (kind) {
    case SHIFTED: return (float)(5 + z);
    case SKEWED: return (float)(z * exp(4 * u));
    case TWINS: return (float)normal_at(seed, row % 7 * d + j); /* only seven distinct rows */
    case ZEROS: return 0;
    case SPARSE: return z > 1 ? (float)z : 0;
    case DENORMAL: return (float)(z * 1e-41);
    case TINY: return (float)(z * 1e-30);
    case HUGE_ROWS: return (float)(z * 1e18);
    case MIXED: return (float)(z * pow(10, 30 * u - 20));
    case OVERFLOWING: return (float)(1e25 * (1 + u));
    default: return (float)z;
    }
}

static inline float *floats(int64_t n)
{
    float *p = aligned_alloc(64, (size_t)(n + 16) / 16 * 64);
    ck_assert_ptr_nonnull(p);
    memset(p, 0, (size_t)(n + 16) / 16 * 64);
    return p;
}

/* Offsets have few values, so that equal rows have equal scores. */
static inline float *offsets_of(int64_t n, uint64_t seed)
{
    float *p = floats(n);
    for (int64_t i = 0; i < n; i++) p[i] = (float)((int)(thaw__rng_uniform(seed, 80, (uint64_t)i) * 5) - 2) / 3;
    return p;
}

static inline table make_table(int kind, int64_t n, int32_t d, uint64_t seed)
{
    table t = {.n = n, .d = d, .stride = (d + 15) / 16 * 16, .kind = kind};
    const thaw_allocator a = thaw__allocator(NULL);
    t.rows = floats(n * t.stride);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++) t.rows[i * t.stride + j] = number_of(kind, seed, i, j, d);
    for (int o = 0; o < 2; o++) t.offset[o] = offsets_of(n, seed + 1 + (uint64_t)o);
    ck_assert_int_eq(thaw__codes_reserve(&t.codes, n, d, t.stride, &a), THAW_OK);
    thaw__codes_make(&t.codes, t.rows, n);
    return t;
}

static inline void free_table(table *t)
{
    const thaw_allocator a = thaw__allocator(NULL);
    thaw__codes_free(&t->codes, &a);
    free(t->rows), free(t->offset[0]), free(t->offset[1]);
}

static inline float *make_query(const table *t, int query, uint64_t seed)
{
    float *w = floats(t->stride);
    for (int64_t j = 0; j < t->d; j++) {
        const double z = normal_at(seed + 1000, j);
        if (t->kind == OVERFLOWING) w[j] = (float)(1e15 * (1 + fabs(z)));
        else if (query == PLAIN) w[j] = (float)z;
        else if (query == SPIKE) w[j] = j == t->d / 2 ? 30 : (float)(z / 100);
        else if (query == FAINT) w[j] = (float)(z * 1e-38);
        else if (query == LOUD) w[j] = (float)(z * 1e12);
    }
    return w;
}

/* offsets: 0, 1 or 2 offset columns. codes: NULL for the float scan. */
static inline thaw__index index_over(const table *t, const char *kernels, const char *scans, int offsets)
{
    return (thaw__index){.kernels = thaw__kernels_named(kernels),
                         .scans = thaw__scans_named(scans ? scans : "portable"),
                         .codes = scans ? &t->codes : NULL,
                         .rows = t->rows,
                         .n = t->n,
                         .stride = t->stride,
                         .offset = {offsets > 0 ? t->offset[0] : NULL, offsets > 1 ? t->offset[1] : NULL}};
}

#endif
