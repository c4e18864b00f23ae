/* SPDX-License-Identifier: Apache-2.0
 * Replacing a file: a temporary file in the same folder is written, synchronised and renamed.
 *
 * The temporary is ".thaw-", 16 random digits, ".tmp". It has mode 0600 until it is complete, and is locked by flock()
 * until it is renamed. So a temporary that can be locked belongs to a save that was killed; the next save in the folder
 * removes it. A lock ends with its process, whatever ended it. */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entropy.h"
#include "file.h"
#include "mem.h"
#include "status.h"

enum { NAME_BYTES = sizeof ".thaw-0123456789abcdef.tmp", PRIVATE = 0600, ANYBODY = 0666, GROUP = 070, BITS = 0777 };
enum { TRIES = 100 };

/* A file that is being written. */
typedef struct temporary {
    char *path; /* the folder of the target, then the name */
    char *name; /* [NAME_BYTES] in path */
    int fd;
    mode_t new_mode; /* bits of a file that replaces none */
} temporary;

/* THAW_E_IO if path exists and is not a regular file: rename() would remove a device such as /dev/null. */
static thaw_status check_regular(const char *path)
{
    struct stat old;
    if (stat(path, &old) != 0 || S_ISREG(old.st_mode)) return THAW_OK;
    return thaw__fail(THAW_E_IO, "%.300s is not a regular file", path);
}

/* ---- the temporary file ---------------------------------------------------------------------------------------- */

/* The path of a temporary beside `path`, still without a name. */
static thaw_status place(temporary *t, const char *path, const thaw_allocator *allocator)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    *t = (temporary){.path = thaw__alloc(allocator, folder + NAME_BYTES, 1), .fd = -1, .new_mode = PRIVATE};
    if (!t->path) return THAW_E_NOMEM;
    memcpy(t->path, path, folder);
    t->name = t->path + folder;
    *t->name = 0;
    return THAW_OK;
}

/* Create a file with a new name; -1: failed. */
static int create(const temporary *t, mode_t mode)
{
    for (int tries = 0; tries < TRIES; tries++) {
        snprintf(t->name, NAME_BYTES, ".thaw-%016" PRIx64 ".tmp", thaw__entropy());
        const int fd = open(t->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* The bits that a new file gets here. An empty file shows them: the only call that reads the umask also sets it, for
 * all threads. */
static mode_t mode_of_new_file(const temporary *t)
{
    struct stat info;
    const int fd = create(t, ANYBODY);
    if (fd < 0) return PRIVATE;
    const mode_t mode = fstat(fd, &info) == 0 ? info.st_mode & BITS : PRIVATE;
    close(fd);
    unlink(t->path);
    return mode;
}

/* Lock a new file. 0: a save that removes stale files has found it first. A filesystem without locks has no stale
 * ones. */
static int lock(int fd)
{
    struct stat info;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
    return fstat(fd, &info) != 0 || info.st_nlink > 0;
}

static thaw_status open_temporary(temporary *t, const char *path)
{
    struct stat old;
    if (lstat(path, &old) != 0 || S_ISLNK(old.st_mode)) t->new_mode = mode_of_new_file(t);
    for (int tries = 0; tries < TRIES && (t->fd = create(t, PRIVATE)) >= 0; tries++) {
        if (lock(t->fd)) return THAW_OK;
        close(t->fd);
    }
    return thaw__io_error("create a temporary beside", path);
}

/* ---- stale files ----------------------------------------------------------------------------------------------- */

static int is_temporary(const char *name)
{
    char digits[17], again[NAME_BYTES];
    if (sscanf(name, ".thaw-%16[0-9a-f].tmp", digits) != 1) return 0;
    snprintf(again, sizeof again, ".thaw-%s.tmp", digits);
    return strlen(digits) == 16 && strcmp(name, again) == 0;
}

static void remove_if_stale(int folder, const char *name)
{
    struct stat info;
    const int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    const int is_ours = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid();
    if (is_ours && flock(fd, LOCK_EX | LOCK_NB) == 0) unlinkat(folder, name, 0);
    close(fd);
}

/* First, because a full disk may need the room. */
static void remove_stale(DIR *folder)
{
    for (struct dirent *entry; (entry = readdir(folder));)
        if (is_temporary(entry->d_name)) remove_if_stale(dirfd(folder), entry->d_name);
}

/* ---- saving ---------------------------------------------------------------------------------------------------- */

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(fd, bytes, size < (1u << 30) ? size : 1u << 30);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return -1;
        bytes += put;
        size -= (size_t)put;
    }
    return 0;
}

/* Group and permission bits of the file that is replaced. Bits of the group are dropped if the group cannot be kept.
 * Instead of a symbolic link comes a new file that has no bit which the link's file does not have. */
static int take_permissions(const temporary *t, const char *path)
{
    struct stat entry, old, mine;
    mode_t mode = t->new_mode;
    if (fstat(t->fd, &mine) != 0) return -1;
    if (lstat(path, &entry) == 0 && stat(path, &old) == 0) {
        mode = old.st_mode & (S_ISLNK(entry.st_mode) ? t->new_mode : BITS);
        if (old.st_gid != mine.st_gid && fchown(t->fd, (uid_t)-1, old.st_gid) != 0) mode &= ~(mode_t)GROUP;
    }
    return (mine.st_mode & BITS) == mode ? 0 : fchmod(t->fd, mode);
}

static thaw_status write_temporary(const temporary *t, const char *path, const thaw__span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (write_all(t->fd, spans[i].bytes, spans[i].size) != 0) return thaw__io_error("write", path);
    if (take_permissions(t, path) != 0) return thaw__io_error("set the permissions of", path);
    if (fsync(t->fd) != 0) return thaw__io_error("write", path);
    return rename(t->path, path) == 0 ? THAW_OK : thaw__io_error("replace", path);
}

/* folder: NULL if it cannot be listed. It is synchronised, so that the rename survives a power failure; errors are
 * ignored, because some filesystems cannot do it. */
static thaw_status save_in(DIR *folder, temporary *t, const char *path, const thaw__span *spans, size_t n)
{
    if (folder) remove_stale(folder);
    THAW__TRY(open_temporary(t, path));
    const thaw_status st = write_temporary(t, path, spans, n);
    if (st != THAW_OK) unlink(t->path);
    close(t->fd); /* after the rename: it ends the lock */
    if (st == THAW_OK && folder) fsync(dirfd(folder));
    return st;
}

thaw_status thaw__file_save(const char *path, const thaw__span *spans, size_t n, const thaw_allocator *allocator)
{
    temporary t;
    THAW__TRY(check_regular(path));
    THAW__TRY(place(&t, path, allocator));
    DIR *folder = opendir(*t.path ? t.path : ".");
    const thaw_status st = save_in(folder, &t, path, spans, n);
    if (folder) closedir(folder);
    thaw__free(allocator, t.path);
    return st;
}
