/* SPDX-License-Identifier: Apache-2.0
 * Validation of UTF-8, with a fast path for ASCII. */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the sequence of a lead byte, and the bounds of its second byte; 0: not a lead byte. */
static size_t lead(uint8_t b, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (b < 0x80) return 1;
    if (b >= 0xc2 && b <= 0xdf) return 2;
    if (b >= 0xe0 && b <= 0xef) {
        if (b == 0xe0) *low = 0xa0;
        if (b == 0xed) *high = 0x9f;
        return 3;
    }
    if (b >= 0xf0 && b <= 0xf4) {
        if (b == 0xf0) *low = 0x90;
        if (b == 0xf4) *high = 0x8f;
        return 4;
    }
    return 0;
}

/* Number of leading bytes in whole groups of 8 ASCII bytes. */
static size_t ascii_run(const uint8_t *s, size_t n)
{
    size_t i = 0;
    for (uint64_t eight; n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, s + i, sizeof eight);
        if (eight & 0x8080808080808080u) break;
    }
    return i;
}

int thaw__utf8_valid(const char *bytes, size_t n)
{
    const uint8_t *s = (const uint8_t *)bytes;
    for (size_t i = 0; i < n;) {
        if (s[i] < 0x80) {
            const size_t run = ascii_run(s + i, n - i);
            i += run ? run : 1;
            continue;
        }
        uint8_t low, high;
        size_t length = lead(s[i], &low, &high);
        if (length == 0 || length > n - i) return 0;
        for (size_t k = 1; k < length; k++, low = 0x80, high = 0xbf)
            if (s[i + k] < low || s[i + k] > high) return 0;
        i += length;
    }
    return 1;
}
