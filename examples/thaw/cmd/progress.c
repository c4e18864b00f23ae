/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 30 };

double progress_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(progress *bar, const char *what)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    memset(bar, 0, sizeof *bar);
    bar->what = what;
    bar->shows = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    bar->colour = !(no_colour && *no_colour);
    bar->last = -1;
}

void progress_show(progress *bar, double done, double seconds_left, const char *note)
{
    const double now = progress_clock();
    if (!bar->shows || (now - bar->last < 0.1 && done < 1)) return;
    bar->last = now;

    char cells[WIDTH + 1];
    const int full = (int)(done * WIDTH);
    for (int i = 0; i < WIDTH; i++) cells[i] = i < full ? '#' : '.';
    cells[WIDTH] = '\0';
    char left[32] = "";
    if (seconds_left >= 0 && seconds_left < 360000) {
        const int s = (int)(seconds_left + 0.5);
        snprintf(left, sizeof left, s < 60 ? " %ds left" : " %dm left", s < 60 ? s : (s + 30) / 60);
    }
    fprintf(stderr, "\r%s %s%s%s %3.0f %%%s%s%s\x1b[K", bar->what, bar->colour ? "\x1b[32m" : "", cells,
            bar->colour ? "\x1b[0m" : "", 100 * done, left, note ? "  " : "", note ? note : "");
    fflush(stderr);
    bar->drawn = 1;
}

void progress_end(progress *bar)
{
    if (bar->drawn) fputs("\r\x1b[K", stderr);
    bar->drawn = 0;
}
