/* SPDX-License-Identifier: Apache-2.0
 * Counter-based random numbers (Philox 4x32; Salmon et al. 2011; Random123): number n of a stream is a function of
 * (seed, stream, n), so the result does not depend on threads or machines.
 */
#ifndef THAW_PLATFORM_RNG_H
#define THAW_PLATFORM_RNG_H

#include <stdint.h>

/** A stream for each purpose. The values never change: results of a seed depend on them. */
enum {
    THAW__RNG_SPLIT = 1,
    THAW__RNG_VALID = 2,
    THAW__RNG_INIT = 3,
    THAW__RNG_BATCH = 4,
    THAW__RNG_ID = 5,
    THAW__RNG_EPISODE = 6,
    THAW__RNG_ROUND = 7,
};

/** 64 random bits. */
uint64_t thaw__rng_bits(uint64_t seed, uint32_t stream, uint64_t n);

/** Uniform in [0, 1). */
double thaw__rng_uniform(uint64_t seed, uint32_t stream, uint64_t n);

/** Standard normal (Box and Muller 1958). */
double thaw__rng_normal(uint64_t seed, uint32_t stream, uint64_t n);

/** Shuffle rows [n] (Fisher and Yates) with the counters first + 1 … first + n - 1. */
void thaw__rng_shuffle(int64_t *rows, int64_t n, uint64_t seed, uint32_t stream, uint64_t first);

#endif
