/* SPDX-License-Identifier: Apache-2.0
 * Files of a test, in a folder of its own that goes away with the process. */
#ifndef TEMP_FILE_H
#define TEMP_FILE_H

#include <stddef.h>

/** The path of `name` in the test's folder; lent until the eighth call after this one. */
const char *temp_path(const char *name);

/** The same, after writing n bytes there. */
const char *temp_file(const char *name, const void *bytes, size_t n);

/** How many files the folder holds. */
int temp_count(void);

#endif
