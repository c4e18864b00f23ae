/* SPDX-License-Identifier: Apache-2.0
 * strtod() reads the decimal point of the host's locale; this reads a point. */
#include "number.h"

#include <math.h>
#include <stdint.h>

typedef struct scanner {
    const char *at;
    const char *end;
    uint64_t digits; /* the first 19 significant ones */
    int exponent;    /* of ten, for the digits that were dropped or stood behind the point */
    int any;
} scanner;

static int is_digit(const scanner *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static int take(scanner *s, char c)
{
    if (s->at < s->end && *s->at == c) return s->at++, 1;
    return 0;
}

static void take_digits(scanner *s, int behind_point)
{
    for (; is_digit(s); s->at++, s->any = 1) {
        int fits = s->digits < UINT64_C(1000000000000000000);
        if (fits) s->digits = s->digits * 10 + (uint64_t)(*s->at - '0');
        if (s->exponent > -100000 && s->exponent < 100000) s->exponent += !fits - behind_point;
    }
}

/* The exponent behind an e: 0 if it has no digit. */
static int take_exponent(scanner *s)
{
    int negative = take(s, '-');
    int value = 0;
    if (!negative) take(s, '+');
    if (!is_digit(s)) return 0;
    for (; is_digit(s); s->at++)
        if (value < 100000) value = value * 10 + (*s->at - '0');
    s->exponent += negative ? -value : value;
    return 1;
}

int thaw__number_parse(double *out, const char *text, size_t n)
{
    scanner s = {.at = text, .end = text + n};
    int negative = take(&s, '-');
    if (!negative) take(&s, '+');
    take_digits(&s, 0);
    if (take(&s, '.')) take_digits(&s, 1);
    if (!s.any) return 0;
    if ((take(&s, 'e') || take(&s, 'E')) && !take_exponent(&s)) return 0;
    if (s.at != s.end) return 0;

    long double value = (long double)s.digits;
    if (s.digits && s.exponent) value = s.exponent > 0 ? value * powl(10, s.exponent) : value / powl(10, -s.exponent);
    *out = (double)(negative ? -value : value);
    return isfinite(*out);
}
