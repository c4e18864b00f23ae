/* SPDX-License-Identifier: Apache-2.0
 * All memory of the library: from the host's allocator, aligned for SIMD, with every size product checked once, here. */
#ifndef THAW_PLATFORM_MEM_H
#define THAW_PLATFORM_MEM_H

#include <stddef.h>

#include "thaw/thaw_status.h"

enum { THAW__ALIGN = 64 }; /* bytes: a cache line, an AVX-512 register */

/** The given allocator, or malloc and free where it is NULL or all zeros. */
thaw_allocator thaw__allocator(const thaw_allocator *given);

/** count * size bytes, 64-byte aligned; NULL with a recorded reason on overflow or when the host has no more.
 *  A count of 0 gives a valid pointer. */
void *thaw__alloc(const thaw_allocator *a, size_t count, size_t size);

/** The same, zeroed. */
void *thaw__alloc0(const thaw_allocator *a, size_t count, size_t size);

/** The same, filled from `from`. */
void *thaw__dup(const thaw_allocator *a, const void *from, size_t count, size_t size);

/** Free what the calls above returned; NULL is fine. */
void thaw__free(const thaw_allocator *a, void *ptr);

/** Make room for `need` elements in an array of *capacity, at least doubling; the elements stay. */
thaw_status thaw__grow(const thaw_allocator *a, void *array, size_t *capacity, size_t used, size_t need, size_t size);

/** *sum += count * size, checked. */
thaw_status thaw__add_size(size_t *sum, size_t count, size_t size);

/** n rounded up to whole SIMD registers of floats. */
static inline size_t thaw__stride(size_t n)
{
    return (n + 15) / 16 * 16;
}

#endif
