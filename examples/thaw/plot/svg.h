/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_SVG_H
#define THAW_CLI_SVG_H

/* The few shapes that plots are drawn with. */

#include <stdio.h>

#define SVG_INK "#1f2933"
#define SVG_QUIET "#7b8794"
#define SVG_GRID "#e4e7eb"

/** Open the file and the page, and close both: 0, or 1 with a message. */
int svg_begin(FILE **to, const char *path, int width, int height, const char *title);
int svg_end(FILE *to, const char *path);

/** anchor: start, middle or end. */
__attribute__((format(printf, 7, 8))) void svg_text(FILE *to, double x, double y, const char *anchor, int size,
                                                    const char *colour, const char *format, ...);
void svg_line(FILE *to, double x1, double y1, double x2, double y2, const char *colour, double width);
void svg_point(FILE *to, double x, double y, double radius, const char *colour);

/** An axis from 0 to a little above `most`, with four to eight steps of 1, 2 or 5 times a power of ten. */
typedef struct svg_axis {
    double highest, step;
} svg_axis;
svg_axis svg_axis_to(double most);

#endif
