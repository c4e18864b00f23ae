/* SPDX-License-Identifier: Apache-2.0 */

/* Plot of the metrics as SVG, in two panels: a line for each method by support, or a bar for each method if there is
 * one support. Around each mean a broad band of one standard error over users and, of several seeds, a thin line of one
 * standard deviation over seeds. */

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

static int has_bars(const ranking_results *r)
{
    return r->n_supports == 1;
}

static double width_of(const ranking_results *r, int method)
{
    return is_thaw(r, method) ? 3.0 : 1.8;
}

static double x_of(const panel *p, int support)
{
    return p->area.left + PANEL_WIDTH * (support + 0.5) / p->results->n_supports;
}

static double or_0(double x)
{
    return isfinite(x) ? x : 0;
}

static void choose_axis(panel *p)
{
    double max = 0;
    for (int m = 0; m < p->results->n_methods; m++) {
        for (int s = 0; s < p->results->n_supports; s++) {
            const ranking_summary x = ranking_results_metric(p->results, m, s, p->metric);
            if (isfinite(x.mean)) max = fmax(max, x.mean + fmax(or_0(x.sd), or_0(x.se)));
        }
    }
    p->area.axis = svg_axis_up_to(max);
}

static void draw_axes(const panel *p)
{
    svg_text(p->to, p->area.left, PANEL_TOP - 18, "start", 15, SVG_INK, "%s", titles[p->metric == NDCG10]);
    svg_grid(p->to, &p->area);
    if (has_bars(p->results)) return;
    for (int s = 0; s < p->results->n_supports; s++) {
        svg_text(p->to, x_of(p, s), PANEL_TOP + PANEL_HEIGHT + 20, "middle", 12, SVG_INK, "%s",
                 p->results->supports[s].text);
    }
    svg_text(p->to, p->area.left + PANEL_WIDTH / 2.0, PANEL_TOP + PANEL_HEIGHT + 40, "middle", 12, SVG_QUIET,
             "items known of a user");
}

/* A vertical line of mean ± error; nothing for NaN. */
static void draw_error(const panel *p, double at, double mean, double error, const char *colour, double width)
{
    if (!isfinite(error)) return;
    svg_line(p->to, at, svg_y(&p->area, mean + error), at, svg_y(&p->area, fmax(mean - error, 0)), colour, width);
}

static void draw_errors(const panel *p, double at, const ranking_summary *x, const char *colour)
{
    fputs("<g opacity=\".35\">", p->to);
    draw_error(p, at, x->mean, x->se, colour, 5);
    fputs("</g>\n", p->to);
    draw_error(p, at, x->mean, x->sd, colour, 1.2);
}

/* A bar for each method, with its name below and its mean above. */
static void draw_bars(const panel *p)
{
    const double step = PANEL_WIDTH / (double)p->results->n_methods, width = fmin(0.6 * step, 60);
    for (int m = 0; m < p->results->n_methods; m++) {
        const ranking_summary x = ranking_results_metric(p->results, m, 0, p->metric);
        const double at = p->area.left + step * (m + 0.5), foot = svg_y(&p->area, 0);
        svg_text(p->to, at, foot + 20, "middle", 13, SVG_INK, "%s", p->results->methods[m]);
        if (!isfinite(x.mean)) continue;
        svg_bar(p->to, at - width / 2, svg_y(&p->area, x.mean), width, foot, colour_of(p->results, m));
        draw_errors(p, at, &x, SVG_INK);
        svg_text(p->to, at, svg_y(&p->area, x.mean + fmax(or_0(x.sd), or_0(x.se))) - 7, "middle", 12, SVG_INK, "%.3f",
                 x.mean);
    }
}

/* The line, errors and points of one method, shifted sideways so that the errors of methods do not overlap. */
static void draw_method(const panel *p, int method)
{
    const char *colour = colour_of(p->results, method);
    const double shift = 6 * (method - (p->results->n_methods - 1) / 2.0);
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
        draw_errors(p, at, &x, colour);
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
    if (has_bars(r)) draw_bars(&p);
    for (int m = r->n_methods - 1; m >= 0 && !has_bars(r); m--) draw_method(&p, m); /* thaw last, on top */
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

/* The one support, in words. */
static const char *support_text(const ranking_results *r)
{
    static char text[80];
    if (isfinite(r->options->from_time)) return "Users known up to the time of the split";
    snprintf(text, sizeof text, "Users of whom %s item%s known", r->supports[0].text,
             strcmp(r->supports[0].text, "1") == 0 ? " is" : "s are");
    return text;
}

static void draw(FILE *to, const ranking_results *r)
{
    svg_text(to, 60, 30, "start", 13, SVG_QUIET, "%s: %lld users, %s%lld seed%s. Band: standard error over users%s",
             has_bars(r) ? support_text(r) : "Users ranked over the whole catalogue",
             (long long)ranking_results_tasks(r, 0), r->seeds > 1 ? "mean of " : "", (long long)r->seeds,
             r->seeds > 1 ? "s" : "", r->seeds > 1 ? "; line: standard deviation over seeds" : "");
    draw_panel(to, r, R20, 60);
    draw_panel(to, r, NDCG10, 60 + PANEL_WIDTH + 90);
    if (!has_bars(r)) draw_legend(to, r);
}

int ranking_results_plot(const ranking_results *r, const char *path)
{
    output out;
    if (svg_begin(&out, path, WIDTH, HEIGHT, "Ranking by support size")) return 1;
    draw(out.file, r);
    return svg_end(&out);
}
