/* SPDX-License-Identifier: Apache-2.0
 * Each block follows its size and a mark. Freeing a foreign block or freeing twice aborts the test.
 */
#include "failing_alloc.h"

#include <stdlib.h>

typedef struct head {
    uint64_t size;
    uint64_t mark;
} head; /* 16 bytes: keeps malloc's alignment */

static const uint64_t MARK = 0x7468617721212121u;

static void *give(void *ctx, uint64_t size)
{
    failing_alloc *f = ctx;
    if (size == 0) abort(); /* thaw_status.h: size is never 0 */
    if (++f->requests == f->refuse) {
        f->refused++;
        return NULL;
    }
    head *h = malloc(sizeof *h + (size_t)size);
    if (!h) abort();
    *h = (head){size, MARK};
    f->live++;
    f->live_bytes += (int64_t)size;
    if (f->peak_bytes < f->live_bytes) f->peak_bytes = f->live_bytes;
    return h + 1;
}

static void take(void *ctx, void *ptr)
{
    failing_alloc *f = ctx;
    if (!ptr) return;
    head *h = (head *)ptr - 1;
    if (h->mark != MARK) abort();
    h->mark = 0;
    f->live--;
    f->live_bytes -= (int64_t)h->size;
    free(h);
}

void failing_alloc_init(failing_alloc *f, long refuse)
{
    *f = (failing_alloc){.allocator = {give, take, f}, .refuse = refuse};
}
