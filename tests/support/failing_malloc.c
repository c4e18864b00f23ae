/* SPDX-License-Identifier: Apache-2.0 */
#include "failing_malloc.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What glibc's own malloc() is called inside. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static atomic_long left; /* requests until one fails; 0 or less: none does */
static atomic_int refused;
static atomic_long live;

void failing_malloc_arm(long n)
{
    atomic_store(&refused, 0);
    atomic_store(&left, n);
}

int failing_malloc_refused(void)
{
    return atomic_load(&refused);
}

long failing_malloc_live(void)
{
    return atomic_load(&live);
}

static int refuse(void)
{
    if (atomic_load(&left) <= 0 || atomic_fetch_sub(&left, 1) != 1) return 0;
    atomic_store(&refused, 1);
    errno = ENOMEM;
    return 1;
}

static void *count(void *block)
{
    if (block) atomic_fetch_add(&live, 1);
    return block;
}

void *malloc(size_t size)
{
    return refuse() ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    return refuse() ? NULL : count(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
    if (refuse()) return NULL;
    void *block = __libc_realloc(old, size);
    return old ? block : count(block);
}

void *memalign(size_t alignment, size_t size)
{
    return refuse() ? NULL : count(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);
    if (block) *out = block;
    return block ? 0 : ENOMEM;
}

void free(void *block)
{
    if (block) atomic_fetch_sub(&live, 1);
    __libc_free(block);
}
