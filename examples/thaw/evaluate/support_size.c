/* SPDX-License-Identifier: Apache-2.0 */
#include "support_size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_output.h"

int support_size_read(support_size *out, const char *text)
{
    char *end;
    const double x = strtod(text, &end);
    if (strlen(text) >= sizeof out->text) return 1;
    strcpy(out->text, text);
    out->count = -1;
    out->part = 1;
    if (strcmp(text, "all") == 0) return 0;
    if (end == text || !(x >= 0)) return 1;
    if (strcmp(end, "%") == 0) {
        out->part = x / 100;
        return x > 100;
    }
    if (*end || x > 1e9 || x != floor(x)) return 1;
    out->count = (int64_t)x;
    return 0;
}

int64_t support_size_of(const support_size *size, int64_t n)
{
    const int64_t count = size->count >= 0 ? size->count : (int64_t)(size->part * (double)n + 1e-9);
    return count < n ? count : n;
}

void support_size_to_json(json_t *object, const support_size *size)
{
    if (size->count >= 0) json_out_integer(object, "support", size->count);
    else json_out_text(object, "support", size->text);
}
