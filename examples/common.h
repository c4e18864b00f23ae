/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

/* Error handling of all examples: on a status that is not THAW_OK, print the reason and exit. */

#include <stdio.h>
#include <stdlib.h>

#include "thaw/thaw.h"

#define CHECK(call) check((call), #call)

static inline void check(thaw_status status, const char *call)
{
    if (status == THAW_OK) return;
    fprintf(stderr, "%s\n  %s: %s\n", call, thaw_status_text(status), thaw_last_error());
    exit(1);
}

/** Exit with a message if a condition does not hold. */
static inline void expect(int holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "expected: %s\n", what);
    exit(1);
}

#endif
