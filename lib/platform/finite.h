/* SPDX-License-Identifier: Apache-2.0
 * The check that floats are finite and not too large for sums of products, by their bits: this vectorises, unlike a sum
 * of floats. */
#ifndef THAW_PLATFORM_FINITE_H
#define THAW_PLATFORM_FINITE_H

#include <stdint.h>
#include <string.h>

/** 1 if |x_j| <= 1e15 for all of x [n]; n = 0: 1. A number of a posterior times a parameter (at most 1e9, params.h) and
 *  sums of such products are then finite. */
static inline int thaw__is_bounded(const float *x, int64_t n)
{
    const float most = 1e15f;
    int32_t most_bits, bad = 0;
    memcpy(&most_bits, &most, sizeof most_bits);
    for (int64_t j = 0; j < n; j++) {
        int32_t bits;
        memcpy(&bits, &x[j], sizeof bits);
        bad |= (bits & 0x7fffffff) > most_bits;
    }
    return !bad;
}

#endif
