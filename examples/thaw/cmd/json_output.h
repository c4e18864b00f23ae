/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_JSON_OUTPUT_H
#define THAW_CLI_JSON_OUTPUT_H

/* JSON output of --json. Numbers are the shortest that read back as the same double or float. */

#include <stdio.h>

#include <jansson.h>

/** Set object[name] = value; does nothing if a number is NaN or infinite. */
void json_out_real(json_t *object, const char *name, double value);
void json_out_float(json_t *object, const char *name, float value);
void json_out_integer(json_t *object, const char *name, long long value);
void json_out_text(json_t *object, const char *name, const char *value);

/** Print the object on standard output, indented, and release it: 0, or 1 with a message. */
int json_out_print(json_t *object);

/** Print the object on one line of a file and release it. The caller checks the file after the last line. */
void json_out_line(FILE *to, json_t *object);

enum { JSON_OUT_FLOAT = 32 };
/** The shortest text that reads back as the same float. */
void json_out_float_text(char out[JSON_OUT_FLOAT], float value);

#endif
