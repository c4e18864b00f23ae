/* SPDX-License-Identifier: Apache-2.0
 * Codes of float rows: one byte per coordinate in place of four, and a bound of what is lost (docs/topn.md, section 2).
 *
 * What is coded is a row less the mean of all: x - centre becomes x^ = step (c - 127.5) / 16, c = 0 … 255. The upper nibbles of c
 * alone are a code too, x^ = step (h - 7.5). So there are two planes of nibbles: `coarse` holds the upper ones, for scans that wait for memory; `fine` the lower ones, which
 * scans that wait for arithmetic read beside them. Rows lie in tiles of 16:
 *
 *     numbers  [16] uint32: the step in the upper half and `error` in the lower, both as the upper half of a float
 *     nibbles  [stride / 8][16 rows][4 bytes]: coordinates 8 g … 8 g + 3 low, 8 g + 4 … 8 g + 7 high
 *
 * error >= |x - centre - x^| + THAW__SHARE |x^|, each plane its own: with a probe's `reach` it bounds the error of a product.
 */
#ifndef THAW_CODES_H
#define THAW_CODES_H

#include "mem.h"

enum {
    THAW__TILE = 16,
    THAW__CODES_LEAST = 256, /* rows; fewer are faster scanned as they are */
    THAW__CODES_STRIDE = 256 /* the most coordinates */
};

/** How much of a query's norm its own rounding to bytes may usually take: 64 normal coordinates lose 0.0057. */
#define THAW__SHARE (1.0 / 128)

typedef struct thaw__codes {
    int64_t n;       /* rows there is room for; 0: none are kept */
    int64_t stride;
    int32_t d;
    uint8_t *coarse; /* [tiles, thaw__tile_bytes(stride)] */
    uint8_t *fine;   /* the same */
    double longest;  /* no row's norm is above it */
    float centre[THAW__CODES_STRIDE];
} thaw__codes;

static inline int64_t thaw__tile_bytes(int64_t stride)
{
    return 4 * THAW__TILE + THAW__TILE * stride / 2;
}

/** Room for n rows of d coordinates, what was there is gone; none where n is below THAW__CODES_LEAST. Unchanged on error. */
thaw_status thaw__codes_reserve(thaw__codes *codes, int64_t n, int32_t d, int64_t stride, const thaw_allocator *a);

/** Code the first n rows of a table [n, stride]; not more than there is room for. */
void thaw__codes_make(thaw__codes *codes, const float *rows, int64_t n);

/** A copy into a zeroed one. */
thaw_status thaw__codes_copy(thaw__codes *out, const thaw__codes *from, const thaw_allocator *a);

void thaw__codes_free(thaw__codes *codes, const thaw_allocator *a);

#endif
