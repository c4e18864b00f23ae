/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

/* What all examples do with a status that is not THAW_OK: say why and leave. A real program would choose. */

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

/** The same for what an example expects to hold. */
static inline void expect(int holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "expected: %s\n", what);
    exit(1);
}

#endif
