/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_SUPPORT_SIZE_H
#define THAW_CLI_SUPPORT_SIZE_H

/* How much of a user is known: a number, or a part of what there is. */

#include <stdint.h>

enum { MOST_SUPPORTS = 16 };

typedef struct support_size {
    int64_t count; /* -1: part decides */
    double part;   /* 0 … 1 */
    char text[24]; /* "5", "all", "80%" */
} support_size;

/** Read "5", "all" or "80%": 0, or 1 if it is none of them. */
int support_size_read(support_size *out, const char *text);

/** How many of n that is: at most n, a part rounded down. */
int64_t support_size_of(const support_size *size, int64_t n);

#endif
