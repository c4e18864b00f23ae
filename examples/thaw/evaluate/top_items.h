/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_TOP_ITEMS_H
#define THAW_CLI_TOP_ITEMS_H

/* Top-N of a vector of scores. Ties: the more popular item first, then the lower row. */

#include <stdint.h>

typedef struct scored_items {
    const float *scores;     /* [n] */
    const float *popularity; /* [n]; NULL: all equal */
    int64_t n;
} scored_items;

/** Write the best `top` rows to out, best first; returns their number. Rows with hidden[row] != 0 are skipped (NULL:
 *  none). With allow, only its n_allow rows are considered. */
int64_t top_items(int64_t *out, int64_t top, const scored_items *from, const unsigned char *hidden,
                  const int64_t *allow, int64_t n_allow);

#endif
