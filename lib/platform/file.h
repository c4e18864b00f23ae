/* SPDX-License-Identifier: Apache-2.0
 * Files: read, map, and replace atomically (a reader, or a crash, finds the old bytes or the new ones, never a
 * mixture). */
#ifndef THAW_PLATFORM_FILE_H
#define THAW_PLATFORM_FILE_H

#include <stddef.h>

#include "thaw/thaw_status.h"

/** The bytes of a file: allocated (mapped 0), or mapped privately, copy on write (mapped 1). */
typedef struct thaw__file {
    char *bytes;
    size_t size;
    int mapped;
} thaw__file;

/** Read a regular file, or a pipe, socket or terminal to its end; a zero byte follows, which size does not count. The
 *  message of THAW_E_IO has the path and the reason of the system. A pipe that nobody writes to is empty. */
thaw_status thaw__file_read(thaw__file *out, const char *path, const thaw_allocator *allocator);

/** Map a regular file, copy on write. An empty file gives size 0. */
thaw_status thaw__file_map(thaw__file *out, const char *path);

void thaw__file_close(thaw__file *file, const thaw_allocator *allocator);

typedef struct thaw__span {
    const void *bytes;
    size_t size;
} thaw__span;

/** Replace path by the concatenated spans: write a temporary file in the same folder, fsync, rename, fsync the folder.
 *  On THAW_E_IO the old file is unchanged and the temporary file removed. THAW_E_IO if path exists and is not a regular
 *  file.
 *
 *  The new file takes the permission bits and the group of the old one, but no setuid, setgid or sticky bit, and no
 *  bits of the group if that group cannot be kept. Until it is complete, only its owner can read it. A symbolic link to
 *  a regular file is replaced, not followed, by a file of the default permissions without those that the link's file
 *  lacks. Temporary files of killed saves in the folder are removed. */
thaw_status thaw__file_save(const char *path, const thaw__span *spans, size_t n, const thaw_allocator *allocator);

/** THAW_E_IO "cannot VERB PATH: REASON", with the reason in errno. */
thaw_status thaw__io_error(const char *verb, const char *path);

#endif
