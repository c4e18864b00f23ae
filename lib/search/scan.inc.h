/* SPDX-License-Identifier: Apache-2.0
 * The scans of one instruction set. A variant defines WIDTH (rows per register) and VARIANT and includes this file.
 *
 * A unit is the W rows of one register: a tile or half of one. Codes are unsigned bytes, k is signed. VNNI adds four
 * products to a lane at once. AVX2 adds pairs of products in 16 bits first, which never saturates, as |k| <= 64:
 * 2 * 255 * 64 < 2^15. Of nibbles, sixteen such pairs fit.
 */
#include <immintrin.h>

#include "scan.h"

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

enum { W = WIDTH, PARTS = THAW__TILE / WIDTH, SUMS_MOST = 2 * THAW__QUANTISED_QUERIES };

/* clang-format off */
#if WIDTH == 16

typedef __m512 vf;
typedef __m512i vi;
enum { UNITS_ONE = 4, UNITS_WHOLE = 4, UNITS_MANY = 2, UNITS_MOST = 4, DENSE_ONE = 256, DENSE_MANY = INT32_MAX };

INLINE vf load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void store(float *p, vf v) { _mm512_storeu_ps(p, v); }
INLINE vi load_bytes(const uint8_t *p) { return _mm512_loadu_si512(p); }
INLINE vi zero(void) { return _mm512_setzero_si512(); }
INLINE vi add(vi a, vi b) { return _mm512_add_epi32(a, b); }
INLINE vf all(float x) { return _mm512_set1_ps(x); }
INLINE vf converted(vi x) { return _mm512_cvtepi32_ps(x); }
INLINE vf fma_of(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vf upper_halves(vi x) { return _mm512_castsi512_ps(_mm512_and_si512(x, _mm512_set1_epi32((int)0xffff0000))); }
INLINE vf lower_halves(vi x) { return _mm512_castsi512_ps(_mm512_slli_epi32(x, 16)); }
INLINE vi four_k(const int8_t *k) { return _mm512_set1_epi32(*(const int32_t __attribute__((may_alias)) *)k); }
INLINE unsigned not_below(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_NLT_UQ); }

INLINE vi all_bytes(int x) { return _mm512_set1_epi8((char)x); }
INLINE vi and_of(vi a, vi b) { return _mm512_and_si512(a, b); }
INLINE vi left(vi x, int bits) { return _mm512_slli_epi16(x, (unsigned)bits); }
INLINE vi right(vi x, int bits) { return _mm512_srli_epi16(x, (unsigned)bits); }
INLINE vi select(vi mask, vi a, vi b) { return _mm512_ternarylogic_epi32(mask, a, b, 0xca); } /* mask ? a : b */
INLINE vi add_products(vi sum, vi c, vi k) { return _mm512_dpbusd_epi32(sum, c, k); }

/* Append the rows and bounds of the lanes of a mask. */
INLINE void keep(thaw__candidates *out, unsigned which, vf bounds, int64_t row)
{
    const vi lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const vi rows = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)row));
    _mm512_storeu_si512(out->rows + out->n, _mm512_maskz_compress_epi32((__mmask16)which, rows));
    store(out->bounds + out->n, _mm512_maskz_compress_ps((__mmask16)which, bounds));
    out->n += __builtin_popcount(which);
}

#else

typedef __m256 vf;
typedef __m256i vi;
enum { UNITS_ONE = 2, UNITS_WHOLE = 2, UNITS_MANY = 1, UNITS_MOST = 4, DENSE_ONE = 256, DENSE_MANY = 1024 };

INLINE vf load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void store(float *p, vf v) { _mm256_storeu_ps(p, v); }
INLINE vi load_bytes(const uint8_t *p) { return _mm256_loadu_si256((const vi *)p); }
INLINE vi zero(void) { return _mm256_setzero_si256(); }
INLINE vi add(vi a, vi b) { return _mm256_add_epi32(a, b); }
INLINE vf all(float x) { return _mm256_set1_ps(x); }
INLINE vf converted(vi x) { return _mm256_cvtepi32_ps(x); }
INLINE vf fma_of(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vf upper_halves(vi x) { return _mm256_castsi256_ps(_mm256_and_si256(x, _mm256_set1_epi32((int)0xffff0000))); }
INLINE vf lower_halves(vi x) { return _mm256_castsi256_ps(_mm256_slli_epi32(x, 16)); }
INLINE vi four_k(const int8_t *k) { return _mm256_set1_epi32(*(const int32_t __attribute__((may_alias)) *)k); }
INLINE unsigned not_below(vf a, vf b) { return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_NLT_UQ)); }

INLINE vi all_bytes(int x) { return _mm256_set1_epi8((char)x); }
INLINE vi and_of(vi a, vi b) { return _mm256_and_si256(a, b); }
INLINE vi left(vi x, int bits) { return _mm256_slli_epi16(x, bits); }
INLINE vi right(vi x, int bits) { return _mm256_srli_epi16(x, bits); }
INLINE vi select(vi m, vi a, vi b) { return _mm256_or_si256(_mm256_and_si256(m, a), _mm256_andnot_si256(m, b)); }
INLINE vi pairs_of(vi c, vi k) { return _mm256_maddubs_epi16(c, k); }
/* Products are summed as they come: the compiler would compute all of them first, and has no registers for that. */
INLINE vi in_order(vi x) { __asm__ volatile("" : "+x"(x)); return x; }
INLINE vi add_pairs(vi a, vi b) { return in_order(_mm256_add_epi16(a, b)); }
INLINE vi widened(vi pairs) { return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)); }
INLINE vi add_products(vi sum, vi c, vi k) { return in_order(add(sum, widened(pairs_of(c, k)))); }

INLINE void keep(thaw__candidates *out, unsigned which, vf bounds, int64_t row)
{
    float bound[W];
    const vi lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    if (which == 0xff) { /* all, as in the first scan */
        _mm256_storeu_si256((vi *)(out->rows + out->n), add(lanes, _mm256_set1_epi32((int)row)));
        store(out->bounds + out->n, bounds);
        out->n += W;
        return;
    }
    store(bound, bounds);
    for (; which; which &= which - 1) {
        const int lane = __builtin_ctz(which);
        out->rows[out->n] = (int32_t)(row + lane);
        out->bounds[out->n++] = bound[lane];
    }
}

#endif
/* clang-format on */

/* The codes of four coordinates of W rows, from the lower or upper nibbles of a load: upper nibbles alone, or bytes. */
INLINE vi unpack(int whole, int second, vi coarse, vi fine)
{
    const vi low = all_bytes(15);
    if (!whole) return and_of(second ? right(coarse, 4) : coarse, low);
    return second ? select(low, right(fine, 4), coarse) : select(low, fine, left(coarse, 4));
}

/* Where the numbers of a unit begin in a plane; its nibbles follow in steps of a tile's load. */
INLINE int64_t place_of(const thaw__codes *codes, int64_t unit)
{
    return unit / PARTS * thaw__tile_bytes(codes->stride) + unit % PARTS * (4 * W);
}

/* The units of a scan are T consecutive ones: whole tiles, or one unit. */
INLINE int64_t place_after(const thaw__codes *codes, int64_t place, int t)
{
    return place + t / PARTS * thaw__tile_bytes(codes->stride) + t % PARTS * (4 * W);
}

/* T units at `place` times queries p[0 … P - 1]: sum[t P + q] = codes . k. With one query, registers are free: the two
 * halves of a load are summed separately, which shortens the chains of dependent additions. */
INLINE void multiply(int whole, int T, int P, const thaw__codes *codes, int64_t place, const thaw__quantised_query *p,
                     vi *sum)
{
    const int apart = P == 1;
    vi other[UNITS_MOST];
    UNROLL for (int k = 0; k < T * P; k++) sum[k] = zero();
    UNROLL for (int t = 0; t < T; t++) other[t] = zero();
    for (int64_t g = 0; g < codes->stride / 8; g++) {
        vi coarse[UNITS_MOST], fine[UNITS_MOST];
        UNROLL for (int t = 0; t < T; t++)
        {
            const int64_t at = place_after(codes, place, t) + (1 + g) * (4 * THAW__TILE);
            coarse[t] = load_bytes(codes->coarse + at);
            fine[t] = whole ? load_bytes(codes->fine + at) : zero();
        }
        UNROLL for (int second = 0; second < 2; second++)
        {
            vi c[UNITS_MOST];
            vi *to = apart && second ? other : sum;
            UNROLL for (int t = 0; t < T; t++) c[t] = unpack(whole, second, coarse[t], fine[t]);
            UNROLL for (int q = 0; q < P; q++)
            {
                const vi k = four_k(p[q].k + 8 * g + 4 * second);
                UNROLL for (int t = 0; t < T; t++) to[t * P + q] = add_products(to[t * P + q], c[t], k);
            }
        }
    }
    UNROLL for (int t = 0; t < T && apart; t++) sum[t] = add(sum[t], other[t]);
}

#if WIDTH == 8

enum { PART = 8 }; /* loads whose sums fit into 16 bits: 8 * 2 * 2 * 15 * 64 */

/* The same from upper nibbles alone: pairs of products are summed in 16 bits, PART loads at a time. */
INLINE void multiply_narrow(int T, int P, const thaw__codes *codes, int64_t place, const thaw__quantised_query *p,
                            vi *sum)
{
    const int64_t end = codes->stride / 8;
    UNROLL for (int k = 0; k < T * P; k++) sum[k] = zero();
    for (int64_t g = 0, stop; g < end; g = stop) {
        vi pairs[SUMS_MOST];
        stop = g + PART < end ? g + PART : end;
        UNROLL for (int k = 0; k < T * P; k++) pairs[k] = zero();
        for (; g < stop; g++) {
            vi coarse[UNITS_MOST];
            UNROLL for (int t = 0; t < T; t++) coarse[t] =
                load_bytes(codes->coarse + place_after(codes, place, t) + (1 + g) * (4 * THAW__TILE));
            UNROLL for (int second = 0; second < 2; second++) UNROLL for (int q = 0; q < P; q++)
            {
                const vi k = four_k(p[q].k + 8 * g + 4 * second);
                UNROLL for (int t = 0; t < T; t++) pairs[t * P + q] =
                    add_pairs(pairs[t * P + q], pairs_of(unpack(0, second, coarse[t], coarse[t]), k));
            }
        }
        UNROLL for (int k = 0; k < T * P; k++) sum[k] = add(sum[k], widened(pairs[k]));
    }
}

#endif

/* c[0] offset[0] + c[1] offset[1] as thaw__score_of() rounds it: no multiplication may be fused into the sum. */
INLINE vf offsets(const thaw__coded *t, int64_t row, const vf c[2])
{
    vf sum = all(0);
    if (t->offset[0]) sum = c[0] * load(t->offset[0] + row);
    if (t->offset[1]) sum = sum + c[1] * load(t->offset[1] + row);
    return sum;
}

/* The numbers of a query for its bound, in all lanes. */
typedef struct scales {
    vf middle, step, shift, error_scale, c[2], least;
} scales;

INLINE scales scales_of(int whole, const thaw__quantised_query *p, float least)
{
    return (scales){all((whole ? 127.5f : 7.5f) * p->sum), all(p->step), all(p->shift), all(p->error_scale),
                    {all(p->c[0]), all(p->c[1])},          all(least)};
}

/* offset + shift + (codes . k - middle) step + error_scale error, of the unit at `place`, row `row`. */
INLINE vf bound_of(int whole, const thaw__coded *t, int64_t place, int64_t row, vi sum, const scales *by)
{
    const vi numbers = load_bytes((whole ? t->codes->fine : t->codes->coarse) + place);
    const vf step = upper_halves(numbers) * all(whole ? 0.0625f : 1), error = lower_halves(numbers);
    const vf product = fma_of(converted(sum) - by->middle, step * by->step, by->shift);
    return offsets(t, row, by->c) + fma_of(by->error_scale, error, product);
}

/* Keep rows of T units with a bound >= least, or NaN. */
INLINE void scan_units(int whole, int T, int P, const thaw__coded *t, int64_t unit, const thaw__quantised_query *p,
                       const scales *by, thaw__candidates *out)
{
    const int64_t place = place_of(t->codes, unit);
    vi sum[SUMS_MOST];
#if WIDTH == 8
    if (!whole) multiply_narrow(T, P, t->codes, place, p, sum);
    else
#endif
        multiply(whole, T, P, t->codes, place, p, sum);
    UNROLL for (int q = 0; q < P; q++)
    {
        vf bound[UNITS_MOST];
        unsigned which[UNITS_MOST], any = 0;
        UNROLL for (int k = 0; k < T; k++)
        {
            bound[k] = bound_of(whole, t, place_after(t->codes, place, k), (unit + k) * W, sum[k * P + q], &by[q]);
            any |= which[k] = not_below(bound[k], by[q].least);
        }
        if (__builtin_expect(any != 0, 0))
            UNROLL for (int k = 0; k < T; k++) keep(&out[q], which[k], bound[k], (unit + k) * W);
    }
}

INLINE void scan_one(int whole, const thaw__coded *t, int64_t unit, int64_t end, const thaw__quantised_query *p,
                     float least, thaw__candidates *out)
{
    const scales by = scales_of(whole, p, least);
    const int T = whole ? UNITS_WHOLE : UNITS_ONE;
    for (; unit + T <= end; unit += T) scan_units(whole, T, 1, t, unit, p, &by, out);
    for (; unit < end; unit += PARTS) scan_units(whole, PARTS, 1, t, unit, p, &by, out);
}

static void one(const thaw__coded *t, int whole, int64_t first, int64_t end, const thaw__quantised_query *p,
                float least, thaw__candidates *out)
{
    if (whole) scan_one(1, t, first * PARTS, end * PARTS, p, least, out);
    else scan_one(0, t, first * PARTS, end * PARTS, p, least, out);
}

INLINE void scan_many(int whole, const thaw__coded *t, int64_t unit, int64_t end, const thaw__quantised_query *p,
                      const float *least, thaw__candidates *out)
{
    scales by[THAW__QUANTISED_QUERIES];
    for (int q = 0; q < THAW__QUANTISED_QUERIES; q++) by[q] = scales_of(whole, &p[q], least[q]);
    for (; unit + UNITS_MANY <= end; unit += UNITS_MANY)
        scan_units(whole, UNITS_MANY, THAW__QUANTISED_QUERIES, t, unit, p, by, out);
    for (; unit < end; unit++) scan_units(whole, 1, THAW__QUANTISED_QUERIES, t, unit, p, by, out);
}

static void many(const thaw__coded *t, int whole, int64_t first, int64_t end, const thaw__quantised_query *p,
                 const float *least, thaw__candidates *out)
{
    if (whole) scan_many(1, t, first * PARTS, end * PARTS, p, least, out);
    else scan_many(0, t, first * PARTS, end * PARTS, p, least, out);
}

#define THAW__PASTE(a, b) a##b
#define THAW__TABLE(variant) THAW__PASTE(thaw__scans_, variant)
#define THAW__TEXT(variant) #variant
#define THAW__NAME(variant) THAW__TEXT(variant)

const thaw__scans THAW__TABLE(VARIANT) = {THAW__NAME(VARIANT), DENSE_ONE, DENSE_MANY, one, many};
