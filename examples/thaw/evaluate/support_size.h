/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_SUPPORT_SIZE_H
#define THAW_CLI_SUPPORT_SIZE_H

/* The size of a support: a number of items, or a part of all. */

#include <jansson.h>
#include <stdint.h>

enum { MAX_SUPPORTS = 16 };

typedef struct support_size {
    int64_t count; /* -1: use part */
    double part;   /* 0 … 1 */
    char text[24]; /* "5", "all", "80%" */
} support_size;

/** Parse "5", "all" or "80%": 0, or 1 if the text is invalid. */
int support_size_read(support_size *out, const char *text);

/** The size of the support of n items: at most n, a part is rounded down. */
int64_t support_size_of(const support_size *size, int64_t n);

/** Set object["support"]: the number, or the text of a part. */
void support_size_to_json(json_t *object, const support_size *size);

#endif
