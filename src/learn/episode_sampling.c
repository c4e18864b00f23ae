/* SPDX-License-Identifier: Apache-2.0
 * Random numbers, support sizes and splits of episodes. */
#include "episode_sampling.h"

#include <math.h>

#include "rng.h"

#define MOST_PART 0.8  /* largest drawn support, as a part of the items */
#define MOST_ITEMS 300 /* largest drawn support, in items */
#define GRID_PART 0.85 /* largest support of the grid, as a part of the items */

thaw__episode_draw thaw__draw_episode(uint64_t seed, uint64_t first, int64_t n_users)
{
    return (thaw__episode_draw){(int64_t)(thaw__rng_uniform(seed, THAW__RNG_EPISODE, first) * (double)n_users),
                                thaw__rng_uniform(seed, THAW__RNG_EPISODE, first + 1),
                                thaw__rng_uniform(seed, THAW__RNG_EPISODE, first + 2)};
}

int64_t thaw__support_size_drawn(double u, int64_t n)
{
    const double part = MOST_PART * (double)n, most = part < MOST_ITEMS ? part : MOST_ITEMS;
    const int64_t k = (int64_t)exp(u * log(most + 1));
    return k < n ? k : n - 1;
}

thaw__item_sample thaw__item_sample_drawn(double u, int64_t n_items, int64_t most)
{
    const int64_t step = (n_items + most - 1) / most, first = (int64_t)(u * (double)step);
    return (thaw__item_sample){first, step, (n_items - first + step - 1) / step};
}

int64_t thaw__draw_split(int64_t *order, int64_t n, int64_t query, uint64_t seed, uint64_t first)
{
    const int64_t most = n > query ? n - query : n / 2;
    for (int64_t k = 0; k < n; k++) order[k] = k;
    thaw__rng_shuffle(order, n, seed, THAW__RNG_VALID, first);
    return (int64_t)(thaw__rng_uniform(seed, THAW__RNG_VALID, first + (uint64_t)n) * (double)(most + 1));
}

int thaw__support_grid(int64_t sizes[THAW__SUPPORT_GRID], int64_t n)
{
    static const int64_t grid[THAW__SUPPORT_GRID] = {1, 2, 3, 5, 8, 12, 20, 32, 50, 80, 130, 200, 300};
    int k = 0;
    for (; k < THAW__SUPPORT_GRID && (double)grid[k] <= GRID_PART * (double)n; k++) sizes[k] = grid[k];
    return k;
}

int64_t thaw__valid_support(int which, int64_t n)
{
    static const double supports[THAW__N_VALID_SUPPORTS] = {1, 3, 5, 10, 0.8}; /* below 1: a part of the items */
    if (supports[which] >= 1) return (int64_t)supports[which];
    const int64_t part = (int64_t)(supports[which] * (double)n);
    return part > 1 ? part : 1;
}
