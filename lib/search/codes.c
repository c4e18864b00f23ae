/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"

#include <math.h>
#include <string.h>

#include "status.h"

#define LEAST_LARGEST 0x1p-100 /* a row of smaller numbers is coded as 0: their products underflow in float32 */
#define LEAST_ERROR 0x1p-50    /* times the least error_scale, it is far above the error by underflow */

static int64_t n_tiles(int64_t n)
{
    return (n + THAW__TILE - 1) / THAW__TILE;
}

thaw_status thaw__codes_reserve(thaw__codes *codes, int64_t n, int32_t d, int64_t stride, const thaw_allocator *a)
{
    thaw__codes next = {.d = d, .stride = stride};
    if (n >= THAW__CODES_LEAST) {
        next.n = n;
        next.coarse = thaw__alloc0(a, (size_t)n_tiles(n), (size_t)thaw__tile_bytes(stride));
        next.fine = thaw__alloc0(a, (size_t)n_tiles(n), (size_t)thaw__tile_bytes(stride));
        if (!next.coarse || !next.fine) {
            thaw__codes_free(&next, a);
            return THAW_E_NOMEM;
        }
    }
    thaw__codes_free(codes, a);
    *codes = next;
    return THAW_OK;
}

void thaw__codes_free(thaw__codes *codes, const thaw_allocator *a)
{
    thaw__free(a, codes->coarse);
    thaw__free(a, codes->fine);
    *codes = (thaw__codes){0};
}

/* The upper half of the smallest float that has a zero lower half and is not below x >= 0. */
static uint32_t half_above(double x)
{
    float f = (float)x;
    uint32_t bits;
    if ((double)f < x) f = nextafterf(f, INFINITY);
    memcpy(&bits, &f, sizeof bits);
    return (bits + 0xffff) >> 16;
}

static float from_half(uint32_t half)
{
    const uint32_t bits = half << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* Write the bytes c [stride] of a row to its tile: upper nibbles to one plane, lower ones to the other. */
static void put_nibbles(uint8_t *coarse, uint8_t *fine, int64_t row, const uint8_t *c, int64_t stride)
{
    for (int64_t g = 0; g < stride / 8; g++, c += 8)
        for (int q = 0; q < 4; q++) {
            const int64_t at = 4 * THAW__TILE * (1 + g) + 4 * row + q;
            coarse[at] = (uint8_t)(c[q] >> 4 | (c[q + 4] & 0xf0));
            fine[at] = (uint8_t)((c[q] & 15) | c[q + 4] << 4);
        }
}

/* Write step and E; lost2 = |x - centre - x^|^2, coded2 = |x^|^2. The factor covers the rounding of products. */
static void put_numbers(uint8_t *tile, int64_t row, uint32_t step, double lost2, double coded2)
{
    const double error = sqrt(lost2) * (1 + 0x1p-12) + THAW__QUERY_ROUNDING * sqrt(coded2);
    const uint32_t numbers = step << 16 | half_above(error > LEAST_ERROR ? error : LEAST_ERROR);
    memcpy(tile + 4 * row, &numbers, sizeof numbers);
}

/* The floor of x, limited to 0 … most; 0 for NaN. */
static int clamp(double x, int most)
{
    return !(x >= 0) ? 0 : x > most ? most : (int)x;
}

static void make_row(thaw__codes *codes, const float *x, uint8_t *coarse, uint8_t *fine, int64_t row)
{
    uint8_t c[THAW__CODES_STRIDE] = {0};
    double off[THAW__CODES_STRIDE], largest = 0, norm2 = 0, lost2[2] = {0}, coded2[2] = {0};
    for (int32_t j = 0; j < codes->d; j++) {
        off[j] = (double)x[j] - (double)codes->centre[j];
        norm2 += (double)x[j] * (double)x[j];
        if (fabs(off[j]) > largest) largest = fabs(off[j]);
    }
    const uint32_t half = largest < LEAST_LARGEST ? 0 : half_above(largest / 8);
    const double step = (double)from_half(half), inverse = half ? 16 / step : 0;
    for (int32_t j = 0; j < codes->d; j++) {
        c[j] = (uint8_t)clamp(off[j] * inverse + 128, 255);
        const double upper = step * ((c[j] >> 4) - 7.5), all = step * (c[j] - 127.5) / 16;
        lost2[0] += (off[j] - upper) * (off[j] - upper), coded2[0] += upper * upper;
        lost2[1] += (off[j] - all) * (off[j] - all), coded2[1] += all * all;
    }
    put_nibbles(coarse, fine, row, c, codes->stride);
    put_numbers(coarse, row, half, lost2[0], coded2[0]);
    put_numbers(fine, row, half, lost2[1], coded2[1]);
    codes->longest = fmax(codes->longest, sqrt(norm2) * (1 + 0x1p-20));
}

/* The mean row. The bound holds for any row; the mean makes what is coded smallest. */
static void make_centre(thaw__codes *codes, const float *rows, int64_t n)
{
    double sum[THAW__CODES_STRIDE] = {0};
    for (int64_t i = 0; i < n; i++)
        for (int32_t j = 0; j < codes->d; j++) sum[j] += (double)rows[i * codes->stride + j];
    for (int32_t j = 0; j < codes->d; j++) codes->centre[j] = n ? (float)(sum[j] / (double)n) : 0;
}

void thaw__codes_make(thaw__codes *codes, const float *rows, int64_t n)
{
    const int64_t size = thaw__tile_bytes(codes->stride);
    codes->longest = 0;
    if (!codes->n) return;
    make_centre(codes, rows, n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = i / THAW__TILE * size;
        make_row(codes, rows + i * codes->stride, codes->coarse + at, codes->fine + at, i % THAW__TILE);
    }
}

thaw_status thaw__codes_copy(thaw__codes *out, const thaw__codes *from, const thaw_allocator *a)
{
    THAW__TRY(thaw__codes_reserve(out, from->n, from->d, from->stride, a));
    uint8_t *coarse = out->coarse, *fine = out->fine;
    const size_t size = (size_t)((from->n + THAW__TILE - 1) / THAW__TILE * thaw__tile_bytes(from->stride));
    *out = *from;
    out->coarse = coarse;
    out->fine = fine;
    if (!from->n) return THAW_OK;
    memcpy(coarse, from->coarse, size);
    memcpy(fine, from->fine, size);
    return THAW_OK;
}
