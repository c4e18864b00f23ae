/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"

/* ---- split ---- */

static int split(replay_log *log, double train, int64_t n_periods)
{
    const int64_t n = log->histories.n_events;
    double *times = cli_alloc((size_t)n, sizeof *times);
    for (int64_t i = 0; i < n; i++) times[i] = log->histories.events[i].time;
    qsort(times, (size_t)n, sizeof *times, compare_double);
    log->n_periods = n_periods;
    log->edges = cli_alloc((size_t)n_periods + 1, sizeof *log->edges);
    int too_coarse = n == 0;
    for (int64_t p = 0; p < n_periods && !too_coarse; p++) {
        const double part = train + (1 - train) * (double)p / (double)n_periods;
        log->edges[p] = times[(int64_t)(part * (double)n)];
        too_coarse = log->edges[p] <= (p ? log->edges[p - 1] : times[0]);
    }
    log->edges[n_periods] = INFINITY;
    free(times);
    if (!too_coarse) return 0;
    return cli_failf("the log has too few events or distinct times for %lld periods", (long long)n_periods);
}

static void find_trained(replay_log *log)
{
    log->trained = cli_alloc((size_t)log->catalogue.events.n, 1);
    for (int64_t i = 0; i < log->histories.n_events; i++) {
        const thaw_event *e = &log->histories.events[i];
        if (e->time < log->edges[0]) log->trained[e->event] = 1;
    }
}

int replay_log_create(replay_log *out, const thaw_data *data, double train, int64_t n_periods)
{
    memset(out, 0, sizeof *out);
    out->data = data;
    thaw_data_info info;
    if (thaw_data_info_init(&info, sizeof info) != THAW_OK || thaw_data_get_info(data, &info) != THAW_OK)
        return cli_fail();
    out->time_unit = info.time_unit;
    if (catalogue_add_data(&out->catalogue, data) || histories_create(&out->histories, &out->catalogue, data)) return 1;
    if (split(out, train, n_periods)) return 1;
    find_trained(out);
    return 0;
}

static int has_short_period(const replay_log *log)
{
    for (int64_t p = 1; p < log->n_periods; p++)
        if ((log->edges[p] - log->edges[p - 1]) * log->time_unit < 86400) return 1;
    return 0;
}

void replay_log_date(char out[REPLAY_DATE], const replay_log *log, int64_t p)
{
    *out = '\0';
    if (log->time_unit > 0) thaw_time_print(out, REPLAY_DATE, log->edges[p] * log->time_unit);
}

void replay_log_begin(char out[REPLAY_DATE], const replay_log *log, int64_t p)
{
    enum { DAY = 10, MINUTE = 16 }; /* characters of 2015-07-24T13:05 */
    replay_log_date(out, log, p);
    if (!*out) {
        snprintf(out, REPLAY_DATE, "%.10g", log->edges[p]);
        return;
    }
    out[DAY] = ' ';
    out[has_short_period(log) ? MINUTE : DAY] = '\0';
}

void replay_log_free(replay_log *log)
{
    catalogue_free(&log->catalogue);
    histories_free(&log->histories);
    free(log->edges);
    free(log->trained);
    memset(log, 0, sizeof *log);
}

/* ---- histories ---- */

typedef struct columns {
    const char **users, **items, **events;
    float *values;
    double *times;
    int64_t n;
} columns;

static void add_user(columns *c, const replay_log *log, const history *user, double until)
{
    const thaw_event *events = log->histories.events + user->first;
    for (int64_t i = 0; i < user->n && events[i].time < until; i++) {
        const thaw_event *e = &events[i];
        if (!log->trained[e->event]) continue;
        c->users[c->n] = user->user;
        c->items[c->n] = log->catalogue.items.texts[e->item];
        c->events[c->n] = log->catalogue.events.texts[e->event];
        c->values[c->n] = e->value;
        c->times[c->n++] = e->time;
    }
}

/* 1 if the user has an event in since <= time < until. */
static int is_active(const replay_log *log, const history *user, double since, double until)
{
    const thaw_event *events = log->histories.events + user->first;
    for (int64_t i = user->n - 1; i >= 0 && events[i].time >= since; i--)
        if (events[i].time < until) return 1;
    return 0;
}

int replay_log_histories(thaw_data **out, const replay_log *log, double since, double until)
{
    const size_t n = (size_t)log->histories.n_events;
    columns c = {cli_alloc(n, sizeof *c.users),  cli_alloc(n, sizeof *c.items), cli_alloc(n, sizeof *c.events),
                 cli_alloc(n, sizeof *c.values), cli_alloc(n, sizeof *c.times), 0};
    for (int64_t u = 0; u < log->histories.n; u++)
        if (is_active(log, &log->histories.users[u], since, until)) add_user(&c, log, &log->histories.users[u], until);
    thaw_event_columns into;
    int bad = thaw_event_columns_init(&into, sizeof into) != THAW_OK || thaw_data_create(out, NULL) != THAW_OK;
    into.users = c.users, into.items = c.items, into.events = c.events, into.values = c.values, into.times = c.times;
    bad = bad || thaw_data_add_events(*out, &into, c.n) != THAW_OK;
    free(c.users);
    free(c.items);
    free(c.events);
    free(c.values);
    free(c.times);
    return bad ? cli_fail() : 0;
}
