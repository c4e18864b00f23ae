/* SPDX-License-Identifier: Apache-2.0
 * Files of a test, in a temporary folder that is removed at exit. */
#ifndef TEMP_FILE_H
#define TEMP_FILE_H

#include <stddef.h>

/** The path of `name` in the test's folder; valid until the eighth call after this one. */
const char *temp_path(const char *name);

/** Write n bytes to the file `name` and return its path. */
const char *temp_file(const char *name, const void *bytes, size_t n);

/** Call visit() with the name of every file in the folder. */
void temp_each(void (*visit)(const char *name));

/** The number of files in the folder. */
int temp_count(void);

#endif
