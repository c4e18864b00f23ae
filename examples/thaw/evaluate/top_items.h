/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_TOP_ITEMS_H
#define THAW_CLI_TOP_ITEMS_H

/* The best of a vector of scores: of equal scores the more popular item first, then the lower row. */

#include <stdint.h>

typedef struct scored_items {
    const float *scores;     /* [n] */
    const float *popularity; /* [n]; NULL: all the same */
    int64_t n;
} scored_items;

/** The best `top` rows into out, best first; returns how many. Rows with hidden[row] != 0 are left out (NULL: none);
 *  with allow, only its n_allow rows are looked at. */
int64_t top_items(int64_t *out, int64_t top, const scored_items *from, const unsigned char *hidden, const int64_t *allow,
                  int64_t n_allow);

#endif
