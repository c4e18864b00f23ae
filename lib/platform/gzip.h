/* SPDX-License-Identifier: Apache-2.0
 * Uncompressing gzip (RFC 1952) by zlib. */
#ifndef THAW_PLATFORM_GZIP_H
#define THAW_PLATFORM_GZIP_H

#include <stddef.h>

#include "thaw/thaw_status.h"

/** Whether bytes begin as gzip does. */
int thaw__is_gzip(const char *bytes, size_t size);

/** Uncompress all members into new memory, *out [*out_size] and a zero byte; thaw__free() it. zlib allocates from
 *  `allocator` too. THAW_E_FORMAT if the bytes are damaged or end early, or if other bytes follow. */
thaw_status thaw__gunzip(char **out, size_t *out_size, const char *bytes, size_t size, const thaw_allocator *allocator);

#endif
