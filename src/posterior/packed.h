/* SPDX-License-Identifier: Apache-2.0
 * Symmetric matrices as lower triangles by rows: element (r, c), c <= r, stands at r (r + 1) / 2 + c. A triangle begins
 * with those of its leading blocks. */
#ifndef THAW_PACKED_H
#define THAW_PACKED_H

#include <stdint.h>

/** full [n, stride] from a triangle, both halves. */
static inline void thaw__unpack(float *full, int64_t stride, const float *triangle, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        for (int32_t c = 0; c <= r; c++) full[r * stride + c] = full[c * stride + r] = *triangle++;
}

/** A triangle from the lower half of full [n, stride]. */
static inline void thaw__pack(float *triangle, const float *full, int64_t stride, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        for (int32_t c = 0; c <= r; c++) *triangle++ = full[r * stride + c];
}

#endif
