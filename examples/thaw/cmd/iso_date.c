/* SPDX-License-Identifier: Apache-2.0 */
#include "iso_date.h"

#include <math.h>
#include <time.h>

int iso_date_fits(double first, double last)
{
    return first >= 1e8 && last < 4.2e9;
}

/* The parts of a time, in UTC. */
static struct tm parts_of(double time)
{
    const time_t seconds = (time_t)floor(time);
    struct tm parts = {.tm_year = 70, .tm_mday = 1};
    gmtime_r(&seconds, &parts);
    return parts;
}

void iso_date_day(char out[ISO_DATE], double time)
{
    const struct tm parts = parts_of(time);
    strftime(out, ISO_DATE, "%Y-%m-%d", &parts);
}

void iso_date_minute(char out[ISO_DATE], double time)
{
    const struct tm parts = parts_of(time);
    strftime(out, ISO_DATE, "%Y-%m-%d %H:%M", &parts);
}

void iso_date_second(char out[ISO_DATE], double time)
{
    const struct tm parts = parts_of(time);
    strftime(out, ISO_DATE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
