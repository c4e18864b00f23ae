/* SPDX-License-Identifier: Apache-2.0
 * A borrowed string with a length; it need not end with a zero byte. */
#ifndef THAW_DATA_TEXT_H
#define THAW_DATA_TEXT_H

#include <stddef.h>
#include <string.h>

typedef struct thaw__text {
    const char *at; /* NULL: not given */
    size_t n;
} thaw__text;

static inline thaw__text thaw__text_of(const char *string)
{
    return (thaw__text){string, string ? strlen(string) : 0};
}

static inline int thaw__text_is(thaw__text text, const char *string)
{
    return strncmp(text.at, string, text.n) == 0 && string[text.n] == 0;
}

#endif
