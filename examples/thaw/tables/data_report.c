/* SPDX-License-Identifier: Apache-2.0 */
#include "data_report.h"

#include <stdio.h>

#include "cli.h"

enum { MOST_NAMES = 12, MOST_NOTES = 20, LINE_BYTES = 1024, TIME_BYTES = 64 };

/* "view 2664312, cart 69332, purchase 22457 with values": event names in order of arrival. */
static int list_names(char line[LINE_BYTES], const thaw_data *data, int64_t names)
{
    size_t n = 0;
    line[0] = '\0';
    for (int64_t k = 0; k < names && k < MOST_NAMES && n < LINE_BYTES; k++) {
        thaw_event_info e;
        if (thaw_event_info_init(&e, sizeof e) != THAW_OK) return cli_fail();
        if (thaw_data_get_event_info(data, &e, k) != THAW_OK) return cli_fail();
        n += (size_t)snprintf(line + n, LINE_BYTES - n, "%s%s %lld%s", k ? ", " : "", e.name, (long long)e.events,
                              e.values ? " with values" : "");
    }
    if (names > MOST_NAMES && n < LINE_BYTES) snprintf(line + n, LINE_BYTES - n, ", …");
    return 0;
}

/* A date if times look like times since 1970, else the number. */
static void print_time(char out[TIME_BYTES], double time, double unit)
{
    if (unit > 0 && thaw_time_print(out, TIME_BYTES, time * unit) == THAW_OK) return;
    snprintf(out, TIME_BYTES, "%.15g", time);
}

static const char *unit_name(double unit)
{
    return unit == 1e-3 ? " (milliseconds)" : unit == 1e-6 ? " (microseconds)" : unit == 1e-9 ? " (nanoseconds)" : "";
}

static void say_times(const thaw_data_info *info)
{
    char first[TIME_BYTES], last[TIME_BYTES];
    if (info->times == 0) {
        cli_say("times: none; the order of the table is the order of events");
        return;
    }
    print_time(first, info->time_min, info->time_unit);
    print_time(last, info->time_max, info->time_unit);
    cli_say("times: %s to %s%s", first, last, unit_name(info->time_unit));
    if (info->times < info->events) {
        cli_say("times: %lld events have none", (long long)(info->events - info->times));
    }
}

static void say_notes(const thaw_data *data)
{
    const int64_t n = thaw_data_n_notes(data);
    for (int64_t k = 0; k < n && k < MOST_NOTES; k++) cli_say("%s", thaw_data_note(data, k));
    if (n > MOST_NOTES) cli_say("%lld more notes", (long long)(n - MOST_NOTES));
}

int data_report(const thaw_data *data)
{
    thaw_data_info info;
    char names[LINE_BYTES];
    if (thaw_data_info_init(&info, sizeof info) != THAW_OK) return cli_fail();
    if (thaw_data_get_info(data, &info) != THAW_OK || list_names(names, data, info.event_names)) return cli_fail();
    cli_say("read %lld events of %lld users and %lld items: %s", (long long)info.events, (long long)info.users,
            (long long)info.items, names);
    if (info.values) cli_say("values: %g to %g", info.value_min, info.value_max);
    say_times(&info);
    say_notes(data);
    cli_say("the data suggest objective=%s: %s", info.objective == THAW_OBJECTIVE_RATING ? "rating" : "ranking",
            info.objective_reason);
    return 0;
}
