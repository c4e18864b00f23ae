/* SPDX-License-Identifier: Apache-2.0
 * Learning the link by counting, and evaluating it as a piecewise linear function. */
#include "link.h"

#include <math.h>

#include "sort.h"

enum { FEW = 8 }; /* most rating scales have at most so many levels */

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* z with Phi(z) = p, by bisection in [-9, 9]. */
static double normal_quantile(double p)
{
    double low = -9, high = 9;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / 1.4142135623730951) < p) low = middle;
        else high = middle;
    }
    return low;
}

static double normal_density(double z)
{
    return 0.3989422804014327 * exp(-0.5 * z * z);
}

/* Number of sorted values from `first` on that form one level: at least `least`, equal ones together. */
static int64_t group_size(const float *sorted, int64_t first, int64_t n, int64_t least)
{
    int64_t end = first + least < n ? first + least : n;
    while (end < n && sorted[end] == sorted[end - 1]) end++;
    return end - first;
}

static int64_t count_distinct(const float *sorted, int64_t n)
{
    int64_t distinct = 1;
    for (int64_t i = 1; i < n && distinct <= THAW__LEVELS; i++) distinct += sorted[i] != sorted[i - 1];
    return distinct;
}

void thaw__link_learn(thaw__link *out, float *values, int64_t n)
{
    double square = 0;
    thaw__sort(values, (size_t)n, sizeof *values, ascending);
    int64_t least = count_distinct(values, n) <= THAW__LEVELS ? 1 : (n + THAW__LEVELS - 1) / THAW__LEVELS;
    *out = (thaw__link){0};
    double raw[THAW__LEVELS], density = 0;
    for (int64_t at = 0; at < n && out->n < THAW__LEVELS;) {
        int64_t size = group_size(values, at, n, least);
        double level = 0, next = at + size == n ? 0 : normal_density(normal_quantile((double)(at + size) / (double)n));
        for (int64_t i = at; i < at + size; i++) level += (double)values[i] / (double)size;
        raw[out->n] = (density - next) * (double)n / (double)size; /* E[z | level] */
        out->level[out->n] = (float)level;
        square += (double)size * raw[out->n] * raw[out->n];
        density = next;
        at += size;
        out->n++;
    }
    double scale = square > 0 ? sqrt((double)n / square) : 1;
    for (int32_t k = 0; k < out->n; k++) {
        out->score[k] = (float)(scale * raw[k]);
        /* The scores of two very rare neighbours may round to the same float. */
        if (k && !(out->score[k] > out->score[k - 1])) out->score[k] = nextafterf(out->score[k - 1], INFINITY);
    }
    thaw__link_pad(out);
}

void thaw__link_pad(thaw__link *link)
{
    for (int32_t k = link->n; k < THAW__LEVELS; k++) link->level[k] = link->score[k] = INFINITY;
}

/* Number of from[0 … n - 1] below x. A loop of constant length: no branch to mispredict. */
static inline int32_t count_below(const float *from, int32_t n, float x)
{
    int32_t below = 0;
    for (int32_t i = 0; i < n; i++) below += x > from[i];
    return below;
}

/* The piecewise linear map from[] -> to[] at x; the end pieces are extended. */
static float interpolate(const float *from, const float *to, int32_t n, float x)
{
    if (n == 1) return to[0] + (x - from[0]);
    int32_t k = (n <= FEW ? count_below(from, FEW, x) : count_below(from, THAW__LEVELS, x)) - 1;
    k = k < 0 ? 0 : k > n - 2 ? n - 2 : k;
    return to[k] + (x - from[k]) * (to[k + 1] - to[k]) / (from[k + 1] - from[k]);
}

float thaw__link_score(const thaw__link *link, float rating)
{
    return interpolate(link->level, link->score, link->n, rating);
}

/* Two rare levels can have scores that hardly differ; beyond them the line is steep. */
float thaw__link_rating(const thaw__link *link, float score)
{
    const float rating = interpolate(link->score, link->level, link->n, score);
    return rating > THAW__RATING_MOST ? THAW__RATING_MOST : rating < -THAW__RATING_MOST ? -THAW__RATING_MOST : rating;
}

void thaw__link_back(const thaw__link *link, float *mean, float *variance)
{
    float sd = sqrtf(*variance);
    float half = (thaw__link_rating(link, *mean + sd) - thaw__link_rating(link, *mean - sd)) / 2;
    *mean = thaw__link_rating(link, *mean);
    *variance = half * half;
}

int thaw__link_valid(const thaw__link *link)
{
    if (link->n < 1 || link->n > THAW__LEVELS) return 0;
    for (int32_t k = 0; k < link->n; k++) {
        if (!(fabsf(link->level[k]) <= THAW__LEVEL_MOST && fabsf(link->score[k]) <= THAW__LEVEL_MOST)) return 0;
        if (k && (link->level[k] <= link->level[k - 1] || link->score[k] <= link->score[k - 1])) return 0;
    }
    return 1;
}
