/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_JSON_OUTPUT_H
#define THAW_CLI_JSON_OUTPUT_H

/* The JSON that --json prints. */

#include <jansson.h>

/** object[name] = value, left out if it is NaN or infinite. */
void json_out_real(json_t *object, const char *name, double value);
void json_out_integer(json_t *object, const char *name, long long value);
void json_out_text(json_t *object, const char *name, const char *value);

/** Print the object on standard output and release it: 0, or 1 with a message. */
int json_out_print(json_t *object);

/** The same on a line of its own, of several; cli_finish() is left to the caller. */
int json_out_line(json_t *object);

#endif
