/* SPDX-License-Identifier: Apache-2.0
 * Argument checks that public functions share. */
#ifndef THAW_API_CHECK_H
#define THAW_API_CHECK_H

#include <stddef.h>

#include "status.h"
#include "thaw/thaw.h"

/** Check struct_size of a caller's struct: at least `first`, its size in the version that introduced it, and at most
 *  `known`, the size in this version. Fields that the caller's struct does not have are defaults. */
static inline thaw_status thaw__check_grown(const char *name, uint32_t struct_size, size_t first, size_t known)
{
    if (struct_size > known)
        return thaw__fail(THAW_E_VERSION, "%s.struct_size is %u; must be at most %zu in this version", name,
                          struct_size, known);
    if (struct_size < first || struct_size % sizeof(uint32_t))
        return thaw__fail(THAW_E_ARG, "%s.struct_size is %u; must be %zu: call its init function", name, struct_size,
                          known);
    return THAW_OK;
}

/** The same for a struct that has had one size only. */
static inline thaw_status thaw__check_struct(const char *name, uint32_t struct_size, size_t known)
{
    return thaw__check_grown(name, struct_size, known, known);
}

/** The same for thaw_config, which was introduced in 0.1. */
static inline thaw_status thaw__check_config(uint32_t struct_size)
{
    return thaw__check_grown("config", struct_size, offsetof(thaw_config, target), sizeof(thaw_config));
}

/** THAW_E_ARG if an allocator has only one of its two functions. */
static inline thaw_status thaw__check_allocator(const thaw_allocator *allocator)
{
    if (!allocator->alloc == !allocator->free) return THAW_OK;
    return thaw__fail(THAW_E_ARG, "allocator has %s without %s", allocator->alloc ? "alloc" : "free",
                      allocator->alloc ? "free" : "alloc");
}

#endif
