/* SPDX-License-Identifier: Apache-2.0
 * Times as ISO 8601 text and as seconds since 1970 UTC, without leap seconds. */
#ifndef THAW_PLATFORM_ISO_TIME_H
#define THAW_PLATFORM_ISO_TIME_H

#include <stddef.h>

enum { THAW__ISO_BYTES = 32 };

/** Parse text [n bytes]: 2015-07-24, 2015-07-24T13:05, 2015-07-24 13:05:59.25, then optionally Z, UTC or an offset such
 *  as +02:00. Without one the time is UTC. Years 1 … 9999. Returns 1, or 0 if it is anything else. */
int thaw__iso_parse(double *out, const char *text, size_t n);

/** "2015-07-24T13:05:59Z", whole seconds rounded down. Returns 1, or 0 with "" outside of the years 1 … 9999. */
int thaw__iso_print(char out[THAW__ISO_BYTES], double seconds);

#endif
