/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANDOM_DRAWS_H
#define THAW_CLI_RANDOM_DRAWS_H

/* Counter-based random draws (Philox 4x32, Salmon et al. 2011). A draw depends on its seed, key and number only, not on
 * earlier draws, so the split of a user does not depend on the other users of the file. */

#include <stdint.h>

/** The key of a text (FNV-1a). */
uint64_t draw_key(const char *text);

/** Uniform in [0, 1). */
double draw_uniform(uint64_t seed, uint64_t key, uint32_t n);

/** Make rows[0 … n-1] a random permutation of 0 … n-1 (Fisher and Yates). */
void draw_permutation(int64_t *rows, int64_t n, uint64_t seed, uint64_t key);

#endif
