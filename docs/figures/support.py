#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws MAE against support from `thaw evaluate --json` with a list of supports and baselines.

usage: thaw evaluate … --support 1,3,5,10,all --baselines … --json | support.py > support.svg
"""
import json
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 60, 130, 30, 50
COLOURS = {"thaw": "#0b6e99", "bias": "#b5651d", "popularity": "#777777"}


def main():
    results = json.load(sys.stdin)["by_support"]
    lines = {"thaw": [r["mae"] for r in results]}
    for name in results[0].get("baselines", {}):
        lines[name] = [r["baselines"][name]["mae"] for r in results]
    low = min(min(v) for v in lines.values()) - 0.01
    high = max(max(v) for v in lines.values()) + 0.01

    def x(k):
        return LEFT + k * (WIDTH - LEFT - RIGHT) / max(1, len(results) - 1)

    def y(v):
        return TOP + (high - v) / (high - low) * (HEIGHT - TOP - BOTTOM)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">'
           % (WIDTH, HEIGHT), '<rect width="100%" height="100%" fill="white"/>',
           '<text x="%d" y="18">mean absolute error of new users\' ratings</text>' % LEFT]
    for v in [round(low + 0.005 + 0.02 * k, 2) for k in range(int((high - low) / 0.02) + 1)]:
        out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>' % (LEFT, WIDTH - RIGHT, y(v), y(v)))
        out.append('<text x="%d" y="%.1f" text-anchor="end">%.2f</text>' % (LEFT - 6, y(v) + 4, v))
    for k, r in enumerate(results):
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (x(k), HEIGHT - BOTTOM + 20, r["support"]))
    out.append('<text x="%d" y="%d" text-anchor="middle">ratings known of the user</text>'
               % ((LEFT + WIDTH - RIGHT) // 2, HEIGHT - 10))
    for name, values in lines.items():
        colour = COLOURS.get(name, "#444444")
        path = " ".join("%.1f,%.1f" % (x(k), y(v)) for k, v in enumerate(values))
        out.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5"/>' % (path, colour))
        out += ['<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (x(k), y(v), colour) for k, v in enumerate(values)]
        out.append('<text x="%.1f" y="%.1f" fill="%s">%s</text>'
                   % (x(len(values) - 1) + 10, y(values[-1]) + 4, colour, name))
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main()
