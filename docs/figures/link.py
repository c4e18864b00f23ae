#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the link of a model, from ratings to normal scores, and shows how little it takes to read a model file.

usage: link.py MODEL > link.svg
"""
import json
import struct
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 300, 60, 30, 34, 46


def metadata(path):
    with open(path, "rb") as f:
        length, = struct.unpack("<Q", f.read(8))
        return json.loads(f.read(length))["__metadata__"]


def main():
    schema = json.loads(metadata(sys.argv[1])["thaw.schema"])
    levels, scores = schema["levels"], schema["scores"]
    low, high = min(scores) - 0.3, max(scores) + 0.3
    straight = (scores[-1] - scores[0]) / (levels[-1] - levels[0])

    def x(v):
        return LEFT + 20 + (v - levels[0]) / (levels[-1] - levels[0]) * (WIDTH - LEFT - RIGHT - 40)

    def y(v):
        return TOP + (high - v) / (high - low) * (HEIGHT - TOP - BOTTOM)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">'
           % (WIDTH, HEIGHT), '<rect width="100%" height="100%" fill="white"/>',
           '<text x="%d" y="20">score of a rating (dashed: evenly spaced)</text>' % LEFT]
    for v in range(round(low), round(high) + 1):
        if low < v < high:
            out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>' % (LEFT, WIDTH - RIGHT, y(v), y(v)))
            out.append('<text x="%d" y="%.1f" text-anchor="end">%d</text>' % (LEFT - 8, y(v) + 4, v))
    for v in levels:
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%g</text>' % (x(v), HEIGHT - BOTTOM + 20, v))
    out.append('<text x="%d" y="%d" text-anchor="middle">rating</text>' % ((LEFT + WIDTH - RIGHT) // 2, HEIGHT - 8))
    out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#777777" stroke-dasharray="4 4"/>'
               % (x(levels[0]), y(scores[0]), x(levels[-1]), y(scores[0] + straight * (levels[-1] - levels[0]))))
    path = " ".join("%.1f,%.1f" % (x(a), y(b)) for a, b in zip(levels, scores))
    out.append('<polyline points="%s" fill="none" stroke="#0b6e99" stroke-width="2.5"/>' % path)
    for a, b in zip(levels, scores):
        out.append('<circle cx="%.1f" cy="%.1f" r="4" fill="#0b6e99"/>' % (x(a), y(b)))
        out.append('<text x="%.1f" y="%.1f" fill="#0b6e99">%.2f</text>' % (x(a) + 8, y(b) + 16, b))
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main()
