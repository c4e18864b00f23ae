/* SPDX-License-Identifier: Apache-2.0
 * Messages and names of codes. */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

enum { MESSAGE_BYTES = 512 };

static _Thread_local char message[MESSAGE_BYTES];

/* Make the message one line of valid UTF-8: it may quote any bytes, and may have been truncated. */
static void clean_message(void)
{
    size_t n = strlen(message);
    const int cut = n == MESSAGE_BYTES - 1;
    for (int back = 0; cut && back < 4 && !thaw__utf8_valid(message, n); back++) message[--n] = 0;
    const int valid = thaw__utf8_valid(message, n);
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = (unsigned char)message[i];
        if (byte < 0x20 || byte == 0x7f) message[i] = ' ';
        else if (byte >= 0x80 && !valid) message[i] = '?';
    }
}

thaw_status thaw__fail(thaw_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    clean_message();
    return code;
}

thaw_status thaw__fail_in(thaw_status code, const char *format, ...)
{
    char inner[MESSAGE_BYTES];
    memcpy(inner, message, sizeof inner);

    va_list args;
    va_start(args, format);
    int used = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (used >= 0 && used < MESSAGE_BYTES) snprintf(message + used, sizeof message - (size_t)used, "%s", inner);
    clean_message();
    return code;
}

const char *thaw__last_error(void)
{
    return message;
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
