/* SPDX-License-Identifier: Apache-2.0
 * Files: read whole, mapped, or replaced so that a reader or a crash sees the old bytes or the new ones, never a mixture. */
#ifndef THAW_PLATFORM_FILE_H
#define THAW_PLATFORM_FILE_H

#include <stddef.h>

#include "thaw/thaw_status.h"

/** Bytes of a file: allocated (map 0) or mapped privately, so that writing to them copies a page (map 1). */
typedef struct thaw__file {
    char *bytes;
    size_t size;
    int mapped;
} thaw__file;

/** Read a regular file; the bytes are followed by a zero byte that size does not count.
 *  THAW_E_IO names the path and the system's reason. */
thaw_status thaw__file_read(thaw__file *out, const char *path, const thaw_allocator *allocator);

/** Map a regular file, copy on write. An empty file gives size 0. */
thaw_status thaw__file_map(thaw__file *out, const char *path);

void thaw__file_close(thaw__file *file, const thaw_allocator *allocator);

typedef struct thaw__span {
    const void *bytes;
    size_t size;
} thaw__span;

/** Replace path by the spans one after the other: temporary in the same folder, fsync, rename, fsync of the folder.
 *  On THAW_E_IO the old file is whole and the temporary is gone. A path that is there and is no regular file is refused;
 *  a symbolic link to a regular file is replaced, not followed. */
thaw_status thaw__file_save(const char *path, const thaw__span *spans, size_t n, const thaw_allocator *allocator);

#endif
