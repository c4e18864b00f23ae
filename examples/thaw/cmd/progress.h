/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_PROGRESS_H
#define THAW_CLI_PROGRESS_H

/* A bar with the time left on standard error, drawn only on a terminal; elsewhere every call does nothing.
 * Respects NO_COLOR (no-color.org) and TERM=dumb. */

#include <stdint.h>

typedef struct progress {
    const char *what;
    int drawn; /* columns in use, 0: nothing is shown */
    int shows; /* standard error is a terminal */
    int colour;
    double last; /* when the bar was drawn last, in seconds */
} progress;

void progress_begin(progress *bar, const char *what);

/** Draw, at most ten times a second. done is 0 … 1; seconds_left below 0 or NaN: unknown; note may be NULL. */
void progress_show(progress *bar, double done, double seconds_left, const char *note);

/** Remove the bar. */
void progress_end(progress *bar);

/** Seconds of a steady clock. */
double progress_clock(void);

#endif
