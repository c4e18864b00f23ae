/* SPDX-License-Identifier: Apache-2.0
 * Philox and the distributions from it. */
#include "rng.h"

#include <Random123/philox.h>
#include <math.h>

static philox4x32_ctr_t draw(uint64_t seed, uint32_t stream, uint64_t n)
{
    philox4x32_ctr_t counter = {{(uint32_t)n, (uint32_t)(n >> 32), stream, 0}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    return philox4x32(counter, key);
}

static double unit(uint32_t high, uint32_t low)
{
    return (double)((((uint64_t)high << 32) | low) >> 11) * 0x1p-53;
}

uint64_t thaw__rng_bits(uint64_t seed, uint32_t stream, uint64_t n)
{
    philox4x32_ctr_t r = draw(seed, stream, n);
    return ((uint64_t)r.v[0] << 32) | r.v[1];
}

double thaw__rng_uniform(uint64_t seed, uint32_t stream, uint64_t n)
{
    philox4x32_ctr_t r = draw(seed, stream, n);
    return unit(r.v[0], r.v[1]);
}

double thaw__rng_normal(uint64_t seed, uint32_t stream, uint64_t n)
{
    philox4x32_ctr_t r = draw(seed, stream, n);
    double radius = sqrt(-2 * log(1 - unit(r.v[0], r.v[1])));
    return radius * cos(6.283185307179586 * unit(r.v[2], r.v[3]));
}

void thaw__rng_shuffle(int64_t *rows, int64_t n, uint64_t seed, uint32_t stream, uint64_t first)
{
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)(thaw__rng_uniform(seed, stream, first + (uint64_t)i) * (double)(i + 1));
        int64_t t = rows[i];
        rows[i] = rows[j];
        rows[j] = t;
    }
}
