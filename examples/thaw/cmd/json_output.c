/* SPDX-License-Identifier: Apache-2.0 */
#include "json_output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void json_out_real(json_t *object, const char *name, double value)
{
    if (isfinite(value)) json_object_set_new(object, name, json_real(value));
}

void json_out_float_text(char out[JSON_OUT_FLOAT], float value)
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(out, JSON_OUT_FLOAT, "%.*g", digits, (double)value);
        if (strtof(out, NULL) == value) break;
    }
}

void json_out_float(json_t *object, const char *name, float value)
{
    char text[JSON_OUT_FLOAT];
    json_out_float_text(text, value);
    json_out_real(object, name, strtod(text, NULL));
}

void json_out_integer(json_t *object, const char *name, long long value)
{
    json_object_set_new(object, name, json_integer(value));
}

void json_out_text(json_t *object, const char *name, const char *value)
{
    json_object_set_new(object, name, json_string(value));
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

/* The shortest decimal number that reads back as the same double, with a point or an exponent. jansson 2.14 prints a
 * fixed number of digits. */
static void print_real(FILE *to, double value)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    fputs(text, to);
    if (!strpbrk(text, ".e")) fputs(".0", to);
}

/* A line break and two spaces for each level, if there is an indent. */
static void print_break(FILE *to, int indent, int level)
{
    if (indent) fprintf(to, "\n%*s", 2 * level, "");
}

static void print_value(FILE *to, json_t *value, int indent, int level);

static void print_text(FILE *to, const char *text)
{
    json_t *string = json_string(text);
    json_dumpf(string, to, JSON_ENCODE_ANY);
    json_decref(string);
}

static void print_array(FILE *to, const json_t *array, int indent, int level)
{
    putc('[', to);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i) fputs(indent ? "," : ", ", to);
        print_break(to, indent, level + 1);
        print_value(to, json_array_get(array, i), indent, level + 1);
    }
    if (json_array_size(array)) print_break(to, indent, level);
    putc(']', to);
}

static void print_object(FILE *to, json_t *object, int indent, int level)
{
    const char *name;
    json_t *value;
    int n = 0;
    putc('{', to);
    json_object_foreach(object, name, value)
    {
        if (n++) fputs(indent ? "," : ", ", to);
        print_break(to, indent, level + 1);
        print_text(to, name);
        fputs(": ", to);
        print_value(to, value, indent, level + 1);
    }
    if (n) print_break(to, indent, level);
    putc('}', to);
}

static void print_value(FILE *to, json_t *value, int indent, int level)
{
    if (json_is_object(value)) print_object(to, value, indent, level);
    else if (json_is_array(value)) print_array(to, value, indent, level);
    else if (json_is_real(value)) print_real(to, json_real_value(value));
    else json_dumpf(value, to, JSON_ENCODE_ANY);
}

static void print(FILE *to, json_t *object, int indent)
{
    print_value(to, object, indent, 0);
    json_decref(object);
    putc('\n', to);
}

int json_out_print(json_t *object)
{
    print(stdout, object, 1);
    return cli_finish();
}

void json_out_line(FILE *to, json_t *object)
{
    print(to, object, 0);
}
