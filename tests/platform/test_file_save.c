/* SPDX-License-Identifier: Apache-2.0
 * The linker replaces write(), fsync() and rename() (--wrap), so that a save can be made to fail, wait or die at any of
 * them. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_alloc.h"
#include "file.h"
#include "run_suite.h"
#include "status.h"
#include "temp_file.h"

static failing_alloc f;

/* ---- system calls that fail ------------------------------------------------------------------------------------- */

ssize_t __real_write(int fd, const void *bytes, size_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

/* What happens at call number `at`, from 1. */
static struct {
    int at, calls;
    void (*act)(void);
} event;

static void on(int at, void (*act)(void))
{
    event.at = at, event.calls = 0, event.act = act;
}

/* -1 if the call fails. */
static int happen(void)
{
    if (++event.calls != event.at) return 0;
    event.act();
    return -1;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    return happen() ? -1 : __real_write(fd, bytes, n);
}

int __wrap_fsync(int fd)
{
    return happen() ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    return happen() ? -1 : __real_rename(from, to);
}

static void fill_disk(void)
{
    errno = ENOSPC;
}

static void die(void)
{
    raise(SIGKILL);
}

/* ---- helpers ---------------------------------------------------------------------------------------------------- */

static void setup(void)
{
    failing_alloc_init(&f, 0);
    on(0, NULL);
    umask(022);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

static void assert_holds(const char *path, const char *text)
{
    thaw__file file;
    ck_assert_int_eq(thaw__file_read(&file, path, &f.allocator), THAW_OK);
    ck_assert_uint_eq(file.size, strlen(text));
    ck_assert_str_eq(file.bytes, text);
    thaw__file_close(&file, &f.allocator);
}

static thaw_status save(const char *path, const char *text)
{
    const thaw__span span = {text, strlen(text)};
    return thaw__file_save(path, &span, 1, &f.allocator);
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    ck_assert_int_eq(lstat(path, &info), 0);
    return info.st_mode & 07777;
}

/* A process that is killed at a call of its save. */
static void killed_save(const char *path, int at)
{
    const pid_t child = fork();
    if (child == 0) {
        on(at, die);
        save(path, "never");
        _exit(0);
    }
    int state;
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    ck_assert(WIFSIGNALED(state));
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

START_TEST(save_writes_all_spans_and_replaces_the_file)
{
    const thaw__span spans[] = {{"one ", 4}, {"", 0}, {"two", 3}};
    const char *path = temp_file("saved", "something much longer", 21);
    const int before = temp_count();
    ck_assert_int_eq(thaw__file_save(path, spans, 3, &f.allocator), THAW_OK);
    assert_holds(path, "one two");
    ck_assert_int_eq(temp_count(), before);
    ck_assert_int_eq(thaw__file_save(path, NULL, 0, &f.allocator), THAW_OK);
    assert_holds(path, "");
}
END_TEST

START_TEST(save_keeps_the_permissions_of_the_file)
{
    struct stat info;
    const char *path = temp_file("secret", "old", 3);
    ck_assert_int_eq(chmod(path, 0600), 0);
    ck_assert_int_eq(save(path, "new"), THAW_OK);
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_eq(info.st_mode & 0777, 0600);
}
END_TEST

START_TEST(save_without_a_folder_or_memory_fails_cleanly)
{
    ck_assert_int_eq(save(temp_path("absent/file"), "x"), THAW_E_IO);
    failing_alloc_init(&f, 1);
    ck_assert_int_eq(save(temp_path("file"), "x"), THAW_E_NOMEM);
}
END_TEST

/* As on a full disk: a limit of 4096 bytes for files of the process interrupts the writing. */
START_TEST(an_interrupted_save_leaves_the_old_file_complete)
{
    static char large[100000];
    memset(large, 'x', sizeof large - 1);
    const char *path = temp_file("model", "old and valid", 13);
    const int before = temp_count();
    struct rlimit old, small;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 4096;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    const thaw_status st = save(path, large);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);

    ck_assert_int_eq(st, THAW_E_IO);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "File too large"));
    assert_holds(path, "old and valid");
    ck_assert_int_eq(temp_count(), before);
}
END_TEST

START_TEST(a_file_that_replaces_none_has_the_default_permissions)
{
    const char *path = temp_path("fresh");
    umask(027);
    ck_assert_int_eq(save(path, "x"), THAW_OK);
    ck_assert_uint_eq(mode_of(path), 0640);
    umask(022);
    const char *second = temp_path("second");
    ck_assert_int_eq(save(second, "x"), THAW_OK);
    ck_assert_uint_eq(mode_of(second), 0644);
}
END_TEST

START_TEST(setuid_setgid_and_sticky_are_not_taken_over)
{
    const char *path = temp_file("special", "old", 3);
    ck_assert_int_eq(chmod(path, 07755), 0);
    ck_assert_int_eq(save(path, "new"), THAW_OK);
    ck_assert_uint_eq(mode_of(path), 0755);
}
END_TEST

/* What a link leads to can restrict the new file and cannot open it to more people. */
START_TEST(a_link_is_replaced_by_a_file_with_no_bit_that_its_target_lacks)
{
    static const mode_t modes[][2] = {{0600, 0600}, {0777, 0644}, {0640, 0640}};
    const char *target = temp_file("target", "old", 3), *link = temp_path("link");
    for (size_t k = 0; k < sizeof modes / sizeof *modes; k++) {
        ck_assert_int_eq(chmod(target, modes[k][0]), 0);
        ck_assert_int_eq(symlink(target, link), 0);
        ck_assert_int_eq(save(link, "new"), THAW_OK);
        ck_assert_uint_eq(mode_of(link), modes[k][1]);
        assert_holds(link, "new");
        assert_holds(target, "old");
        ck_assert_int_eq(unlink(link), 0);
    }
}
END_TEST

/* ---- the temporary file ---- */

static mode_t seen_mode;
static char seen_name[300];

static void look(const char *name)
{
    if (strncmp(name, ".thaw-", 6) != 0) return;
    strcpy(seen_name, name);
    seen_mode = mode_of(temp_path(name));
}

static void look_and_fail(void)
{
    temp_each(look);
    errno = EIO;
}

START_TEST(the_temporary_is_private_until_it_is_complete)
{
    const char *path = temp_file("public", "old", 3);
    umask(0);
    ck_assert_int_eq(chmod(path, 0666), 0);
    on(1, look_and_fail);
    ck_assert_int_eq(save(path, "new"), THAW_E_IO);
    ck_assert_uint_eq(seen_mode, 0600);
    umask(022);
}
END_TEST

START_TEST(names_of_temporaries_are_short_and_differ)
{
    char first[sizeof seen_name];
    const char *path = temp_path("a name of which nothing is in the temporary's");
    on(1, look_and_fail);
    ck_assert_int_eq(save(path, "new"), THAW_E_IO);
    ck_assert_uint_eq(strlen(seen_name), strlen(".thaw-0123456789abcdef.tmp"));
    strcpy(first, seen_name);
    on(1, look_and_fail);
    ck_assert_int_eq(save(path, "new"), THAW_E_IO);
    ck_assert_str_ne(seen_name, first);
}
END_TEST

START_TEST(the_longest_name_can_be_saved)
{
    char name[256];
    memset(name, 'n', 255);
    name[255] = 0;
    const char *path = temp_path(name);
    ck_assert_int_eq(save(path, "x"), THAW_OK);
    assert_holds(path, "x");
}
END_TEST

/* ---- failures ---- */

/* 1 write, 2 fsync of the file, 3 rename; the fsync of the folder may fail. */
START_TEST(a_full_disk_at_any_call_leaves_the_old_file_complete)
{
    const char *path = temp_file("model", "old", 3);
    const int before = temp_count();
    on(_i, fill_disk);
    ck_assert_int_eq(save(path, "new"), THAW_E_IO);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "No space left on device"));
    assert_holds(path, "old");
    ck_assert_int_eq(temp_count(), before);
}
END_TEST

START_TEST(the_folder_may_be_unable_to_synchronise)
{
    const char *path = temp_file("model", "old", 3);
    on(4, fill_disk);
    ck_assert_int_eq(save(path, "new"), THAW_OK);
    ck_assert_int_eq(event.calls, 4);
    assert_holds(path, "new");
}
END_TEST

/* As nobody if the test runs as root, who may write everywhere. */
START_TEST(a_read_only_folder_is_an_error_that_names_the_reason)
{
    const char *path = temp_file("model", "old", 3);
    char folder[512];
    strcpy(folder, path);
    *strrchr(folder, '/') = 0;
    ck_assert_int_eq(chmod(folder, 0555), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);
        _exit(save(path, "new") != THAW_E_IO || !strstr(thaw__last_error(), "Permission denied"));
    }
    int state;
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    ck_assert_int_eq(chmod(folder, 0700), 0);
    ck_assert_int_eq(state, 0);
    assert_holds(path, "old");
}
END_TEST

/* ---- killed saves ---- */

START_TEST(what_a_killed_save_leaves_is_removed_by_the_next)
{
    const char *path = temp_file("model", "old", 3);
    const int before = temp_count();
    killed_save(path, _i);
    assert_holds(path, "old");
    ck_assert_int_eq(temp_count(), before + 1);
    ck_assert_int_eq(save(path, "new"), THAW_OK);
    ck_assert_int_eq(temp_count(), before);
    assert_holds(path, "new");
}
END_TEST

static int started[2], proceed[2];

/* A save of another process waits in the middle. */
static void wait_in_save(void)
{
    char c = 'x';
    if (__real_write(started[1], &c, 1) != 1 || read(proceed[0], &c, 1) != 1) _exit(2);
    errno = EINTR; /* write again */
}

START_TEST(a_save_in_progress_keeps_its_temporary)
{
    char c;
    int state;
    const char *path = temp_file("model", "old", 3);
    const int before = temp_count();
    ck_assert(pipe(started) == 0 && pipe(proceed) == 0);
    const pid_t child = fork();
    if (child == 0) {
        on(1, wait_in_save);
        _exit(save(path, "from the other process") != THAW_OK);
    }
    ck_assert_int_eq(read(started[0], &c, 1), 1);
    ck_assert_int_eq(temp_count(), before + 1);
    ck_assert_int_eq(save(path, "from this process"), THAW_OK);
    ck_assert_int_eq(temp_count(), before + 1);
    ck_assert_int_eq(__real_write(proceed[1], "x", 1), 1);
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    ck_assert_int_eq(state, 0);
    assert_holds(path, "from the other process");
    ck_assert_int_eq(temp_count(), before);
}
END_TEST

/* Names that only look like temporaries, and a link with the name of one. */
START_TEST(other_files_are_never_removed)
{
    const char *path = temp_file("model", "old", 3), *link = temp_path(".thaw-0123456789abcdef.tmp");
    temp_file(".thaw-config", "x", 1);
    temp_file(".thaw-0123456789abcde.tmp", "x", 1);
    temp_file(".thaw-0123456789abcdef.tmp2", "x", 1);
    temp_file(".thaw-0123456789ABCDEF.tmp", "x", 1);
    ck_assert_int_eq(symlink(path, link), 0);
    const int before = temp_count();
    ck_assert_int_eq(save(path, "new"), THAW_OK);
    ck_assert_int_eq(temp_count(), before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("file save");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, save_writes_all_spans_and_replaces_the_file);
    tcase_add_test(tc, save_keeps_the_permissions_of_the_file);
    tcase_add_test(tc, a_file_that_replaces_none_has_the_default_permissions);
    tcase_add_test(tc, setuid_setgid_and_sticky_are_not_taken_over);
    tcase_add_test(tc, a_link_is_replaced_by_a_file_with_no_bit_that_its_target_lacks);
    tcase_add_test(tc, the_temporary_is_private_until_it_is_complete);
    tcase_add_test(tc, names_of_temporaries_are_short_and_differ);
    tcase_add_test(tc, the_longest_name_can_be_saved);
    tcase_add_test(tc, save_without_a_folder_or_memory_fails_cleanly);
    tcase_add_test(tc, an_interrupted_save_leaves_the_old_file_complete);
    tcase_add_loop_test(tc, a_full_disk_at_any_call_leaves_the_old_file_complete, 1, 4);
    tcase_add_test(tc, the_folder_may_be_unable_to_synchronise);
    tcase_add_test(tc, a_read_only_folder_is_an_error_that_names_the_reason);
    tcase_add_loop_test(tc, what_a_killed_save_leaves_is_removed_by_the_next, 1, 4);
    tcase_add_test(tc, a_save_in_progress_keeps_its_temporary);
    tcase_add_test(tc, other_files_are_never_removed);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
