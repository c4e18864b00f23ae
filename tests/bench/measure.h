/* SPDX-License-Identifier: Apache-2.0
 * Timing on a busy machine: many short rounds; returns the median and the fastest. */
#ifndef THAW_BENCH_MEASURE_H
#define THAW_BENCH_MEASURE_H

#include <stdint.h>
#include <stdlib.h>

#include "rng.h"
#include "thread.h"

typedef struct timing {
    double median; /* seconds per call */
    double best;
} timing;

static inline int timing_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Time call(arg, i) for i = 0 … calls-1, `rounds` times (at most 64). */
static inline timing measure(void (*call)(void *arg, int64_t i), void *arg, int64_t calls, int rounds)
{
    double seconds[64];
    for (int r = 0; r < rounds; r++) {
        const double start = thaw__seconds();
        for (int64_t i = 0; i < calls; i++) call(arg, i);
        seconds[r] = (thaw__seconds() - start) / (double)calls;
    }
    qsort(seconds, (size_t)rounds, sizeof *seconds, timing_compare);
    return (timing){.median = seconds[rounds / 2], .best = seconds[0]};
}

/* A table of independent normal numbers with standard deviation sd, 64-byte aligned, zero from column d to the
 * stride. */
static inline float *normal_table(int64_t n, int64_t d, int64_t stride, float sd, uint64_t seed)
{
    float *table = aligned_alloc(64, (size_t)((n * stride + 16) / 16 * 16) * sizeof *table);
    if (!table) abort();
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < stride; c++)
            table[i * stride + c] = c < d ? sd * (float)thaw__rng_normal(seed, 99, (uint64_t)(i * d + c)) : 0.0f;
    return table;
}

#endif
