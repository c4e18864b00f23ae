/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_SVG_H
#define THAW_CLI_SVG_H

/* Basic shapes of plots as SVG. */

#include "output.h"

#define SVG_INK "#1f2933"
#define SVG_QUIET "#7b8794"
#define SVG_GRID "#e4e7eb"

/** Open the output and begin the SVG in out->file; end the SVG and publish the output. Both return 0, or 1 with a
 *  message. */
int svg_begin(output *out, const char *path, int width, int height, const char *title);
int svg_end(output *out);

/** Print text; anchor is start, middle or end. */
__attribute__((format(printf, 7, 8))) void svg_text(FILE *to, double x, double y, const char *anchor, int size,
                                                    const char *colour, const char *format, ...);
void svg_line(FILE *to, double x1, double y1, double x2, double y2, const char *colour, double width);
/** A bar from y = top down to foot. */
void svg_bar(FILE *to, double left, double top, double width, double foot, const char *colour);
void svg_point(FILE *to, double x, double y, double radius, const char *colour);

/** An axis from 0 to a value above max, with four to eight steps of 1, 2 or 5 times a power of ten. */
typedef struct svg_axis {
    double highest, step;
} svg_axis;
svg_axis svg_axis_up_to(double max);

/** The plot area, and the axis of its height. */
typedef struct svg_area {
    double left, top, width, height;
    svg_axis axis;
} svg_area;

/** The y coordinate of a value. */
double svg_y(const svg_area *area, double value);

/** Draw the grid lines and labels of the axis. */
void svg_grid(FILE *to, const svg_area *area);

#endif
