/* SPDX-License-Identifier: Apache-2.0 */
#include "random_draws.h"

#include <Random123/philox.h>

uint64_t draw_key(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) h = (h ^ *c) * 0x100000001b3u;
    return h;
}

double draw_uniform(uint64_t seed, uint64_t key, uint32_t n)
{
    const philox4x32_ctr_t counter = {{n, 0, (uint32_t)key, (uint32_t)(key >> 32)}};
    const philox4x32_key_t philox_key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const philox4x32_ctr_t r = philox4x32(counter, philox_key);
    return (double)((((uint64_t)r.v[0] << 32) | r.v[1]) >> 11) * 0x1p-53;
}

void draw_permutation(int64_t *rows, int64_t n, uint64_t seed, uint64_t key)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = (int64_t)(draw_uniform(seed, key, (uint32_t)i) * (double)(i + 1));
        rows[i] = rows[j];
        rows[j] = i;
    }
}
