/* SPDX-License-Identifier: Apache-2.0 */
#include "notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

thaw_status thaw__note(thaw_data *data, const char *format, ...)
{
    char text[256];
    int64_t row;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return thaw__keymap_add(&data->notes, &row, text, strlen(text));
}
