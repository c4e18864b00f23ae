/* SPDX-License-Identifier: Apache-2.0
 * Failure in one place: a code for the caller to decide on and one line of text, kept per thread and without allocating. */
#ifndef THAW_PLATFORM_STATUS_H
#define THAW_PLATFORM_STATUS_H

#include "thaw/thaw_status.h"

/** Record why a call fails and return the code. The text names the value and the bound, on one line, without a full stop. */
thaw_status thaw__fail(thaw_status code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/** Put words in front of the recorded reason, such as "line 3: "; returns code unchanged. */
thaw_status thaw__fail_in(thaw_status code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/** The recorded reason of this thread. */
const char *thaw__last_error(void);

/** The name of a code. */
const char *thaw__status_text(thaw_status code);

/** Return early with the status of an inner call that failed. */
#define THAW__TRY(call)                                                                                                \
    do {                                                                                                               \
        thaw_status try_ = (call);                                                                                     \
        if (try_ != THAW_OK) return try_;                                                                              \
    } while (0)

/** Leave through the function's release path; needs a local `st` and a label `fail`. */
#define THAW__TRY_GOTO(call)                                                                                           \
    do {                                                                                                               \
        st = (call);                                                                                                   \
        if (st != THAW_OK) goto fail;                                                                                  \
    } while (0)

#endif
