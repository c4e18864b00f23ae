/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

enum { CELLS = 30, FEWEST_CELLS = 5, TEXT = 160 };

#define REDRAW 0.1     /* seconds between two bars */
#define FIRST_LINE 10  /* seconds before the first line, and between two lines at least */
#define LINE_PART 0.25 /* of the time so far, between two lines */
#define SMOOTHING 5    /* seconds, the time constant with which the shown estimate follows */
#define WARM_UP 2      /* seconds before the first estimate */
#define FIRST_PART .03 /* of the work before the first estimate */

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
    bar->what = what;
    bar->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    bar->colour = !(no_colour && *no_colour);
    if (bar->begin > 0) return;
    bar->begin = bar->drawn_at = bar->estimated_at = progress_clock();
    bar->left = -1;
}

/* ---- the time left ----------------------------------------------------------------------------------------------- */

/* elapsed (1 - done) / done, smoothed: the estimate falls with the clock and follows changes slowly. */
static void estimate(progress *bar, double now, double done)
{
    const double elapsed = now - bar->begin, step = now - bar->estimated_at;
    bar->estimated_at = now;
    if (done < FIRST_PART || elapsed < WARM_UP) return;
    const double raw = elapsed * (1 - done) / done;
    const double expected = bar->left > step ? bar->left - step : 0;
    bar->left = bar->left < 0 ? raw : expected + (raw - expected) * step / (step + SMOOTHING);
}

static void print_left(char *out, size_t size, double seconds)
{
    const long s = (long)(seconds + 0.5);
    *out = '\0';
    if (seconds < 0 || seconds > 360000) return;
    if (s < 60) snprintf(out, size, "  %lds left", s);
    else if (s < 5400) snprintf(out, size, "  %ldm left", (s + 30) / 60);
    else snprintf(out, size, "  %ldh %02ldm left", (s + 30) / 3600, (s + 30) / 60 % 60);
}

/* ---- showing ----------------------------------------------------------------------------------------------------- */

/* Columns of the terminal. */
static int width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* what [cells] 45 %  3m left  note: the cells become fewer first, then the end of the text is cut off. The last column
 * stays empty, because some terminals wrap after it. */
static void draw_bar(progress *bar, double done, const char *text)
{
    const int room = width() - 1, used = (int)(strlen(bar->what) + strlen(text)) + 1;
    int cells = room - used < CELLS ? room - used : CELLS;
    if (cells < FEWEST_CELLS) cells = 0;
    char filled[CELLS + 1];
    for (int i = 0; i < cells; i++) filled[i] = i < (int)(done * cells) ? '#' : '.';
    filled[cells] = '\0';
    const int space = cells > 0, left = room - (int)strlen(bar->what) - cells - space;
    if (left < 0) fprintf(stderr, "\r%.*s\x1b[K", room, bar->what);
    else
        fprintf(stderr, "\r%s%s%s%s%s%.*s\x1b[K", bar->what, space ? " " : "", bar->colour && cells ? "\x1b[32m" : "",
                filled, bar->colour && cells ? "\x1b[0m" : "", left, text);
    fflush(stderr);
    bar->drawn = 1;
}

void progress_show(progress *bar, double done, const char *note)
{
    const double now = progress_clock(), since = now - bar->drawn_at;
    estimate(bar, now, done);
    const double quiet = LINE_PART * (bar->drawn_at - bar->begin);
    if (since < (bar->terminal ? REDRAW : quiet > FIRST_LINE ? quiet : FIRST_LINE) && (bar->drawn || !bar->terminal))
        return;
    char left[32], text[TEXT];
    bar->drawn_at = now;
    print_left(left, sizeof left, bar->left);
    snprintf(text, sizeof text, " %3.0f %%%s%s%s", 100 * done, left, note ? "  " : "", note ? note : "");
    if (bar->terminal) draw_bar(bar, done, text);
    else cli_say("%s%s", bar->what, text);
}

void progress_end(progress *bar)
{
    if (bar->drawn) fputs("\r\x1b[K", stderr);
    bar->drawn = 0;
}
