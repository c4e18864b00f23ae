/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *verb_name = "";

void cli_begin(const char *verb)
{
    verb_name = verb;
}

__attribute__((format(printf, 1, 0))) static void print_message(const char *format, va_list args)
{
    fprintf(stderr, "thaw%s%s: ", *verb_name ? " " : "", verb_name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void cli_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_message(format, args);
    va_end(args);
}

int cli_failf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_message(format, args);
    va_end(args);
    return 1;
}

int cli_fail(void)
{
    return cli_failf("%s", thaw_last_error());
}

int cli_fail_at(const char *path)
{
    const char *reason = thaw_last_error();
    return strstr(reason, path) ? cli_fail() : cli_failf("%s: %s", path, reason);
}

void cli_refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_message(format, args);
    va_end(args);
    fprintf(stderr, "Try 'thaw%s%s --help'.\n", *verb_name ? " " : "", verb_name);
    exit(2);
}

int cli_model_info(thaw_model_info *out, const thaw_model *model)
{
    if (thaw_model_info_init(out, sizeof *out) != THAW_OK) return cli_fail();
    return thaw_model_get_info(model, out) == THAW_OK ? 0 : cli_fail();
}

void *cli_alloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) exit(cli_failf("out of memory"));
    return p;
}

int cli_option(int argc, char **argv, const struct option *options, const char *const *help)
{
    opterr = 0;
    const int option = getopt_long(argc, argv, ":h", options, NULL);
    if (option == 'h') {
        while (*help) fputs(*help++, stdout);
        exit(cli_finish());
    }
    if (option == ':') cli_refuse("%s needs a value", argv[optind - 1]);
    if (option == '?') {
        const char *argument = argv[optind - 1];
        if (strncmp(argument, "--", 2) == 0 && strchr(argument, '=')) {
            cli_refuse("%s is unknown or takes no value", argument);
        }
        cli_refuse("unknown option %s", argument);
    }
    if (option == -1 && optind < argc) cli_refuse("%s belongs to no option", argv[optind]);
    return option;
}

int64_t cli_integer(const char *flag, const char *text, int64_t min, int64_t max)
{
    char *end;
    errno = 0;
    const long long n = strtoll(text, &end, 10);
    if (end == text || *end || errno) cli_refuse("%s is \"%s\"; must be a whole number", flag, text);
    if (n < min || n > max) { cli_refuse("%s is %lld; must be %lld … %lld", flag, n, (long long)min, (long long)max); }
    return n;
}

double cli_number(const char *flag, const char *text, double min, double max)
{
    char *end;
    const double x = strtod(text, &end);
    if (end == text || *end || isnan(x)) cli_refuse("%s is \"%s\"; must be a number", flag, text);
    if (x < min || x > max) cli_refuse("%s is %g; must be %g … %g", flag, x, min, max);
    return x;
}

double cli_time(const char *flag, const char *text)
{
    double seconds;
    char *end;
    if (thaw_time_parse(&seconds, text) == THAW_OK) return seconds;
    const double x = strtod(text, &end);
    if (end == text || *end || !isfinite(x)) {
        cli_refuse("%s is \"%s\"; must be a number or a date such as 2015-07-24T13:05:59Z", flag, text);
    }
    return x;
}

char *cli_pair(const char *flag, char *text)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text) cli_refuse("%s is \"%s\"; must be name=value", flag, text);
    *equals = '\0';
    return equals + 1;
}

int cli_list(const char *flag, char *text, char **parts, int max)
{
    int n = 0;
    for (char *next = text; next;) {
        if (n == max) cli_refuse("%s has more than %d parts", flag, max);
        parts[n++] = next;
        next = strchr(next, ',');
        if (next) *next++ = '\0';
        if (!*parts[n - 1]) cli_refuse("%s has an empty part", flag);
    }
    return n;
}

void cli_require(const char *flag, const char *text)
{
    if (!text) cli_refuse("%s is required", flag);
}

int cli_decimals(double number)
{
    int decimals = 2;
    while (number != 0 && fabs(number) < pow(10, 1 - decimals) && decimals < 9) decimals++;
    return decimals;
}

int32_t cli_cores(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > 1024 ? 1024 : (int32_t)cores;
}

int cli_finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    return cli_failf("standard output cannot be written: %s", strerror(errno));
}
