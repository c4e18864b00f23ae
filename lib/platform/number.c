/* SPDX-License-Identifier: Apache-2.0
 * Parsing: the digits are an integer of 64 bits, the decimal point and the exponent a power of ten. If a double
 * represents both exactly, one operation gives the correctly rounded result (Clinger 1990, the fast path). Otherwise
 * the product is computed in long double.
 */
#include "number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

typedef struct decimal {
    uint64_t digits; /* value = digits * 10^exponent */
    int exponent;
    int has_digit;
} decimal;

enum { EXPONENT_LIMIT = 100000 }; /* far beyond any double; sums stay within int */

/* Digits that do not fit into 64 bits change the exponent only. */
static const char *read_digits(decimal *d, const char *at, const char *end, int step)
{
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        d->has_digit = 1;
        if (d->digits < UINT64_MAX / 10 - 1) {
            d->digits = d->digits * 10 + (uint64_t)(*at - '0');
            d->exponent += step;
        } else if (step == 0 && d->exponent < EXPONENT_LIMIT) {
            d->exponent++;
        }
    }
    return at;
}

/* "e-3" after the digits; NULL if no digit follows the e. */
static const char *read_exponent(decimal *d, const char *at, const char *end)
{
    if (at == end || (*at != 'e' && *at != 'E')) return at;
    at++;
    int negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return NULL;
    int e = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        if (e < EXPONENT_LIMIT) e = e * 10 + (*at - '0');
    d->exponent += negative ? -e : e;
    return at[-1] >= '0' && at[-1] <= '9' ? at : NULL;
}

static double scale_exact(double digits, int exponent)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return exponent < 0 ? digits / power[-exponent] : digits * power[exponent];
}

/* digits * 10^exponent by squaring; 10^27 and less are exact in the 64 bits of an x86 long double. */
static double scale_long(uint64_t digits, int exponent)
{
    if (exponent > 400) return INFINITY;
    if (exponent < -400) return 0;
    long double power = 1, base = 10;
    for (int e = exponent < 0 ? -exponent : exponent; e; e >>= 1, base *= base)
        if (e & 1) power *= base;
    long double value = exponent < 0 ? (long double)digits / power : (long double)digits * power;
    return value > 1.7976931348623158e308L ? INFINITY : (double)value;
}

static double value_of(const decimal *d)
{
    if (d->digits == 0) return 0;
    if (d->digits <= (1ull << 53) && d->exponent >= -22 && d->exponent <= 22)
        return scale_exact((double)d->digits, d->exponent);
    return scale_long(d->digits, d->exponent);
}

int thaw__number_parse(double *out, const char *text, size_t n)
{
    decimal d = {0};
    const char *end = text + n, *at = text;
    int negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    at = read_digits(&d, at, end, 0);
    if (at < end && *at == '.') at = read_digits(&d, at + 1, end, -1);
    if (!d.has_digit) return 0;
    at = read_exponent(&d, at, end);
    if (at != end) return 0;

    double value = value_of(&d);
    if (!isfinite(value)) return 0;
    *out = negative ? -value : value;
    return 1;
}

/* Replace the decimal separator of the locale, of any number of bytes, by a point; returns the new length. */
static size_t replace_separator(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        int plain = (*from >= '0' && *from <= '9') || *from == '-' || *from == '+' || *from == 'e';
        if (plain) *to++ = *from;
        else if (to == text || to[-1] != '.') *to++ = '.';
    }
    *to = 0;
    return (size_t)(to - text);
}

size_t thaw__number_print(char out[THAW__NUMBER_BYTES], float value)
{
    if (fabsf(value) < 1e9f && value == truncf(value))
        return (size_t)snprintf(out, THAW__NUMBER_BYTES, "%.0f", (double)value);
    for (int digits = 1;; digits++) {
        snprintf(out, THAW__NUMBER_BYTES, "%.*g", digits, (double)value);
        size_t n = replace_separator(out);
        double back;
        if (digits >= 9 || (thaw__number_parse(&back, out, n) && (float)back == value)) return n;
    }
}
