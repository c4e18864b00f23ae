/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_alloc.h"
#include "run_suite.h"
#include "status.h"
#include "temp_file.h"

static failing_alloc f;

static void setup(void)
{
    failing_alloc_init(&f, 0);
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
    ck_assert_str_eq(file.bytes, text); /* ends with a zero byte */
    thaw__file_close(&file, &f.allocator);
}

static thaw_status save(const char *path, const char *text)
{
    const thaw__span span = {text, strlen(text)};
    return thaw__file_save(path, &span, 1, &f.allocator);
}

START_TEST(read_gives_the_bytes_and_a_zero_byte)
{
    assert_holds(temp_file("hello", "hello\n", 6), "hello\n");
    assert_holds(temp_file("empty", "", 0), "");
}
END_TEST

START_TEST(read_names_the_path_and_the_reason)
{
    thaw__file file;
    const char *path = temp_path("absent");
    ck_assert_int_eq(thaw__file_read(&file, path, &f.allocator), THAW_E_IO);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), path));
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "No such file"));
    ck_assert_ptr_null(file.bytes);
    thaw__file_close(&file, &f.allocator);
}
END_TEST

START_TEST(folders_and_devices_are_refused_and_pipes_without_a_writer_do_not_wait)
{
    thaw__file file;
    const char *pipe = temp_path("pipe");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    const char *const paths[] = {"/", "/dev/null", pipe};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(thaw__file_map(&file, paths[i]), THAW_E_IO);
        ck_assert_int_eq(save(paths[i], "x"), THAW_E_IO);
        if (i < 2) ck_assert_int_eq(thaw__file_read(&file, paths[i], &f.allocator), THAW_E_IO);
        else assert_holds(pipe, "");
    }
    unlink(pipe);
}
END_TEST

/* 200,000 bytes, more than a pipe or the first block of memory holds, from a child. */
START_TEST(a_pipe_is_read_to_its_end)
{
    enum { BYTES = 200000 };
    int ends[2];
    char path[32];
    static char text[BYTES];
    thaw__file file;
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) _exit(write(ends[1], text, sizeof text) != BYTES);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    ck_assert_int_eq(thaw__file_read(&file, path, &f.allocator), THAW_OK);
    ck_assert_uint_eq(file.size, BYTES);
    ck_assert_int_eq(memcmp(file.bytes, text, BYTES), 0);
    ck_assert_int_eq(file.bytes[BYTES], 0);
    thaw__file_close(&file, &f.allocator);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(read_without_memory_leaks_nothing)
{
    thaw__file file;
    const char *path = temp_file("hello", "hello", 5);
    failing_alloc_init(&f, 1);
    ck_assert_int_eq(thaw__file_read(&file, path, &f.allocator), THAW_E_NOMEM);
    ck_assert_ptr_null(file.bytes);
}
END_TEST

START_TEST(writing_to_a_mapping_does_not_reach_the_file)
{
    thaw__file file;
    const char *path = temp_file("mapped", "hello", 5);
    ck_assert_int_eq(thaw__file_map(&file, path), THAW_OK);
    ck_assert_uint_eq(file.size, 5);
    file.bytes[0] = 'j';
    assert_holds(path, "hello");
    thaw__file_close(&file, &f.allocator);
    ck_assert_int_eq(thaw__file_map(&file, temp_file("empty", "", 0)), THAW_OK);
    ck_assert_uint_eq(file.size, 0);
    thaw__file_close(&file, &f.allocator);
}
END_TEST

/* A save renames a new file and does not change the old one, so a reader that has opened it gets the old bytes. */
START_TEST(a_reader_during_a_save_gets_the_old_bytes)
{
    thaw__file file;
    const char *path = temp_file("read", "old", 3);
    ck_assert_int_eq(thaw__file_map(&file, path), THAW_OK);
    ck_assert_int_eq(save(path, "new!"), THAW_OK);
    ck_assert_mem_eq(file.bytes, "old", 3);
    assert_holds(path, "new!");
    thaw__file_close(&file, &f.allocator);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("file");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, read_gives_the_bytes_and_a_zero_byte);
    tcase_add_test(tc, read_names_the_path_and_the_reason);
    tcase_add_test(tc, folders_and_devices_are_refused_and_pipes_without_a_writer_do_not_wait);
    tcase_add_test(tc, a_pipe_is_read_to_its_end);
    tcase_add_test(tc, read_without_memory_leaks_nothing);
    tcase_add_test(tc, writing_to_a_mapping_does_not_reach_the_file);
    tcase_add_test(tc, a_reader_during_a_save_gets_the_old_bytes);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
