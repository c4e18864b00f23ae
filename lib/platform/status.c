/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

enum { REASON_BYTES = 512 };

static _Thread_local char reason[REASON_BYTES];

/* Keep the promise of one line of UTF-8, whatever the words quote and wherever they were cut. */
static void tidy(void)
{
    size_t n = strlen(reason);
    const int cut = n == REASON_BYTES - 1;
    for (int back = 0; cut && back < 4 && !thaw__utf8_valid(reason, n); back++) reason[--n] = 0;
    const int valid = thaw__utf8_valid(reason, n);
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = (unsigned char)reason[i];
        if (byte < 0x20 || byte == 0x7f) reason[i] = ' ';
        else if (byte >= 0x80 && !valid) reason[i] = '?';
    }
}

thaw_status thaw__fail(thaw_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    tidy();
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
    tidy();
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
