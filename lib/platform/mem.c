/* SPDX-License-Identifier: Apache-2.0
 * Layout of an allocation: [padding | pointer from the allocator | aligned block]. The block is returned. */
#include "mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"

static void *default_alloc(void *ctx, uint64_t size)
{
    (void)ctx;
    return size > SIZE_MAX ? NULL : malloc((size_t)size);
}

static void default_free(void *ctx, void *ptr)
{
    (void)ctx;
    free(ptr);
}

thaw_allocator thaw__allocator(const thaw_allocator *given)
{
    if (given && given->alloc && given->free) return *given;
    return (thaw_allocator){default_alloc, default_free, NULL};
}

void *thaw__alloc(const thaw_allocator *a, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2 - 2 * THAW__ALIGN) {
        thaw__fail(THAW_E_NOMEM, "%zu elements of %zu bytes do not fit the address space", count, size);
        return NULL;
    }
    size_t total = bytes + THAW__ALIGN + sizeof(void *);
    char *host = a->alloc(a->ctx, total);
    if (!host) {
        thaw__fail(THAW_E_NOMEM, "the allocator returned NULL for %zu bytes", total);
        return NULL;
    }
    uintptr_t at = ((uintptr_t)host + sizeof(void *) + THAW__ALIGN - 1) / THAW__ALIGN * THAW__ALIGN;
    char *block = host + (at - (uintptr_t)host);
    memcpy(block - sizeof(void *), &host, sizeof host);
    return block;
}

void *thaw__alloc0(const thaw_allocator *a, size_t count, size_t size)
{
    void *p = thaw__alloc(a, count, size);
    if (p) memset(p, 0, count * size);
    return p;
}

void *thaw__dup(const thaw_allocator *a, const void *from, size_t count, size_t size)
{
    void *p = thaw__alloc(a, count, size);
    if (p && count) memcpy(p, from, count * size);
    return p;
}

void thaw__free(const thaw_allocator *a, void *ptr)
{
    if (!ptr) return;
    void *host = NULL;
    memcpy(&host, (char *)ptr - sizeof(void *), sizeof host);
    a->free(a->ctx, host);
}

thaw_status thaw__grow(const thaw_allocator *a, void *array, size_t *capacity, size_t used, size_t need, size_t size)
{
    if (need <= *capacity) return THAW_OK;
    size_t target = *capacity > SIZE_MAX / 2 ? need : *capacity * 2;
    if (target < need) target = need;
    if (target < 16) target = 16;

    void *old = NULL;
    memcpy(&old, array, sizeof old);
    void *grown = thaw__alloc(a, target, size);
    if (!grown) return THAW_E_NOMEM;
    if (used) memcpy(grown, old, used * size);
    thaw__free(a, old);
    memcpy(array, &grown, sizeof grown);
    *capacity = target;
    return THAW_OK;
}

thaw_status thaw__add_size(size_t *sum, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(*sum, bytes, sum))
        return thaw__fail(THAW_E_NOMEM, "%zu elements of %zu bytes do not fit the address space", count, size);
    return THAW_OK;
}
