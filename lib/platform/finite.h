/* SPDX-License-Identifier: Apache-2.0
 * The check for finite floats, by their bits: this vectorises, unlike a sum of floats. */
#ifndef THAW_PLATFORM_FINITE_H
#define THAW_PLATFORM_FINITE_H

#include <stdint.h>
#include <string.h>

/** 1 if all of x [n] are finite; n = 0: 1. */
static inline int thaw__is_finite(const float *x, int64_t n)
{
    uint32_t bad = 0;
    for (int64_t j = 0; j < n; j++) {
        uint32_t bits;
        memcpy(&bits, &x[j], sizeof bits);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}

#endif
