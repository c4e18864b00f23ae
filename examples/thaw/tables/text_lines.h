/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_TEXT_LINES_H
#define THAW_CLI_TEXT_LINES_H

/* The lines of a text file, such as one key a line. */

#include <stdint.h>

typedef struct text_lines {
    char **lines; /* [n] without line breaks; empty lines are left out */
    int64_t n;
} text_lines;

/** Read a file: 0, or 1 with a message. */
int text_lines_read(text_lines *out, const char *path);
void text_lines_free(text_lines *lines);

#endif
