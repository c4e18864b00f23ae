/* SPDX-License-Identifier: Apache-2.0
 * A map of keys (strings) to rows 0 … n - 1 in order of arrival, and back. Open addressing with XXH3. The
 * strings are concatenated, each with its zero byte, so a map is stored as one array of bytes and one of offsets.
 *
 * The hash of each map has a random seed, so that nobody can choose keys that share a slot. No row depends on it.
 */
#ifndef THAW_PLATFORM_KEYMAP_H
#define THAW_PLATFORM_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

#include "thaw/thaw_status.h"

typedef struct thaw__keymap {
    thaw_allocator allocator;
    char *bytes; /* [n_bytes] keys, each with its zero byte */
    size_t n_bytes;
    size_t cap_bytes;
    int64_t *offsets; /* [n] start of key r in bytes */
    size_t cap_offsets;
    int64_t n;
    int32_t *slots; /* [n_slots] row, or -1: empty; n_slots is a power of 2, at most half of the slots are used */
    size_t n_slots;
    uint64_t seed; /* of the hash */
} thaw__keymap;

/** An empty map; allocates nothing before the first key. */
void thaw__keymap_init(thaw__keymap *map, const thaw_allocator *allocator);
void thaw__keymap_free(thaw__keymap *map);
thaw_status thaw__keymap_copy(thaw__keymap *out, const thaw__keymap *from, const thaw_allocator *allocator);

/** The row of a key [n bytes], or -1. */
int64_t thaw__keymap_find(const thaw__keymap *map, const char *key, size_t n);

/** rows [from->n] = the row in map of each key of from, or -1. */
void thaw__keymap_rows(const thaw__keymap *map, int64_t *rows, const thaw__keymap *from);

/** The row of a key, which is added if it is new. Unchanged on error (THAW_E_NOMEM; THAW_E_RANGE: 2^31 - 1 keys). */
thaw_status thaw__keymap_add(thaw__keymap *map, int64_t *row, const char *key, size_t n);

/** Remove the rows from n on. */
void thaw__keymap_truncate(thaw__keymap *map, int64_t n);

/** The hash of a key: XXH3, the same on every machine and in every version. */
uint64_t thaw__hash(const void *bytes, size_t n);

/** The key of a row, zero-terminated; valid until the next addition. */
static inline const char *thaw__keymap_key(const thaw__keymap *map, int64_t row)
{
    return map->bytes + map->offsets[row];
}

#endif
