/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "temp_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

static char folder[PATH_BYTES / 2];

static int is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void remove_folder(void)
{
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[PATH_BYTES * 2];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!is_dots(entry->d_name) && unlink(path) != 0) rmdir(path);
    }
    closedir(dir);
    rmdir(folder);
}

static void make_folder(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/thaw-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder)) abort();
    atexit(remove_folder);
}

const char *temp_path(const char *name)
{
    static char paths[8][PATH_BYTES];
    static unsigned next;
    if (!folder[0]) make_folder();
    char *path = paths[next++ % 8];
    snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    return path;
}

const char *temp_file(const char *name, const void *bytes, size_t n)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) abort();
    return path;
}

void temp_each(void (*visit)(const char *name))
{
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (!is_dots(entry->d_name)) visit(entry->d_name);
    closedir(dir);
}

static int n_files;

static void count_file(const char *name)
{
    (void)name;
    n_files++;
}

int temp_count(void)
{
    n_files = 0;
    temp_each(count_file);
    return n_files;
}
