/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>

#include "mem.h"
#include "status.h"

enum { GZIP_ONLY = 15 + 16, FIRST_ROOM = 1 << 16 };

int thaw__is_gzip(const char *bytes, size_t size)
{
    return size >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

static void *allocate(void *allocator, unsigned count, unsigned size)
{
    return thaw__alloc(allocator, count, size);
}

static void release(void *allocator, void *memory)
{
    thaw__free(allocator, memory);
}

static uInt at_most(size_t n)
{
    return n < UINT_MAX ? (uInt)n : UINT_MAX;
}

typedef struct gunzip {
    z_stream z;
    const char *in, *end;
    char *out;
    size_t size, capacity;
    const thaw_allocator *allocator;
} gunzip;

/* One call of inflate() with room for at least one byte and the zero byte after it. */
static int step(gunzip *g, thaw_status *st)
{
    *st = thaw__grow(g->allocator, &g->out, &g->capacity, g->size, g->size + 2 > FIRST_ROOM ? g->size + 2 : FIRST_ROOM,
                     1);
    if (*st != THAW_OK) return Z_MEM_ERROR;
    const uInt in = at_most((size_t)(g->end - g->in)), room = at_most(g->capacity - g->size - 1);
    g->z.next_in = (const Bytef *)g->in;
    g->z.avail_in = in;
    g->z.next_out = (Bytef *)g->out + g->size;
    g->z.avail_out = room;
    const int code = inflate(&g->z, Z_NO_FLUSH);
    g->in += in - g->z.avail_in;
    g->size += room - g->z.avail_out;
    return code;
}

/* Members follow each other; inflate() reports Z_BUF_ERROR if the bytes end within one. */
static thaw_status inflate_all(gunzip *g)
{
    thaw_status st = THAW_OK;
    for (;;) {
        const int code = step(g, &st);
        if (code == Z_STREAM_END && g->in == g->end) return THAW_OK;
        if (code == Z_STREAM_END && inflateReset(&g->z) == Z_OK) continue;
        if (st != THAW_OK || code == Z_MEM_ERROR) return THAW_E_NOMEM;
        if (code == Z_BUF_ERROR) return thaw__fail(THAW_E_FORMAT, "the gzip file ends early");
        if (code != Z_OK)
            return thaw__fail(THAW_E_FORMAT, "the gzip file is damaged: %.80s", g->z.msg ? g->z.msg : "no reason");
    }
}

thaw_status thaw__gunzip(char **out, size_t *out_size, const char *bytes, size_t size, const thaw_allocator *allocator)
{
    thaw_allocator a = *allocator;
    gunzip g = {.in = bytes, .end = bytes + size, .allocator = allocator};
    g.z.zalloc = allocate;
    g.z.zfree = release;
    g.z.opaque = &a;
    if (inflateInit2(&g.z, GZIP_ONLY) != Z_OK) return THAW_E_NOMEM;
    const thaw_status st = inflate_all(&g);
    inflateEnd(&g.z);
    if (st == THAW_OK) {
        g.out[g.size] = 0;
        *out = g.out;
        *out_size = g.size;
    } else {
        thaw__free(allocator, g.out);
    }
    return st;
}
