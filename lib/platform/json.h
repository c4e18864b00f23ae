/* SPDX-License-Identifier: Apache-2.0
 * JSON (RFC 8259) read in place. A text is checked once; its values are then pointers into it, so that reading takes no
 * memory but that of decoded strings, and time in proportion to the text. jansson builds a tree of many times the size,
 * by malloc() and not by the allocator of the host, and takes a lack of memory inside a string for an error of syntax.
 */
#ifndef THAW_PLATFORM_JSON_H
#define THAW_PLATFORM_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "thaw/thaw_status.h"

enum { THAW__JSON_DEPTH = 16, THAW__JSON_MEMBERS = 128 }; /* bounds of nesting, and of the members of an object */

/** A value in a checked text; at is NULL if there is none, which every function accepts. */
typedef struct thaw__json {
    const char *at;
} thaw__json;

/** Check that text [n] is one object in UTF-8, whose objects have distinct keys, without the character 0. `what` names
 *  it in the message of THAW_E_FORMAT. */
thaw_status thaw__json_check(thaw__json *out, const char *text, size_t n, const char *what);

/** Steps through an array or an object: for (thaw__json_cursor c = thaw__json_begin(x); thaw__json_next(&c);). */
typedef struct thaw__json_cursor {
    const char *rest;
    thaw__json key; /* in an object */
    thaw__json value;
} thaw__json_cursor;

thaw__json_cursor thaw__json_begin(thaw__json container);
int thaw__json_next(thaw__json_cursor *c);

int thaw__json_is_object(thaw__json x);
int thaw__json_is_array(thaw__json x);
int thaw__json_is_string(thaw__json x);

/** The member with this key, which has no character that JSON escapes. */
thaw__json thaw__json_get(thaw__json object, const char *key);

/** Number of values of an array or object; else 0. */
size_t thaw__json_size(thaw__json x);

/** Whether x is a string equal to text, which has no character that JSON escapes. */
int thaw__json_equals(thaw__json x, const char *text);

/** Copy a string without escapes of fewer than `capacity` bytes: 1; else out is "" and the result 0. */
int thaw__json_copy(char *out, size_t capacity, thaw__json x);

/** 1 if x is a number, or an integer of 64 bits; else 0, and *out is unchanged. */
int thaw__json_number(double *out, thaw__json x);
int thaw__json_integer(int64_t *out, thaw__json x);

/** A string as UTF-8 of *n bytes and a zero byte, to be freed with the allocator; NULL if x is no string.
 *  @return THAW_E_NOMEM */
thaw_status thaw__json_string(char **out, size_t *n, thaw__json x, const thaw_allocator *allocator);

#endif
