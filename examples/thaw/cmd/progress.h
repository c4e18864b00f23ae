/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_PROGRESS_H
#define THAW_CLI_PROGRESS_H

/* What long work does, how much of it is done, and the time left. On a terminal a bar that fits its width; elsewhere a
 * line after ten seconds, and then whenever ten seconds and a quarter of the time so far have passed. Respects NO_COLOR
 * (no-color.org) and TERM=dumb, which gets lines. */

typedef struct progress {
    const char *what;
    int drawn;    /* a bar is on the screen */
    int terminal; /* bars, not lines */
    int colour;
    double begin;    /* seconds of progress_clock() */
    double drawn_at; /* when the last bar or line was shown */
    double left;     /* smoothed estimate of the seconds left; below 0: none */
    double estimated_at;
} progress;

/** Begin, or go on after progress_end() with the same clock. A new progress is zeroed. */
void progress_begin(progress *bar, const char *what);

/** Show what is done, 0 … 1; the time left follows from it. note may be NULL. */
void progress_show(progress *bar, double done, const char *note);

/** Remove the bar. */
void progress_end(progress *bar);

/** Seconds of a steady clock. */
double progress_clock(void);

#endif
