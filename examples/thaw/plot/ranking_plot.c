/* SPDX-License-Identifier: Apache-2.0 */

/* Plot of the metrics by support as SVG: two panels, a line for each method, bars of one standard deviation over
 * seeds. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "ranking_results.h"
#include "svg.h"

enum { WIDTH = 960, HEIGHT = 470, PANEL_WIDTH = 390, PANEL_HEIGHT = 290, PANEL_TOP = 76, LEGEND_Y = 436 };

static const struct {
    const char *method, *colour;
} colours[] = {{"thaw", "#d62246"}, {"popularity", "#3a7ca5"}, {"itemknn", "#e09f3e"},
               {"ease", "#588157"}, {"ials", "#7b5ea7"},       {"recent", "#2a9d8f"}};
static const char *const titles[] = {"Recall of the first 20 (r@20)", "Order of the first 10 (ndcg@10)"};

/* One panel on the page. */
typedef struct panel {
    FILE *to;
    const ranking_results *results;
    int metric;
    svg_area area;
} panel;

/* A method has the same colour in every plot. */
static const char *colour_of(const ranking_results *r, int method)
{
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (strcmp(colours[i].method, r->methods[method]) == 0) return colours[i].colour;
    }
    return SVG_INK;
}

static int is_thaw(const ranking_results *r, int method)
{
    return strcmp(r->methods[method], "thaw") == 0;
}

static double width_of(const ranking_results *r, int method)
{
    return is_thaw(r, method) ? 3.0 : 1.8;
}

static double x_of(const panel *p, int support)
{
    return p->area.left + PANEL_WIDTH * (support + 0.5) / p->results->n_supports;
}

static void choose_axis(panel *p)
{
    double max = 0;
    for (int m = 0; m < p->results->n_methods; m++) {
        for (int s = 0; s < p->results->n_supports; s++) {
            const ranking_summary x = ranking_results_metric(p->results, m, s, p->metric);
            if (isfinite(x.mean)) max = fmax(max, x.mean + (isfinite(x.sd) ? x.sd : 0));
        }
    }
    p->area.axis = svg_axis_up_to(max);
}

static void draw_axes(const panel *p)
{
    svg_text(p->to, p->area.left, PANEL_TOP - 18, "start", 15, SVG_INK, "%s", titles[p->metric == NDCG10]);
    svg_grid(p->to, &p->area);
    for (int s = 0; s < p->results->n_supports; s++) {
        svg_text(p->to, x_of(p, s), PANEL_TOP + PANEL_HEIGHT + 20, "middle", 12, SVG_INK, "%s",
                 p->results->supports[s].text);
    }
    svg_text(p->to, p->area.left + PANEL_WIDTH / 2.0, PANEL_TOP + PANEL_HEIGHT + 40, "middle", 12, SVG_QUIET,
             "items known of a user");
}

/* The line, bars and points of one method, shifted sideways so that the bars of methods do not overlap. */
static void draw_method(const panel *p, int method)
{
    const char *colour = colour_of(p->results, method);
    const double shift = 3.5 * (method - (p->results->n_methods - 1) / 2.0);
    int open = 0;
    fputs("<path d=\"", p->to);
    for (int s = 0; s < p->results->n_supports; s++) {
        const double mean = ranking_results_metric(p->results, method, s, p->metric).mean;
        if (isfinite(mean)) fprintf(p->to, "%c%.1f %.1f", open ? 'L' : 'M', x_of(p, s) + shift, svg_y(&p->area, mean));
        open = isfinite(mean);
    }
    fprintf(p->to, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"/>\n", colour,
            width_of(p->results, method));
    for (int s = 0; s < p->results->n_supports; s++) {
        const ranking_summary x = ranking_results_metric(p->results, method, s, p->metric);
        if (!isfinite(x.mean)) continue;
        const double at = x_of(p, s) + shift;
        if (isfinite(x.sd)) {
            const double top = svg_y(&p->area, x.mean + x.sd), bottom = svg_y(&p->area, fmax(x.mean - x.sd, 0));
            svg_line(p->to, at, top, at, bottom, colour, 1.2);
        }
        svg_point(p->to, at, svg_y(&p->area, x.mean), is_thaw(p->results, method) ? 4.5 : 3.5, colour);
    }
}

static void draw_panel(FILE *to, const ranking_results *r, int metric, double left)
{
    panel p = {.to = to,
               .results = r,
               .metric = metric,
               .area = {.left = left, .top = PANEL_TOP, .width = PANEL_WIDTH, .height = PANEL_HEIGHT}};
    choose_axis(&p);
    draw_axes(&p);
    for (int m = r->n_methods - 1; m >= 0; m--) draw_method(&p, m); /* thaw last, on top */
}

static void draw_legend(FILE *to, const ranking_results *r)
{
    double width = 0;
    for (int m = 0; m < r->n_methods; m++) width += 52 + 7.5 * (double)strlen(r->methods[m]);
    double x = (WIDTH - width) / 2;
    for (int m = 0; m < r->n_methods; m++) {
        svg_line(to, x, LEGEND_Y - 4, x + 22, LEGEND_Y - 4, colour_of(r, m), width_of(r, m));
        svg_point(to, x + 11, LEGEND_Y - 4, 3.5, colour_of(r, m));
        svg_text(to, x + 29, LEGEND_Y, "start", 13, SVG_INK, "%s", r->methods[m]);
        x += 52 + 7.5 * (double)strlen(r->methods[m]);
    }
}

static void draw(FILE *to, const ranking_results *r)
{
    svg_text(to, 60, 30, "start", 13, SVG_QUIET,
             "New users ranked over the whole catalogue: %lld users, %s%lld seed%s%s",
             (long long)ranking_results_tasks(r, 0), r->seeds > 1 ? "mean of " : "", (long long)r->seeds,
             r->seeds > 1 ? "s" : "", r->seeds > 1 ? ", bars of one standard deviation" : "");
    draw_panel(to, r, R20, 60);
    draw_panel(to, r, NDCG10, 60 + PANEL_WIDTH + 90);
    draw_legend(to, r);
}

int ranking_results_plot(const ranking_results *r, const char *path)
{
    output out;
    if (svg_begin(&out, path, WIDTH, HEIGHT, "Ranking by support size")) return 1;
    draw(out.file, r);
    return svg_end(&out);
}
