/* SPDX-License-Identifier: Apache-2.0 */
#include "svg.h"

#include <math.h>
#include <stdarg.h>

#include "cli.h"

int svg_begin(output *out, const char *path, int width, int height, const char *title)
{
    if (output_open(out, path)) return 1;
    fprintf(out->file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
            "font-family=\"system-ui, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">\n"
            "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            width, height, width, height, title);
    return 0;
}

int svg_end(output *out)
{
    fputs("</svg>\n", out->file);
    const int bad = output_close(out) || output_publish(out);
    output_discard(out);
    return bad;
}

void svg_text(FILE *to, double x, double y, const char *anchor, int size, const char *colour, const char *format, ...)
{
    fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">", x, y, anchor, size,
            colour);
    va_list args;
    va_start(args, format);
    vfprintf(to, format, args);
    va_end(args);
    fputs("</text>\n", to);
}

void svg_line(FILE *to, double x1, double y1, double x2, double y2, const char *colour, double width)
{
    fprintf(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>\n", x1, y1,
            x2, y2, colour, width);
}

void svg_bar(FILE *to, double left, double top, double width, double foot, const char *colour)
{
    fprintf(to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", left, top, width,
            foot - top, colour);
}

void svg_point(FILE *to, double x, double y, double radius, const char *colour)
{
    fprintf(to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"1\"/>\n", x, y,
            radius, colour);
}

svg_axis svg_axis_up_to(double max)
{
    max = fmax(max, 1e-6);
    const double power = pow(10, floor(log10(max / 5))), steps = max / power / 5;
    const double step = power * (steps < 1.5 ? 1 : steps < 3.5 ? 2 : 5);
    return (svg_axis){step * ceil(max / step + 0.1), step};
}

double svg_y(const svg_area *area, double value)
{
    return area->top + area->height * (1 - value / area->axis.highest);
}

void svg_grid(FILE *to, const svg_area *area)
{
    const svg_axis axis = area->axis;
    const int digits = axis.step < 0.0099 ? 3 : 2;
    for (int k = 0; k * axis.step <= axis.highest * 1.0001; k++) {
        const double y = svg_y(area, k * axis.step);
        svg_line(to, area->left, y, area->left + area->width, y, k ? SVG_GRID : SVG_QUIET, 1);
        svg_text(to, area->left - 8, y + 4, "end", 12, SVG_QUIET, "%.*f", digits, k * axis.step);
    }
}
