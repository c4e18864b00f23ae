/* SPDX-License-Identifier: Apache-2.0 */

/* Plot of the hit rate by period as SVG: a line for each arm, with bars of one standard error over tasks,
 * sqrt(p (1 - p) / n). The time axis has when periods begin. */

#include <math.h>
#include <string.h>

#include "cli.h"
#include "replay.h"
#include "svg.h"

enum { WIDTH = 720, HEIGHT = 440, LEFT = 70, PLOT_WIDTH = 610, TOP = 60, PLOT_HEIGHT = 290, LEGEND_Y = 418 };

static const char *const colours[N_ARMS] = {"#7b8794", "#3a7ca5", "#d62246"};

typedef struct page {
    FILE *to;
    const replay_score *scores;
    const replay_log *log;
    int64_t n;
    int n_arms;
    svg_area area;
} page;

static double rate(const page *p, int arm, int64_t period)
{
    return p->scores[period].hits[arm] / (double)p->scores[period].tasks;
}

static double error(const page *p, int arm, int64_t period)
{
    const double x = rate(p, arm, period);
    return sqrt(x * (1 - x) / (double)p->scores[period].tasks);
}

static double x_of(const page *p, int64_t period)
{
    return LEFT + PLOT_WIDTH * ((double)period + 0.5) / (double)p->n;
}

static void choose_axis(page *p)
{
    double max = 0;
    for (int a = 0; a < p->n_arms; a++)
        for (int64_t k = 0; k < p->n; k++) max = fmax(max, rate(p, a, k) + error(p, a, k)); /* fmax ignores NaN */
    p->area.axis = svg_axis_up_to(max);
}

static void draw_axes(const page *p)
{
    char begin[REPLAY_DATE];
    replay_log_begin(begin, p->log, 0);
    const int64_t fit = (int64_t)(PLOT_WIDTH / (8.0 * (double)strlen(begin))), step = (p->n + fit - 1) / fit;
    svg_grid(p->to, &p->area);
    for (int64_t k = 0; k < p->n; k += step) {
        replay_log_begin(begin, p->log, k);
        svg_text(p->to, x_of(p, k), TOP + PLOT_HEIGHT + 20, "middle", 12, SVG_INK, "%s", begin);
    }
    svg_text(p->to, LEFT + PLOT_WIDTH / 2.0, TOP + PLOT_HEIGHT + 40, "middle", 12, SVG_QUIET, "begin of the period%s",
             p->log->time_unit > 0 ? ", UTC" : "");
}

static void draw_arm(const page *p, int arm)
{
    for (int64_t k = 0; k < p->n; k++) {
        const double y = svg_y(&p->area, rate(p, arm, k));
        if (k && isfinite(y) && isfinite(rate(p, arm, k - 1)))
            svg_line(p->to, x_of(p, k - 1), svg_y(&p->area, rate(p, arm, k - 1)), x_of(p, k), y, colours[arm], 2.2);
    }
    for (int64_t k = 0; k < p->n; k++) {
        const double y = svg_y(&p->area, rate(p, arm, k));
        if (!isfinite(y)) continue;
        const double x = x_of(p, k), high = rate(p, arm, k) + error(p, arm, k), low = 2 * rate(p, arm, k) - high;
        svg_line(p->to, x, svg_y(&p->area, high), x, svg_y(&p->area, fmax(low, 0)), colours[arm], 1.2);
        svg_point(p->to, x, y, 3.5, colours[arm]);
    }
    const double x = LEFT + 150.0 * arm;
    svg_line(p->to, x, LEGEND_Y - 4, x + 22, LEGEND_Y - 4, colours[arm], 2.2);
    svg_text(p->to, x + 29, LEGEND_Y, "start", 13, SVG_INK, "%s", replay_arm_names[arm]);
}

int replay_plot(const replay_score *scores, const replay_log *log, const replay_options *o)
{
    page p = {.scores = scores,
              .log = log,
              .n = log->n_periods,
              .n_arms = o->steps ? N_ARMS : UPDATED,
              .area = {.left = LEFT, .top = TOP, .width = PLOT_WIDTH, .height = PLOT_HEIGHT}};
    output out;
    if (svg_begin(&out, o->plot, WIDTH, HEIGHT, "Hit rate by period")) return 1;
    p.to = out.file;
    svg_text(p.to, LEFT, 30, "start", 15, SVG_INK,
             "Hit rate of the first %lld, before each event is revealed ± standard error", (long long)o->top);
    choose_axis(&p);
    draw_axes(&p);
    for (int a = 0; a < p.n_arms; a++) draw_arm(&p, a);
    return svg_end(&out);
}
