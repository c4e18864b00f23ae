/* SPDX-License-Identifier: Apache-2.0
 * Errors: a code, and one line of text that is stored per thread without allocation. */
#ifndef THAW_PLATFORM_STATUS_H
#define THAW_PLATFORM_STATUS_H

#include "thaw/thaw_status.h"

/** Set the message of this thread and return the code. A message is one line that names the value and the bound,
 *  without a full stop. */
thaw_status thaw__fail(thaw_status code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/** Put text in front of the message, such as "line 3: "; returns the code. */
thaw_status thaw__fail_in(thaw_status code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/** The message of this thread. */
const char *thaw__last_error(void);

/** The name of a code. */
const char *thaw__status_text(thaw_status code);

/** Return the status of a call that failed. */
#define THAW__TRY(call) \
    do { \
        thaw_status try_ = (call); \
        if (try_ != THAW_OK) return try_; \
    } while (0)

/** Go to the label `fail` if a call fails; sets the local variable `st`. */
#define THAW__TRY_GOTO(call) \
    do { \
        st = (call); \
        if (st != THAW_OK) goto fail; \
    } while (0)

#endif
