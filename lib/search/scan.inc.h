/* SPDX-License-Identifier: Apache-2.0
 * The scans of one instruction set. A variant defines WIDTH (rows per register) and VARIANT and includes this file.
 *
 * A unit is the W rows of one register: a tile or half of one. Codes are unsigned bytes, k is signed. VNNI adds four
 * products to a lane at once. AVX2 adds pairs of products in 16 bits first, which saturates for whole bytes but never
 * for nibbles (2 * 15 * 127); so the two nibbles of a byte are multiplied separately, and scans of many queries read
 * upper nibbles alone.
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
enum { UNITS_ONE = 4, UNITS_MANY = 2, UNITS_MOST = 4, WHOLE_MANY = 1 };

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

/* Codes of four coordinates of W rows: nibbles in `high`, or whole bytes. */
typedef struct codes4 {
    vi high;
} codes4;

INLINE codes4 unpack(int whole, int second, vi coarse, vi fine)
{
    const vi low = _mm512_set1_epi8(15);
    if (!whole) return (codes4){_mm512_and_si512(second ? _mm512_srli_epi16(coarse, 4) : coarse, low)};
    if (second) return (codes4){_mm512_ternarylogic_epi32(low, _mm512_srli_epi16(fine, 4), coarse, 0xca)};
    return (codes4){_mm512_ternarylogic_epi32(low, fine, _mm512_slli_epi16(coarse, 4), 0xca)}; /* low ? fine : coarse */
}

INLINE vi add_products(int whole, vi sum, codes4 c, vi k)
{
    (void)whole;
    return _mm512_dpbusd_epi32(sum, c.high, k);
}

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
enum { UNITS_ONE = 2, UNITS_MANY = 1, UNITS_MOST = 2, WHOLE_MANY = 0 };

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

/* Codes of four coordinates of W rows: upper and lower nibbles. */
typedef struct codes4 {
    vi high, low;
} codes4;

INLINE codes4 unpack(int whole, int second, vi coarse, vi fine)
{
    const vi low = _mm256_set1_epi8(15);
    codes4 c = {_mm256_and_si256(second ? _mm256_srli_epi16(coarse, 4) : coarse, low), zero()};
    if (whole) c.low = _mm256_and_si256(second ? _mm256_srli_epi16(fine, 4) : fine, low);
    return c;
}

INLINE vi widened(vi pairs, int times)
{
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16((int16_t)times));
}

INLINE vi add_products(int whole, vi sum, codes4 c, vi k)
{
    sum = add(sum, widened(_mm256_maddubs_epi16(c.high, k), whole ? 16 : 1));
    return whole ? add(sum, widened(_mm256_maddubs_epi16(c.low, k), 1)) : sum;
}

INLINE void keep(thaw__candidates *out, unsigned which, vf bounds, int64_t row)
{
    float bound[W];
    store(bound, bounds);
    for (; which; which &= which - 1) {
        const int lane = __builtin_ctz(which);
        out->rows[out->n] = (int32_t)(row + lane);
        out->bounds[out->n++] = bound[lane];
    }
}

#endif
/* clang-format on */

/* Units unit … unit + T - 1 times queries p[0 … P - 1]: sum[t P + q] = codes . k. With one query, registers are free:
 * the two halves of a load are summed separately, which shortens the chains of dependent additions. */
INLINE void multiply(int whole, int T, int P, const thaw__codes *codes, int64_t unit, const thaw__quantised_query *p,
                     vi *sum)
{
    const int64_t size = thaw__tile_bytes(codes->stride);
    const int apart = P == 1;
    int64_t at[UNITS_MOST];
    vi other[UNITS_MOST];
    UNROLL for (int t = 0; t < T; t++) at[t] =
        (unit + t) / PARTS * size + 4 * THAW__TILE + (unit + t) % PARTS * (4 * W);
    UNROLL for (int k = 0; k < T * P; k++) sum[k] = zero();
    UNROLL for (int t = 0; t < T; t++) other[t] = zero();
    for (int64_t g = 0; g < codes->stride / 8; g++) {
        vi coarse[UNITS_MOST], fine[UNITS_MOST];
        UNROLL for (int t = 0; t < T; t++)
        {
            const int64_t place = at[t] + g * (4 * THAW__TILE);
            coarse[t] = load_bytes(codes->coarse + place);
            fine[t] = whole ? load_bytes(codes->fine + place) : zero();
        }
        UNROLL for (int second = 0; second < 2; second++)
        {
            codes4 c[UNITS_MOST];
            vi *to = apart && second ? other : sum;
            UNROLL for (int t = 0; t < T; t++) c[t] = unpack(whole, second, coarse[t], fine[t]);
            UNROLL for (int q = 0; q < P; q++)
            {
                const vi k = four_k(p[q].k + 8 * g + 4 * second);
                UNROLL for (int t = 0; t < T; t++) to[t * P + q] = add_products(whole, to[t * P + q], c[t], k);
            }
        }
    }
    UNROLL for (int t = 0; t < T && apart; t++) sum[t] = add(sum[t], other[t]);
}

#if WIDTH == 8

enum { PART = 4 }; /* loads whose sums fit into 16 bits: 8 * 2 * 15 * 127 */

/* The same from upper nibbles alone: pairs of products are summed in 16 bits, PART loads at a time. */
INLINE void multiply_narrow(int T, int P, const thaw__codes *codes, int64_t unit, const thaw__quantised_query *p,
                            vi *sum)
{
    const int64_t size = thaw__tile_bytes(codes->stride), end = codes->stride / 8;
    UNROLL for (int k = 0; k < T * P; k++) sum[k] = zero();
    for (int64_t g = 0, stop; g < end; g = stop) {
        vi pairs[SUMS_MOST];
        stop = g + PART < end ? g + PART : end;
        UNROLL for (int k = 0; k < T * P; k++) pairs[k] = zero();
        for (int64_t h = g; h < stop; h++) UNROLL for (int t = 0; t < T; t++)
            {
                const int64_t at = (unit + t) / PARTS * size + 4 * THAW__TILE * (1 + h) + (unit + t) % PARTS * (4 * W);
                const vi coarse = load_bytes(codes->coarse + at);
                UNROLL for (int second = 0; second < 2; second++)
                {
                    const vi c = unpack(0, second, coarse, coarse).high;
                    UNROLL for (int q = 0; q < P; q++) pairs[t * P + q] = _mm256_add_epi16(
                        pairs[t * P + q], _mm256_maddubs_epi16(c, four_k(p[q].k + 8 * h + 4 * second)));
                }
            }
        UNROLL for (int k = 0; k < T * P; k++) sum[k] = add(sum[k], widened(pairs[k], 1));
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

/* The numbers of a query for its bound. With one query they stay in registers; with many they are read where they are
 * used. */
typedef struct scales {
    vf middle, step, shift, error_scale, c[2], least;
} scales;

INLINE scales scales_of(int whole, const thaw__quantised_query *p, float least)
{
    return (scales){all((whole ? 127.5f : 7.5f) * p->sum), all(p->step), all(p->shift), all(p->error_scale),
                    {all(p->c[0]), all(p->c[1])},          all(least)};
}

/* Keep rows with offset + shift + (codes . k - middle) step + error_scale error >= least, or NaN. */
INLINE void test_bounds(int whole, int P, const thaw__coded *t, int64_t unit, const vi *sum,
                        const thaw__quantised_query *p, const float *least, const scales *one, thaw__candidates *out)
{
    const uint8_t *plane = whole ? t->codes->fine : t->codes->coarse;
    const vi numbers = load_bytes(plane + unit / PARTS * thaw__tile_bytes(t->codes->stride) + unit % PARTS * (4 * W));
    const vf step = upper_halves(numbers) * all(whole ? 0.0625f : 1), error = lower_halves(numbers);
    UNROLL for (int q = 0; q < P; q++)
    {
        const scales by = P == 1 ? *one : scales_of(whole, &p[q], least[q]);
        const vf product = fma_of(converted(sum[q]) - by.middle, step * by.step, by.shift);
        const vf bound = offsets(t, unit * W, by.c) + fma_of(by.error_scale, error, product);
        const unsigned which = not_below(bound, by.least);
        if (__builtin_expect(which != 0, 0)) keep(&out[q], which, bound, unit * W);
    }
}

INLINE void scan_units(int whole, int T, int P, const thaw__coded *t, int64_t unit, const thaw__quantised_query *p,
                       const float *least, const scales *one, thaw__candidates *out)
{
    vi sum[SUMS_MOST];
#if WIDTH == 8
    if (!whole) multiply_narrow(T, P, t->codes, unit, p, sum);
    else
#endif
        multiply(whole, T, P, t->codes, unit, p, sum);
    UNROLL for (int k = 0; k < T; k++) test_bounds(whole, P, t, unit + k, sum + k * P, p, least, one, out);
}

INLINE void scan_one(int whole, const thaw__coded *t, int64_t unit, int64_t end, const thaw__quantised_query *p,
                     float least, thaw__candidates *out)
{
    const scales by = scales_of(whole, p, least);
    for (; unit + UNITS_ONE <= end; unit += UNITS_ONE) scan_units(whole, UNITS_ONE, 1, t, unit, p, &least, &by, out);
    for (; unit < end; unit++) scan_units(whole, 1, 1, t, unit, p, &least, &by, out);
}

static void one(const thaw__coded *t, int whole, int64_t first, int64_t end, const thaw__quantised_query *p,
                float least, thaw__candidates *out)
{
    if (whole) scan_one(1, t, first * PARTS, end * PARTS, p, least, out);
    else scan_one(0, t, first * PARTS, end * PARTS, p, least, out);
}

static void many(const thaw__coded *t, int64_t first, int64_t end, const thaw__quantised_query *p, const float *least,
                 thaw__candidates *out)
{
    int64_t unit = first * PARTS;
    for (; unit + UNITS_MANY <= end * PARTS; unit += UNITS_MANY)
        scan_units(WHOLE_MANY, UNITS_MANY, THAW__QUANTISED_QUERIES, t, unit, p, least, NULL, out);
    for (; unit < end * PARTS; unit++) scan_units(WHOLE_MANY, 1, THAW__QUANTISED_QUERIES, t, unit, p, least, NULL, out);
}

#define THAW__PASTE(a, b) a##b
#define THAW__TABLE(variant) THAW__PASTE(thaw__scans_, variant)
#define THAW__TEXT(variant) #variant
#define THAW__NAME(variant) THAW__TEXT(variant)

const thaw__scans THAW__TABLE(VARIANT) = {THAW__NAME(VARIANT), one, many};
