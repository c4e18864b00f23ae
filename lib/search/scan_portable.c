/* SPDX-License-Identifier: Apache-2.0
 * The scans in plain C, the reference of the other variants. */
#include <string.h>

#include "scan.h"

static int nibble(const uint8_t *tile, int row, int64_t j)
{
    const uint8_t byte = tile[4 * THAW__TILE + j / 8 * (4 * THAW__TILE) + row * 4 + j % 4];
    return j % 8 < 4 ? byte & 15 : byte >> 4;
}

static float upper_half(uint32_t bits)
{
    float f;
    bits &= 0xffff0000;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* An upper bound of the score of a row. coarse and fine are its tile; fine NULL: from upper nibbles alone. */
static float bound(const thaw__coded *t, const uint8_t *coarse, const uint8_t *fine, int64_t tile, int row,
                   const thaw__quantised_query *p)
{
    uint32_t numbers;
    int32_t product = 0;
    for (int64_t j = 0; j < t->codes->d; j++) {
        const int c = fine ? nibble(coarse, row, j) * 16 + nibble(fine, row, j) : nibble(coarse, row, j);
        product += c * p->k[j];
    }
    memcpy(&numbers, (fine ? fine : coarse) + 4 * row, sizeof numbers);
    const float step = upper_half(numbers) * (fine ? 0.0625f : 1), error = upper_half(numbers << 16);
    const float coded = ((float)product - (fine ? 127.5f : 7.5f) * p->sum) * (step * p->step) + p->shift;
    const float dot = coded + p->error_scale * error;
    float offset = 0;
    for (int o = 0; o < 2; o++)
        if (t->offset[o]) offset = offset + p->c[o] * t->offset[o][tile * THAW__TILE + row];
    return offset + dot;
}

static void scan(const thaw__coded *t, int whole, int64_t first, int64_t end, const thaw__quantised_query *p,
                 float least, thaw__candidates *out)
{
    const int64_t size = thaw__tile_bytes(t->codes->stride);
    for (int64_t tile = first; tile < end; tile++)
        for (int row = 0; row < THAW__TILE; row++) {
            const uint8_t *fine = whole ? t->codes->fine + tile * size : NULL;
            const float most = bound(t, t->codes->coarse + tile * size, fine, tile, row, p);
            if (most < least) continue; /* NaN is kept */
            out->rows[out->n] = (int32_t)(tile * THAW__TILE + row);
            out->bounds[out->n++] = most;
        }
}

static void one(const thaw__coded *t, int whole, int64_t first, int64_t end, const thaw__quantised_query *p,
                float least, thaw__candidates *out)
{
    scan(t, whole, first, end, p, least, out);
}

static void many(const thaw__coded *t, int whole, int64_t first, int64_t end, const thaw__quantised_query *p,
                 const float *least, thaw__candidates *out)
{
    for (int u = 0; u < THAW__QUANTISED_QUERIES; u++) scan(t, whole, first, end, &p[u], least[u], &out[u]);
}

const thaw__scans thaw__scans_portable = {"portable", 256, 256, one, many};
