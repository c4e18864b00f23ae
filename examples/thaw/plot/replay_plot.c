/* SPDX-License-Identifier: Apache-2.0 */

/* Plot of the hit rate by period as SVG: a line for each arm. */

#include <math.h>

#include "cli.h"
#include "replay.h"
#include "svg.h"

enum { WIDTH = 720, HEIGHT = 440, LEFT = 70, PLOT_WIDTH = 610, TOP = 60, PLOT_HEIGHT = 290, LEGEND_Y = 418 };

static const char *const colours[N_ARMS] = {"#7b8794", "#3a7ca5", "#d62246"};

typedef struct page {
    FILE *to;
    const replay_score *scores;
    int64_t n;
    int n_arms;
    svg_area area;
} page;

static double rate(const page *p, int arm, int64_t period)
{
    return p->scores[period].hits[arm] / (double)p->scores[period].tasks;
}

static double x_of(const page *p, int64_t period)
{
    return LEFT + PLOT_WIDTH * ((double)period + 0.5) / (double)p->n;
}

static void choose_axis(page *p)
{
    double max = 0;
    for (int a = 0; a < p->n_arms; a++)
        for (int64_t k = 0; k < p->n; k++) max = fmax(max, rate(p, a, k)); /* fmax ignores NaN */
    p->area.axis = svg_axis_up_to(max);
}

static void draw_axes(const page *p)
{
    svg_grid(p->to, &p->area);
    for (int64_t k = 0; k < p->n; k += 1 + p->n / 20)
        svg_text(p->to, x_of(p, k), TOP + PLOT_HEIGHT + 20, "middle", 12, SVG_INK, "%lld", (long long)k + 1);
    svg_text(p->to, LEFT + PLOT_WIDTH / 2.0, TOP + PLOT_HEIGHT + 40, "middle", 12, SVG_QUIET, "period");
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
        if (isfinite(y)) svg_point(p->to, x_of(p, k), y, 3.5, colours[arm]);
    }
    const double x = LEFT + 150.0 * arm;
    svg_line(p->to, x, LEGEND_Y - 4, x + 22, LEGEND_Y - 4, colours[arm], 2.2);
    svg_text(p->to, x + 29, LEGEND_Y, "start", 13, SVG_INK, "%s", replay_arm_names[arm]);
}

int replay_plot(const replay_score *scores, const replay_log *log, const replay_options *o)
{
    page p = {.scores = scores,
              .n = log->n_periods,
              .n_arms = o->steps ? N_ARMS : UPDATED,
              .area = {.left = LEFT, .top = TOP, .width = PLOT_WIDTH, .height = PLOT_HEIGHT}};
    output out;
    if (svg_begin(&out, o->plot, WIDTH, HEIGHT, "Hit rate by period")) return 1;
    p.to = out.file;
    svg_text(p.to, LEFT, 30, "start", 15, SVG_INK, "Hit rate of the first %lld, before each event is revealed",
             (long long)o->top);
    choose_axis(&p);
    draw_axes(&p);
    for (int a = 0; a < p.n_arms; a++) draw_arm(&p, a);
    return svg_end(&out);
}
