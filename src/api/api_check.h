/* SPDX-License-Identifier: Apache-2.0
 * Checks that public functions share, before anything is computed. */
#ifndef THAW_API_CHECK_H
#define THAW_API_CHECK_H

#include <stddef.h>

#include "status.h"
#include "thaw/thaw.h"

/** Whether a caller's struct is one this library knows, by its struct_size: from `first`, the size in the version that brought
 *  it, to `known`, the newest. What the caller's lacks is default. */
static inline thaw_status thaw__check_grown(const char *name, uint32_t struct_size, size_t first, size_t known)
{
    if (struct_size > known)
        return thaw__fail(THAW_E_VERSION, "%s.struct_size is %u; this library knows %zu bytes", name, struct_size,
                          known);
    if (struct_size < first || struct_size % sizeof(uint32_t))
        return thaw__fail(THAW_E_ARG, "%s.struct_size is %u; must be %zu: call its init function", name, struct_size,
                          known);
    return THAW_OK;
}

/** The same for a struct that has not grown yet. */
static inline thaw_status thaw__check_struct(const char *name, uint32_t struct_size, size_t known)
{
    return thaw__check_grown(name, struct_size, known, known);
}

/** thaw_config is that of 0.1 or longer. */
static inline thaw_status thaw__check_config(uint32_t struct_size)
{
    return thaw__check_grown("config", struct_size, offsetof(thaw_config, target), sizeof(thaw_config));
}

/** Whether a host gave both functions of an allocator or none. */
static inline thaw_status thaw__check_allocator(const thaw_allocator *allocator)
{
    if (!allocator->alloc == !allocator->free) return THAW_OK;
    return thaw__fail(THAW_E_ARG, "allocator has %s without %s", allocator->alloc ? "alloc" : "free",
                      allocator->alloc ? "free" : "alloc");
}

#endif
