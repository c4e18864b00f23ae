/* SPDX-License-Identifier: Apache-2.0
 * Checking JSON by recursive descent, and walking over checked text. */
#include "json.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "mem.h"
#include "status.h"
#include "utf8.h"

/* ---- checking --------------------------------------------------------------------------------------------------- */

typedef struct scanner {
    const char *at, *end;
    const char *limit; /* the limit that is exceeded, or NULL */
} scanner;

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(scanner *s)
{
    while (s->at < s->end && is_space(*s->at)) s->at++;
}

/* Take the character c, if it is next. */
static int take(scanner *s, char c)
{
    if (s->at == s->end || *s->at != c) return 0;
    s->at++;
    return 1;
}

static int take_token(scanner *s, char c)
{
    skip_space(s);
    return take(s, c);
}

static int exceeds(scanner *s, const char *limit)
{
    s->limit = limit;
    return 0;
}

/* The number of four hexadecimal digits, or -1. */
static int32_t hex4(const char *at)
{
    int32_t x = 0;
    for (int k = 0; k < 4; k++) {
        const char c = at[k], low = (char)(c | 32);
        if (is_digit(c)) x = 16 * x + (c - '0');
        else if (low >= 'a' && low <= 'f') x = 16 * x + (low - 'a' + 10);
        else return -1;
    }
    return x;
}

static int is_high_surrogate(int32_t x)
{
    return x >= 0xd800 && x < 0xdc00;
}

static int is_low_surrogate(int32_t x)
{
    return x >= 0xdc00 && x < 0xe000;
}

/* After \u: four digits of a character that is not 0, or of two surrogates. */
static int check_code(scanner *s)
{
    const int32_t x = s->end - s->at < 4 ? -1 : hex4(s->at);
    if (x <= 0 || is_low_surrogate(x)) return 0;
    s->at += 4;
    if (!is_high_surrogate(x)) return 1;
    if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u' || !is_low_surrogate(hex4(s->at + 2))) return 0;
    s->at += 6;
    return 1;
}

static int check_string(scanner *s)
{
    if (!take(s, '"')) return 0;
    while (s->at < s->end && *s->at != '"') {
        const char c = *s->at++;
        if ((unsigned char)c < ' ') return 0;
        if (c != '\\') continue;
        if (s->at == s->end || !memchr("\"\\/bfnrtu", *s->at, 9)) return 0;
        if (*s->at++ == 'u' && !check_code(s)) return 0;
    }
    return take(s, '"');
}

static int check_digits(scanner *s)
{
    const char *first = s->at;
    while (s->at < s->end && is_digit(*s->at)) s->at++;
    return s->at > first;
}

static int check_number(scanner *s)
{
    take(s, '-');
    if (!take(s, '0') && !check_digits(s)) return 0;
    if (take(s, '.') && !check_digits(s)) return 0;
    if (!take(s, 'e') && !take(s, 'E')) return 1;
    if (!take(s, '+')) take(s, '-');
    return check_digits(s);
}

static int check_word(scanner *s, const char *word)
{
    while (*word && take(s, *word)) word++;
    return !*word;
}

static int check_value(scanner *s, int depth);

static int check_array(scanner *s, int depth)
{
    s->at++;
    if (take_token(s, ']')) return 1;
    do {
        if (!check_value(s, depth)) return 0;
    } while (take_token(s, ','));
    return take(s, ']');
}

/* A key of an object; keys are distinct if their hashes are. */
static int check_key(scanner *s, uint64_t *hashes, int *n)
{
    skip_space(s);
    const char *key = s->at;
    if (!check_string(s)) return 0;
    if (*n == THAW__JSON_MEMBERS) return exceeds(s, "an object of more than 128 members");
    const uint64_t hash = XXH3_64bits(key, (size_t)(s->at - key));
    for (int k = 0; k < *n; k++)
        if (hashes[k] == hash) return 0;
    hashes[(*n)++] = hash;
    return take_token(s, ':');
}

static int check_object(scanner *s, int depth)
{
    uint64_t hashes[THAW__JSON_MEMBERS];
    int n = 0;
    s->at++;
    if (take_token(s, '}')) return 1;
    do {
        if (!check_key(s, hashes, &n) || !check_value(s, depth)) return 0;
    } while (take_token(s, ','));
    return take(s, '}');
}

static int check_value(scanner *s, int depth)
{
    skip_space(s);
    if (s->at == s->end) return 0;
    if (depth == THAW__JSON_DEPTH) return exceeds(s, "more than 16 levels");
    switch (*s->at) {
    case '{': return check_object(s, depth + 1);
    case '[': return check_array(s, depth + 1);
    case '"': return check_string(s);
    case 't': return check_word(s, "true");
    case 'f': return check_word(s, "false");
    case 'n': return check_word(s, "null");
    default: return check_number(s);
    }
}

thaw_status thaw__json_check(thaw__json *out, const char *text, size_t n, const char *what)
{
    scanner s = {text, text + n, NULL};
    *out = (thaw__json){NULL};
    skip_space(&s);
    const char *first = s.at;
    int valid = thaw__utf8_valid(text, n) && s.at < s.end && *s.at == '{' && check_value(&s, 0);
    skip_space(&s);
    valid = valid && s.at == s.end;
    if (s.limit) return thaw__fail(THAW_E_FORMAT, "not a valid thaw model: %s has %s", what, s.limit);
    if (!valid) return thaw__fail(THAW_E_FORMAT, "not a valid thaw model: %s is not a JSON object", what);
    *out = (thaw__json){first};
    return THAW_OK;
}

/* ---- walking: the text is valid, so that no end is needed ------------------------------------------------------- */

static const char *after_space(const char *at)
{
    while (is_space(*at)) at++;
    return at;
}

static const char *after_string(const char *at)
{
    for (at++; *at != '"'; at++)
        if (*at == '\\') at++;
    return at + 1;
}

static const char *after_value(const char *at)
{
    int depth = 0;
    do {
        if (*at == '"') at = after_string(at);
        else if (*at == '{' || *at == '[') depth++, at++;
        else if (*at == '}' || *at == ']') depth--, at++;
        else at++;
    } while (depth > 0 || !(at[-1] == '"' || at[-1] == '}' || at[-1] == ']' || strchr(",]} \t\n\r", *at)));
    return at;
}

static char first_of(thaw__json x)
{
    return x.at ? *x.at : 0;
}

int thaw__json_is_object(thaw__json x)
{
    return first_of(x) == '{';
}

int thaw__json_is_array(thaw__json x)
{
    return first_of(x) == '[';
}

int thaw__json_is_string(thaw__json x)
{
    return first_of(x) == '"';
}

thaw__json_cursor thaw__json_begin(thaw__json x)
{
    const int is_container = thaw__json_is_object(x) || thaw__json_is_array(x);
    return (thaw__json_cursor){.rest = is_container ? x.at : NULL, .key = {NULL}, .value = {NULL}};
}

/* rest is at the opening bracket, at a comma, or at the closing bracket. */
int thaw__json_next(thaw__json_cursor *c)
{
    if (!c->rest) return 0;
    const int is_first = !c->value.at;
    const int has_keys = is_first ? *c->rest == '{' : c->key.at != NULL;
    if (!is_first && *c->rest != ',') return 0;
    const char *at = after_space(c->rest + 1);
    if (*at == '}' || *at == ']') return 0; /* empty */
    c->key.at = has_keys ? at : NULL;
    if (has_keys) at = after_space(after_space(after_string(at)) + 1);
    c->value.at = at;
    c->rest = after_space(after_value(at));
    return 1;
}

thaw__json thaw__json_get(thaw__json object, const char *key)
{
    thaw__json_cursor c = thaw__json_begin(object);
    if (!thaw__json_is_object(object)) return (thaw__json){NULL};
    while (thaw__json_next(&c))
        if (thaw__json_equals(c.key, key)) return c.value;
    return (thaw__json){NULL};
}

size_t thaw__json_size(thaw__json x)
{
    size_t n = 0;
    for (thaw__json_cursor c = thaw__json_begin(x); thaw__json_next(&c);) n++;
    return n;
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

int thaw__json_equals(thaw__json x, const char *text)
{
    const size_t n = strlen(text);
    return thaw__json_is_string(x) && strncmp(x.at + 1, text, n) == 0 && x.at[1 + n] == '"';
}

int thaw__json_copy(char *out, size_t capacity, thaw__json x)
{
    out[0] = 0;
    if (!thaw__json_is_string(x)) return 0;
    const size_t n = (size_t)(after_string(x.at) - x.at) - 2;
    if (n >= capacity || memchr(x.at + 1, '\\', n)) return 0;
    memcpy(out, x.at + 1, n);
    out[n] = 0;
    return 1;
}

/* strtod() rounds correctly, and expects the decimal point of the locale. */
int thaw__json_number(double *out, thaw__json x)
{
    char text[64];
    const char first = first_of(x);
    if (first != '-' && !is_digit(first)) return 0;
    const size_t n = (size_t)(after_value(x.at) - x.at);
    if (n >= sizeof text) return 0;
    memcpy(text, x.at, n);
    text[n] = 0;
    char *point = strchr(text, '.');
    if (point) *point = *localeconv()->decimal_point;
    const double value = strtod(text, NULL);
    if (!(value - value == 0)) return 0; /* too large */
    *out = value;
    return 1;
}

int thaw__json_integer(int64_t *out, thaw__json x)
{
    int64_t value = 0;
    const int negative = first_of(x) == '-';
    if (!negative && !is_digit(first_of(x))) return 0;
    const char *at = x.at + negative;
    for (; is_digit(*at); at++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, *at - '0', &value)) return 0;
    if (*at == '.' || *at == 'e' || *at == 'E' || (!negative && value == INT64_MIN)) return 0;
    *out = negative ? value : -value;
    return 1;
}

static char *put_utf8(char *to, uint32_t x)
{
    if (x < 0x80) *to++ = (char)x;
    else if (x < 0x800) *to++ = (char)(0xc0 | x >> 6);
    else if (x < 0x10000) *to++ = (char)(0xe0 | x >> 12);
    else *to++ = (char)(0xf0 | x >> 18);
    if (x >= 0x10000) *to++ = (char)(0x80 | (x >> 12 & 0x3f));
    if (x >= 0x800) *to++ = (char)(0x80 | (x >> 6 & 0x3f));
    if (x >= 0x80) *to++ = (char)(0x80 | (x & 0x3f));
    return to;
}

/* The character of the escape whose letter is at *at, which moves behind it. */
static uint32_t escaped(const char **at)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char c = *(*at)++;
    if (c != 'u') return (uint32_t)meanings[strchr(letters, c) - letters];
    const int32_t x = hex4(*at);
    *at += 4;
    if (!is_high_surrogate(x)) return (uint32_t)x;
    const int32_t low = hex4(*at + 2);
    *at += 6;
    return 0x10000u + ((uint32_t)(x - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

thaw_status thaw__json_string(char **out, size_t *n, thaw__json x, const thaw_allocator *allocator)
{
    *out = NULL;
    *n = 0;
    if (!thaw__json_is_string(x)) return THAW_OK;
    const char *at = x.at + 1;
    char *text = thaw__alloc(allocator, (size_t)(after_string(x.at) - at), 1); /* escapes are longer than characters */
    if (!text) return THAW_E_NOMEM;
    char *to = text;
    while (*at != '"') {
        if (*at != '\\') *to++ = *at++;
        else {
            at++;
            to = put_utf8(to, escaped(&at));
        }
    }
    *to = 0;
    *n = (size_t)(to - text);
    *out = text;
    return THAW_OK;
}
