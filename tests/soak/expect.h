/* SPDX-License-Identifier: Apache-2.0
 * What must be true, or the program ends with the reason. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <stdlib.h>

#include "thaw/thaw.h"

#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, thaw_last_error()); \
            exit(1); \
        } \
    } while (0)

#endif
