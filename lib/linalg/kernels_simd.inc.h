/* SPDX-License-Identifier: Apache-2.0
 * The vector type of one instruction set, and what vector expressions do not have: broadcasting a lane, square roots,
 * interleaving two registers, and with that transposition and sums. WIDTH (4, 8, 16) is the number of float lanes. */
#include <math.h>
#include <stdint.h>

#if WIDTH > 4
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

enum { W = WIDTH };

typedef float vec __attribute__((vector_size(4 * WIDTH), may_alias));
typedef int32_t mask __attribute__((vector_size(4 * WIDTH), may_alias));
typedef float vec_any __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias)); /* at any address of a float */

INLINE vec load(const float *p)
{
    return *(const vec *)p;
}
INLINE vec load_any(const float *p)
{
    return *(const vec_any *)p;
}
INLINE void store(float *p, vec v)
{
    *(vec *)p = v;
}
INLINE vec all(float x)
{
    return x - (vec){0};
}

/* All lanes = v[k]. */
INLINE vec lane(vec v, int k)
{
#if WIDTH == 16
    return (vec)_mm512_permutexvar_ps(_mm512_set1_epi32(k), (__m512)v);
#elif WIDTH == 8
    return (vec)_mm256_permutevar8x32_ps((__m256)v, _mm256_set1_epi32(k));
#else
    return all(v[k]);
#endif
}

/* The square root of every lane. */
INLINE vec root(vec v)
{
#if WIDTH == 16
    return (vec)_mm512_sqrt_ps((__m512)v);
#elif WIDTH == 8
    return (vec)_mm256_sqrt_ps((__m256)v);
#else
    return (vec){sqrtf(v[0]), sqrtf(v[1]), sqrtf(v[2]), sqrtf(v[3])};
#endif
}

/* 1 in lane k, 0 elsewhere. */
INLINE vec unit(int k)
{
    static const float ones[2 * W] = {[W - 1] = 1.0f};
    return load_any(ones + W - 1 - k);
}

/* a with lane k replaced by that of b. */
INLINE vec with_lane(vec a, int k, vec b)
{
    const mask there = unit(k) > 0.0f;
    return (vec)(((mask)a & ~there) | ((mask)b & there));
}

/* a[0] b[0] a[1] b[1] … of the lower halves, and the same of the upper halves. */
INLINE vec zip_low(vec a, vec b)
{
#if WIDTH == 16
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
#elif WIDTH == 8
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#else
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#endif
}

INLINE vec zip_high(vec a, vec b)
{
#if WIDTH == 16
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif WIDTH == 8
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#endif
}

/* Zipping row i with row i + W/2 moves one bit of the row number to the lane number. */
INLINE void zip_rows(vec row[W])
{
    vec zipped[W];
    UNROLL for (int i = 0; i < W / 2; i++)
    {
        zipped[2 * i] = zip_low(row[i], row[i + W / 2]);
        zipped[2 * i + 1] = zip_high(row[i], row[i + W / 2]);
    }
    UNROLL for (int i = 0; i < W; i++) row[i] = zipped[i];
}

/* row[i][j] <-> row[j][i]: log2 W zips move all bits. */
INLINE void transpose(vec row[W])
{
    zip_rows(row);
    zip_rows(row);
    if (W > 4) zip_rows(row);
    if (W > 8) zip_rows(row);
}

/* Zip 2 n rows and add the two results: n rows remain. */
INLINE void fold_rows(int n, vec row[W])
{
    UNROLL for (int i = 0; i < n; i++) row[i] = zip_low(row[i], row[i + n]) + zip_high(row[i], row[i + n]);
}

/* Lane i of the result is the sum over row[i]. */
INLINE vec sums(vec row[W])
{
    if (W > 8) fold_rows(8, row);
    if (W > 4) fold_rows(4, row);
    fold_rows(2, row);
    fold_rows(1, row);
    return row[0];
}

INLINE void clear(int n, vec *row)
{
    UNROLL for (int i = 0; i < n; i++) row[i] = (vec){0};
}

/* The sum of the lanes: each zip of v with itself adds its halves. */
INLINE float total(vec v)
{
    UNROLL for (int n = 1; n < W; n *= 2) v = zip_low(v, v) + zip_high(v, v);
    return v[0];
}
