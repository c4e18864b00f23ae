/* SPDX-License-Identifier: Apache-2.0
 * Codes of float rows: one byte per coordinate instead of four, and a bound of the error (docs/topn.md, section 2).
 *
 * The mean row is subtracted first: x - centre is coded as x^ = step (c - 127.5) / 16, c = 0 … 255. The upper nibbles h
 * of c are a code of their own, x^ = step (h - 7.5). The nibbles are stored in two planes: `coarse` has the upper ones,
 * which memory-bound scans read alone; `fine` has the lower ones, which compute-bound scans read in addition. Rows are
 * stored in tiles of 16:
 *
 *     numbers  [16] uint32: the step in the upper half and the error E in the lower, both as the upper half of a float
 *     nibbles  [stride / 8][16 rows][4 bytes]: coordinates 8 g … 8 g + 3 low, 8 g + 4 … 8 g + 7 high
 *
 * E >= |x - centre - x^| + THAW__QUERY_ROUNDING |x^|, in each plane for its own code; times the error_scale of a
 * quantised query it bounds the error of a product.
 */
#ifndef THAW_CODES_H
#define THAW_CODES_H

#include "mem.h"

enum {
    THAW__TILE = 16,
    THAW__CODES_LEAST = 256, /* rows; fewer are scored faster without codes */
    THAW__CODES_STRIDE = 256 /* coordinates, at most */
};

/** rho of docs/topn.md: the relative error of usual queries by rounding; 0.0117 for 64 normal coordinates. */
#define THAW__QUERY_ROUNDING (3.0 / 256)

typedef struct thaw__codes {
    int64_t n; /* rows there is room for; 0: no codes */
    int64_t stride;
    int32_t d;
    uint8_t *coarse;                  /* [tiles, thaw__tile_bytes(stride)] */
    uint8_t *fine;                    /* the same */
    double longest;                   /* upper bound of the norms of the rows */
    float centre[THAW__CODES_STRIDE]; /* the mean row */
} thaw__codes;

/** The size of a tile in one plane. */
static inline int64_t thaw__tile_bytes(int64_t stride)
{
    return 4 * THAW__TILE + THAW__TILE * stride / 2;
}

/** Make room for n rows of d coordinates; codes made before are lost. No room if n < THAW__CODES_LEAST. Unchanged on
 *  error. */
thaw_status thaw__codes_reserve(thaw__codes *codes, int64_t n, int32_t d, int64_t stride, const thaw_allocator *a);

/** Code the first n rows of a table [n, stride], for which there is room. */
void thaw__codes_make(thaw__codes *codes, const float *rows, int64_t n);

/** Copy into zeroed codes. */
thaw_status thaw__codes_copy(thaw__codes *out, const thaw__codes *from, const thaw_allocator *a);

void thaw__codes_free(thaw__codes *codes, const thaw_allocator *a);

#endif
