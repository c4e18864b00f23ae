/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REASON_BYTES = 512 };

static _Thread_local char reason[REASON_BYTES];

thaw_status thaw__fail(thaw_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return code;
}

thaw_status thaw__fail_in(thaw_status code, const char *format, ...)
{
    char inner[REASON_BYTES];
    memcpy(inner, reason, sizeof inner);

    va_list args;
    va_start(args, format);
    int used = vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    if (used >= 0 && used < REASON_BYTES) snprintf(reason + used, sizeof reason - (size_t)used, "%s", inner);
    return code;
}

const char *thaw__last_error(void)
{
    return reason;
}

const char *thaw__status_text(thaw_status code)
{
    static const char *const names[] = {"ok",
                                        "invalid argument",
                                        "out of range",
                                        "out of memory",
                                        "unknown name",
                                        "objects do not belong together",
                                        "input or output failed",
                                        "damaged or foreign bytes",
                                        "newer than this library",
                                        "numbers are not finite",
                                        "not supported",
                                        "cancelled",
                                        "buffer too small"};
    if (code < 0 || (size_t)code >= sizeof names / sizeof *names) return "unknown status";
    return names[code];
}
