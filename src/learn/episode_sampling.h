/* SPDX-License-Identifier: Apache-2.0
 * Sampling of episodes: the user, the size of the support (the query set is from the rest), and the items of a large
 * catalogue that are in the loss. Random numbers are a function of seed and counter, so episodes are the same for any
 * number of threads.
 */
#ifndef THAW_LEARN_EPISODE_SAMPLING_H
#define THAW_LEARN_EPISODE_SAMPLING_H

#include <stdint.h>

/* ---- drawn episodes ---------------------------------------------------------------------------------------------- */

enum { THAW__EPISODE_COUNTERS = 3 }; /* counters of one episode */

/** The random numbers of an episode. */
typedef struct thaw__episode_draw {
    int64_t user;           /* in [0, n_users), uniform */
    double support, sample; /* in [0, 1), uniform: for thaw__support_size_drawn() and thaw__item_sample_drawn() */
} thaw__episode_draw;

/** Draw from the counters first … first + THAW__EPISODE_COUNTERS - 1. n_users >= 1. */
thaw__episode_draw thaw__draw_episode(uint64_t seed, uint64_t first, int64_t n_users);

/** Log-uniform support size of a user with n >= 2 items, u uniform in [0, 1):
 *
 *      K = floor((M + 1)^u),   M = min(0.8 n, 300)             1 <= K < M + 1, K < n */
int64_t thaw__support_size_drawn(double u, int64_t n);

/** A systematic sample: the n items first, first + step, … of a catalogue, each with weight `step`. */
typedef struct thaw__item_sample {
    int64_t first, step, n;
} thaw__item_sample;

/** A sample of at most `most` of n_items, u uniform in [0, 1); all items if n_items <= most. */
thaw__item_sample thaw__item_sample_drawn(double u, int64_t n_items, int64_t most);

/** Split n events at random: order [n] becomes a permutation of 0 … n - 1; the first of it are the support, the query
 *  set is from the rest. The support size is uniform in 0 … M, M = n - query, or n / 2 for n <= query.
 *  Draws from n + 1 counters of stream THAW__RNG_VALID. @return the support size */
int64_t thaw__draw_split(int64_t *order, int64_t n, int64_t query, uint64_t seed, uint64_t first);

/* ---- fixed support sizes ----------------------------------------------------------------------------------------- */

enum { THAW__SUPPORT_GRID = 13, THAW__N_VALID_SUPPORTS = 5 };

/** The sizes 1, 2, 3, 5, 8, …, 300 that leave at least 15 % of n items for the query set. @return how many */
int thaw__support_grid(int64_t sizes[THAW__SUPPORT_GRID], int64_t n);

/** Support sizes of validation, `which` in [0, THAW__N_VALID_SUPPORTS): 1, 3, 5, 10 items, and 4/5 of n items, at least
 *  one. With a size of n or more the query set is empty. */
int64_t thaw__valid_support(int which, int64_t n);

#endif
