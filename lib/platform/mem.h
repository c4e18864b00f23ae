/* SPDX-License-Identifier: Apache-2.0
 * Memory: from the host's allocator, aligned for SIMD. Products of sizes are checked for overflow here. */
#ifndef THAW_PLATFORM_MEM_H
#define THAW_PLATFORM_MEM_H

#include <stddef.h>

#include "thaw/thaw_status.h"

enum { THAW__ALIGN = 64 }; /* bytes of a cache line and of an AVX-512 register */

/** The given allocator; malloc and free if it is NULL or zeroed. */
thaw_allocator thaw__allocator(const thaw_allocator *given);

/** count * size bytes, 64-byte aligned; NULL, with the error recorded, on overflow or if the allocator returns NULL. A
 *  count of 0 gives a valid pointer. */
void *thaw__alloc(const thaw_allocator *a, size_t count, size_t size);

/** thaw__alloc(), zeroed. */
void *thaw__alloc0(const thaw_allocator *a, size_t count, size_t size);

/** thaw__alloc(), with a copy of `from`. */
void *thaw__dup(const thaw_allocator *a, const void *from, size_t count, size_t size);

/** Free what the calls above returned; NULL is allowed. */
void thaw__free(const thaw_allocator *a, void *ptr);

/** Grow an array of *capacity elements, of which `used` are kept, to at least `need`; at least doubles. `array` is the
 *  address of the pointer. */
thaw_status thaw__grow(const thaw_allocator *a, void *array, size_t *capacity, size_t used, size_t need, size_t size);

/** *sum += count * size; THAW_E_NOMEM on overflow. */
thaw_status thaw__add_size(size_t *sum, size_t count, size_t size);

/** n rounded up to a multiple of 16, the floats of an AVX-512 register. */
static inline size_t thaw__stride(size_t n)
{
    return (n + 15) / 16 * 16;
}

#endif
