/* SPDX-License-Identifier: Apache-2.0
 * Days and dates: a year begins in March, so that the leap day is its last, and 400 years have 146,097 days (proleptic
 * Gregorian calendar; Richards 2013, Explanatory Supplement to the Astronomical Almanac, 15.11). */
#include "iso_time.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { ERA_YEARS = 400, ERA_DAYS = 146097, DAYS_TO_1970 = 719468, DAY = 86400 };

/* Days from 1970-01-01 to a date. */
static int64_t days_of(int year, int month, int day)
{
    const int y = month > 2 ? year : year - 1, era = y / ERA_YEARS, of_era = y % ERA_YEARS;
    const int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return (int64_t)era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    const int64_t at = days + DAYS_TO_1970;
    const int era = (int)(at / ERA_DAYS), of = (int)(at % ERA_DAYS);
    const int of_era = (of - of / 1460 + of / 36524 - of / 146096) / 365;
    const int of_year = of - (365 * of_era + of_era / 4 - of_era / 100), m = (5 * of_year + 2) / 153;
    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = era * ERA_YEARS + of_era + (*month <= 2);
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0));
}

/* What is left of the text; every function that reads moves `at`, and returns 0 if the text is not as expected. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static int skip(cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted) return 0;
    c->at++;
    return 1;
}

static int skip_word(cursor *c, const char *word)
{
    cursor ahead = *c;
    while (*word)
        if (!skip(&ahead, *word++)) return 0;
    *c = ahead;
    return 1;
}

/* `digits` digits in low … high. */
static int read_field(cursor *c, int digits, int low, int high, int *out)
{
    *out = 0;
    for (int i = 0; i < digits; i++, c->at++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9') return 0;
        *out = *out * 10 + (*c->at - '0');
    }
    return *out >= low && *out <= high;
}

static int read_date(cursor *c, int64_t *days)
{
    int year, month, day;
    if (!read_field(c, 4, 1, 9999, &year) || !skip(c, '-') || !read_field(c, 2, 1, 12, &month) || !skip(c, '-') ||
        !read_field(c, 2, 1, month_days(year, month), &day))
        return 0;
    *days = days_of(year, month, day);
    return 1;
}

/* ".25" after the seconds, if it is there. */
static int read_fraction(cursor *c, double *seconds)
{
    if (!skip(c, '.')) return 1;
    const char *first = c->at;
    double unit = 1;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) *seconds += (*c->at - '0') * (unit /= 10);
    return c->at > first;
}

/* 13:05, 13:05:59, 13:05:59.25; second 60 is a leap second, the first of the next minute here. */
static int read_clock(cursor *c, double *seconds)
{
    int hour, minute, second = 0;
    if (!read_field(c, 2, 0, 23, &hour) || !skip(c, ':') || !read_field(c, 2, 0, 59, &minute)) return 0;
    const int has_seconds = skip(c, ':');
    if (has_seconds && !read_field(c, 2, 0, 60, &second)) return 0;
    *seconds = hour * 3600 + minute * 60 + second;
    return !has_seconds || read_fraction(c, seconds);
}

/* Nothing, Z, UTC, +02, +0200, +02:00; the offset is subtracted. */
static int read_zone(cursor *c, double *seconds)
{
    int hours, minutes = 0;
    skip(c, ' ');
    if (skip(c, 'Z') || skip_word(c, "UTC")) return 1;
    const int sign = skip(c, '+') ? 1 : skip(c, '-') ? -1 : 0;
    if (!sign) return c->at[-1] != ' ';
    if (!read_field(c, 2, 0, 23, &hours)) return 0;
    skip(c, ':');
    if (c->at < c->end && !read_field(c, 2, 0, 59, &minutes)) return 0;
    *seconds -= sign * (hours * 3600 + minutes * 60);
    return c->at[-1] != ':';
}

int thaw__iso_parse(double *out, const char *text, size_t n)
{
    cursor c = {text, text + n};
    int64_t days;
    double seconds = 0;
    if (!read_date(&c, &days)) return 0;
    if (c.at < c.end && !((skip(&c, 'T') || skip(&c, ' ')) && read_clock(&c, &seconds) && read_zone(&c, &seconds)))
        return 0;
    if (c.at < c.end) return 0;
    *out = (double)days * DAY + seconds;
    return 1;
}

int thaw__iso_print(char out[THAW__ISO_BYTES], double seconds)
{
    static const double first = -62135596800.0, end = 253402300800.0; /* years 1 and 10000 */
    out[0] = 0;
    if (!(seconds >= first && seconds < end)) return 0;
    int year, month, day;
    const int64_t whole = (int64_t)floor(seconds), days = (whole - (whole < 0) * (DAY - 1)) / DAY;
    const unsigned rest = (unsigned)(whole - days * DAY);
    date_of(days, &year, &month, &day);
    snprintf(out, THAW__ISO_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000, (unsigned)month % 100,
             (unsigned)day % 100, rest / 3600 % 24, rest / 60 % 60, rest % 60);
    return 1;
}
