/* SPDX-License-Identifier: Apache-2.0
 * Reading files by POSIX calls. */
#define _POSIX_C_SOURCE 200809L
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "status.h"

thaw_status thaw__io_error(const char *verb, const char *path)
{
    char text[128];
    int code = errno;
    if (strerror_r(code, text, sizeof text) != 0) snprintf(text, sizeof text, "error %d", code);
    return thaw__fail(THAW_E_IO, "cannot %s %.300s: %s", verb, path, text);
}

/* O_NONBLOCK: opening a pipe without a writer would block for ever. It has no effect on regular files. */
static thaw_status open_file(int *fd, struct stat *info, const char *path)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0) return thaw__io_error("open", path);
    if (fstat(*fd, info) == 0) return THAW_OK;
    const thaw_status st = thaw__io_error("examine", path);
    close(*fd);
    return st;
}

/* Read to the end, into memory for `expected` bytes that grows if there are more. */
static thaw_status read_all(thaw__file *out, int fd, size_t expected, const char *path, const thaw_allocator *allocator)
{
    size_t capacity = 0;
    for (ssize_t got = 1; got != 0;) {
        THAW__TRY(thaw__grow(allocator, &out->bytes, &capacity, out->size, expected + 1, 1));
        const size_t room = capacity - out->size - 1;
        got = read(fd, out->bytes + out->size, room < (1u << 30) ? room : 1u << 30);
        if (got < 0 && errno != EINTR) return thaw__io_error("read", path);
        if (got > 0) out->size += (size_t)got;
        if (out->size + 1 == capacity) expected = capacity; /* grow */
    }
    out->bytes[out->size] = 0;
    return THAW_OK;
}

thaw_status thaw__file_read(thaw__file *out, const char *path, const thaw_allocator *allocator)
{
    int fd;
    struct stat info;
    *out = (thaw__file){0};
    THAW__TRY(open_file(&fd, &info, path));

    thaw_status st = THAW_OK;
    const int is_stream = S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || isatty(fd);
    const uintmax_t size = is_stream ? 0 : (uintmax_t)info.st_size;
    if (!is_stream && !S_ISREG(info.st_mode))
        st = thaw__fail(THAW_E_IO, "%.300s is not a regular file or a pipe", path);
    else if (is_stream && fcntl(fd, F_SETFL, 0) != 0) st = thaw__io_error("read", path);
    else if (size >= SIZE_MAX / 2) st = THAW_E_NOMEM;
    else st = read_all(out, fd, size ? (size_t)size + 1 : 1 << 16, path, allocator);
    close(fd);
    if (st != THAW_OK) thaw__file_close(out, allocator);
    return st;
}

static thaw_status open_regular(int *fd, size_t *size, const char *path)
{
    struct stat info;
    THAW__TRY(open_file(fd, &info, path));
    *size = (size_t)info.st_size;
    if (S_ISREG(info.st_mode)) return THAW_OK;
    close(*fd);
    return thaw__fail(THAW_E_IO, "%.300s is not a regular file", path);
}

thaw_status thaw__file_map(thaw__file *out, const char *path)
{
    int fd;
    size_t size;
    *out = (thaw__file){.mapped = 1};
    THAW__TRY(open_regular(&fd, &size, path));

    void *bytes = size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) : NULL;
    thaw_status st = bytes == MAP_FAILED ? thaw__io_error("map", path) : THAW_OK;
    close(fd);
    if (st == THAW_OK) *out = (thaw__file){bytes, size, 1};
    return st;
}

void thaw__file_close(thaw__file *file, const thaw_allocator *allocator)
{
    if (!file->bytes) return;
    if (file->mapped) munmap(file->bytes, file->size);
    else thaw__free(allocator, file->bytes);
    *file = (thaw__file){0};
}
