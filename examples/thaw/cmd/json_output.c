/* SPDX-License-Identifier: Apache-2.0 */
#include "json_output.h"

#include <math.h>

#include "cli.h"

void json_out_real(json_t *object, const char *name, double value)
{
    if (isfinite(value)) json_object_set_new(object, name, json_real(value));
}

void json_out_integer(json_t *object, const char *name, long long value)
{
    json_object_set_new(object, name, json_integer(value));
}

void json_out_text(json_t *object, const char *name, const char *value)
{
    json_object_set_new(object, name, json_string(value));
}

static int print(json_t *object, size_t flags)
{
    const int bad = json_dumpf(object, stdout, flags | JSON_REAL_PRECISION(9));
    json_decref(object);
    putchar('\n');
    return bad ? cli_failf("the result cannot be written as JSON") : 0;
}

int json_out_print(json_t *object)
{
    return print(object, JSON_INDENT(2)) || cli_finish();
}

int json_out_line(json_t *object)
{
    return print(object, 0);
}
