/* SPDX-License-Identifier: Apache-2.0
 * Numbers to and from little-endian bytes, for any byte order and alignment of the machine. */
#ifndef THAW_PLATFORM_LITTLE_ENDIAN_H
#define THAW_PLATFORM_LITTLE_ENDIAN_H

#include <stdint.h>
#include <string.h>

/** Write the lowest `bytes` bytes of v, and read them. */
static inline void thaw__put_bytes(unsigned char *at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(v >> (8 * i));
}

static inline uint64_t thaw__get_bytes(const unsigned char *at, int bytes)
{
    uint64_t v = 0;
    for (int i = bytes - 1; i >= 0; i--) v = v << 8 | at[i];
    return v;
}

/** Write and read x [n] as float32.  @return the first byte after them */
static inline unsigned char *thaw__put_floats(unsigned char *at, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++, at += 4) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        thaw__put_bytes(at, bits, 4);
    }
    return at;
}

static inline const unsigned char *thaw__get_floats(const unsigned char *at, float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++, at += 4) {
        const uint32_t bits = (uint32_t)thaw__get_bytes(at, 4);
        memcpy(&x[i], &bits, sizeof bits);
    }
    return at;
}

/** Write and read a float64. */
static inline void thaw__put_double(unsigned char *at, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    thaw__put_bytes(at, bits, 8);
}

static inline double thaw__get_double(const unsigned char *at)
{
    const uint64_t bits = thaw__get_bytes(at, 8);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
