/* SPDX-License-Identifier: Apache-2.0 */

/* The metrics by support size as an SVG: two panels, a line for each method, bars of one standard deviation over seeds. */

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "ranking_results.h"

enum { WIDTH = 960, HEIGHT = 470, PANEL_WIDTH = 390, PANEL_HEIGHT = 290, PANEL_TOP = 76, LEGEND_Y = 436 };

static const char ink[] = "#1f2933", quiet[] = "#7b8794", grid[] = "#e4e7eb";
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
    double left;
    double highest, step; /* of the y axis */
} panel;

__attribute__((format(printf, 7, 8))) static void text(FILE *to, double x, double y, const char *anchor, int size,
                                                       const char *colour, const char *format, ...)
{
    fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">", x, y, anchor, size, colour);
    va_list args;
    va_start(args, format);
    vfprintf(to, format, args);
    va_end(args);
    fputs("</text>\n", to);
}

static void line(FILE *to, double x1, double y1, double x2, double y2, const char *colour, double width)
{
    fprintf(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>\n", x1, y1, x2,
            y2, colour, width);
}

/* A method has its colour in every plot. */
static const char *colour_of(const ranking_results *r, int method)
{
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (strcmp(colours[i].method, r->methods[method]) == 0) return colours[i].colour;
    }
    return ink;
}

static double x_of(const panel *p, int support)
{
    return p->left + PANEL_WIDTH * (support + 0.5) / p->results->n_supports;
}

static double y_of(const panel *p, double value)
{
    return PANEL_TOP + PANEL_HEIGHT * (1 - value / p->highest);
}

/* An axis from 0 to a little above the highest bar, with four to eight steps of 1, 2 or 5 times a power of ten. */
static void choose_axis(panel *p)
{
    double most = 1e-6;
    for (int m = 0; m < p->results->n_methods; m++) {
        for (int s = 0; s < p->results->n_supports; s++) {
            const ranking_summary x = ranking_results_metric(p->results, m, s, p->metric);
            if (isfinite(x.mean)) most = fmax(most, x.mean + (isfinite(x.sd) ? x.sd : 0));
        }
    }
    const double power = pow(10, floor(log10(most / 5)));
    const double steps = most / power / 5;
    p->step = power * (steps < 1.5 ? 1 : steps < 3.5 ? 2 : 5);
    p->highest = p->step * ceil(most / p->step + 0.1);
}

static void draw_axes(const panel *p)
{
    const double right = p->left + PANEL_WIDTH;
    text(p->to, p->left, PANEL_TOP - 18, "start", 15, ink, "%s", titles[p->metric == NDCG10]);
    const int digits = p->step < 0.0099 ? 3 : 2;
    for (int k = 0; k * p->step <= p->highest * 1.0001; k++) {
        const double y = y_of(p, k * p->step);
        line(p->to, p->left, y, right, y, k ? grid : quiet, 1);
        text(p->to, p->left - 8, y + 4, "end", 12, quiet, "%.*f", digits, k * p->step);
    }
    for (int s = 0; s < p->results->n_supports; s++) {
        text(p->to, x_of(p, s), PANEL_TOP + PANEL_HEIGHT + 20, "middle", 12, ink, "%s", p->results->supports[s].text);
    }
    text(p->to, p->left + PANEL_WIDTH / 2.0, PANEL_TOP + PANEL_HEIGHT + 40, "middle", 12, quiet,
         "items known of a user");
}

/* The line, bars and points of one method, moved a little sideways so that bars do not hide each other. */
static void draw_method(const panel *p, int method)
{
    const char *colour = colour_of(p->results, method);
    const int is_thaw = strcmp(p->results->methods[method], "thaw") == 0;
    const double aside = 3.5 * (method - (p->results->n_methods - 1) / 2.0);
    int open = 0;
    fputs("<path d=\"", p->to);
    for (int s = 0; s < p->results->n_supports; s++) {
        const double mean = ranking_results_metric(p->results, method, s, p->metric).mean;
        if (isfinite(mean)) fprintf(p->to, "%c%.1f %.1f", open ? 'L' : 'M', x_of(p, s) + aside, y_of(p, mean));
        open = isfinite(mean);
    }
    fprintf(p->to, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"/>\n", colour,
            is_thaw ? 3.0 : 1.8);
    for (int s = 0; s < p->results->n_supports; s++) {
        const ranking_summary x = ranking_results_metric(p->results, method, s, p->metric);
        if (!isfinite(x.mean)) continue;
        const double at = x_of(p, s) + aside;
        if (isfinite(x.sd)) {
            line(p->to, at, y_of(p, x.mean + x.sd), at, y_of(p, fmax(x.mean - x.sd, 0)), colour, 1.2);
        }
        fprintf(p->to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"1\"/>\n", at,
                y_of(p, x.mean), is_thaw ? 4.5 : 3.5, colour);
    }
}

static void draw_panel(FILE *to, const ranking_results *r, int metric, double left)
{
    panel p = {.to = to, .results = r, .metric = metric, .left = left};
    choose_axis(&p);
    draw_axes(&p);
    for (int m = r->n_methods - 1; m >= 0; m--) draw_method(&p, m); /* thaw on top */
}

static void draw_legend(FILE *to, const ranking_results *r)
{
    double width = 0;
    for (int m = 0; m < r->n_methods; m++) width += 52 + 7.5 * (double)strlen(r->methods[m]);
    double x = (WIDTH - width) / 2;
    for (int m = 0; m < r->n_methods; m++) {
        line(to, x, LEGEND_Y - 4, x + 22, LEGEND_Y - 4, colour_of(r, m), strcmp(r->methods[m], "thaw") == 0 ? 3.0 : 1.8);
        fprintf(to, "<circle cx=\"%.1f\" cy=\"%d\" r=\"3.5\" fill=\"%s\"/>\n", x + 11, LEGEND_Y - 4, colour_of(r, m));
        text(to, x + 29, LEGEND_Y, "start", 13, ink, "%s", r->methods[m]);
        x += 52 + 7.5 * (double)strlen(r->methods[m]);
    }
}

static void draw(FILE *to, const ranking_results *r)
{
    fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
            "font-family=\"system-ui, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">\n"
            "<title>Ranking by support size</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    text(to, 60, 30, "start", 13, quiet, "New users ranked over the whole catalogue: %lld users, %s%lld seed%s%s",
         (long long)ranking_results_tasks(r, 0), r->seeds > 1 ? "mean of " : "", (long long)r->seeds,
         r->seeds > 1 ? "s" : "", r->seeds > 1 ? ", bars of one standard deviation" : "");
    draw_panel(to, r, R20, 60);
    draw_panel(to, r, NDCG10, 60 + PANEL_WIDTH + 90);
    draw_legend(to, r);
    fputs("</svg>\n", to);
}

int ranking_results_plot(const ranking_results *r, const char *path)
{
    FILE *to = fopen(path, "wb");
    if (!to) return cli_failf("%s cannot be written: %s", path, strerror(errno));
    draw(to, r);
    const int bad = ferror(to);
    if (fclose(to) != 0 || bad) return cli_failf("%s cannot be written: %s", path, strerror(errno));
    return 0;
}
