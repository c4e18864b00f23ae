/* SPDX-License-Identifier: Apache-2.0
 * The hash table of keys. */
#include "keymap.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "entropy.h"
#include "mem.h"
#include "status.h"

void thaw__keymap_init(thaw__keymap *map, const thaw_allocator *allocator)
{
    *map = (thaw__keymap){.allocator = *allocator, .seed = thaw__entropy()};
}

void thaw__keymap_free(thaw__keymap *map)
{
    if (!map->allocator.free) return;
    thaw__free(&map->allocator, map->bytes);
    thaw__free(&map->allocator, map->offsets);
    thaw__free(&map->allocator, map->slots);
    thaw_allocator allocator = map->allocator;
    thaw__keymap_init(map, &allocator);
}

thaw_status thaw__keymap_copy(thaw__keymap *out, const thaw__keymap *from, const thaw_allocator *allocator)
{
    thaw__keymap_init(out, allocator);
    if (from->n == 0) return THAW_OK;
    *out = *from;
    out->allocator = *allocator;
    out->cap_bytes = from->n_bytes;
    out->cap_offsets = (size_t)from->n;
    out->bytes = thaw__dup(allocator, from->bytes, from->n_bytes, 1);
    out->offsets = thaw__dup(allocator, from->offsets, (size_t)from->n, sizeof *out->offsets);
    out->slots = thaw__dup(allocator, from->slots, from->n_slots, sizeof *out->slots);
    if (out->bytes && out->offsets && out->slots) return THAW_OK;
    thaw__keymap_free(out);
    return THAW_E_NOMEM;
}

uint64_t thaw__hash(const void *bytes, size_t n)
{
    return XXH3_64bits(bytes, n);
}

/* The slot of a key, or the empty slot where it would be inserted. */
static size_t probe(const thaw__keymap *map, const char *key, size_t n)
{
    size_t mask = map->n_slots - 1;
    for (size_t s = (size_t)XXH3_64bits_withSeed(key, n, map->seed) & mask;; s = (s + 1) & mask) {
        int32_t row = map->slots[s];
        if (row < 0) return s;
        const char *at = thaw__keymap_key(map, row);
        size_t end = row + 1 < map->n ? (size_t)map->offsets[row + 1] : map->n_bytes;
        if (end - (size_t)map->offsets[row] - 1 == n && memcmp(at, key, n) == 0) return s;
    }
}

int64_t thaw__keymap_find(const thaw__keymap *map, const char *key, size_t n)
{
    return map->n_slots ? map->slots[probe(map, key, n)] : -1;
}

static void reindex(thaw__keymap *map)
{
    memset(map->slots, 0xff, map->n_slots * sizeof *map->slots);
    for (int64_t row = 0; row < map->n; row++) {
        size_t end = row + 1 < map->n ? (size_t)map->offsets[row + 1] : map->n_bytes;
        size_t length = end - (size_t)map->offsets[row] - 1;
        map->slots[probe(map, thaw__keymap_key(map, row), length)] = (int32_t)row;
    }
}

static thaw_status reserve(thaw__keymap *map, size_t n)
{
    const thaw_allocator *a = &map->allocator;
    if (map->n >= INT32_MAX) return thaw__fail(THAW_E_RANGE, "more than %d keys", INT32_MAX);
    THAW__TRY(thaw__grow(a, &map->bytes, &map->cap_bytes, map->n_bytes, map->n_bytes + n + 1, 1));
    THAW__TRY(thaw__grow(a, &map->offsets, &map->cap_offsets, (size_t)map->n, (size_t)map->n + 1, sizeof(int64_t)));
    if (2 * ((size_t)map->n + 1) <= map->n_slots) return THAW_OK;

    size_t n_slots = map->n_slots ? 2 * map->n_slots : 64;
    int32_t *slots = thaw__alloc(a, n_slots, sizeof *slots);
    if (!slots) return THAW_E_NOMEM;
    thaw__free(a, map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    reindex(map);
    return THAW_OK;
}

void thaw__keymap_rows(const thaw__keymap *map, int64_t *rows, const thaw__keymap *from)
{
    for (int64_t r = 0; r < from->n; r++) {
        const char *key = thaw__keymap_key(from, r);
        rows[r] = thaw__keymap_find(map, key, strlen(key));
    }
}

thaw_status thaw__keymap_add(thaw__keymap *map, int64_t *row, const char *key, size_t n)
{
    *row = thaw__keymap_find(map, key, n);
    if (*row >= 0) return THAW_OK;
    THAW__TRY(reserve(map, n));

    size_t slot = probe(map, key, n);
    *row = map->n;
    map->slots[slot] = (int32_t)map->n;
    map->offsets[map->n++] = (int64_t)map->n_bytes;
    if (n) memcpy(map->bytes + map->n_bytes, key, n);
    map->bytes[map->n_bytes + n] = 0;
    map->n_bytes += n + 1;
    return THAW_OK;
}

void thaw__keymap_truncate(thaw__keymap *map, int64_t n)
{
    while (map->n > n) { /* the newest key ends its run of slots, so that no other is found through its slot */
        const char *key = thaw__keymap_key(map, map->n - 1);
        map->slots[probe(map, key, map->n_bytes - (size_t)map->offsets[map->n - 1] - 1)] = -1;
        map->n_bytes = (size_t)map->offsets[--map->n];
    }
}
