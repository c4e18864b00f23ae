/* SPDX-License-Identifier: Apache-2.0
 * Cleaning: dropping duplicates, impossible values, bots, rare items and light users, in this order. Each rule sees the
 * events that the rules before it have kept. Events are marked first and removed last, when nothing can fail any more.
 */
#include <math.h>
#include <string.h>

#include "data.h"
#include "events.h"
#include "mem.h"
#include "sort.h"
#include "status.h"

typedef struct cleaning {
    const thaw_data *data;
    const thaw_clean_options *options;
    thaw_clean_report *report;
    char *kept; /* [n] */
} cleaning;

/* ---- duplicates ---- */

/* Two events are the same if these bytes are (no padding). All NaN are equal, -0 is 0. */
typedef struct event_identity {
    double value, time;
    int32_t user, item, event, basket;
} event_identity;

static double plain(double x)
{
    return isnan(x) ? (double)NAN : x + 0.0;
}

static event_identity identity(const thaw_data *d, int64_t i)
{
    return (event_identity){
        plain((double)d->value[i]), plain(d->time[i]), d->user[i], d->item[i], d->event[i], d->basket[i]};
}

/* Whether the hash table has an equal event; if not, event i is added. */
static int seen_before(int32_t *slots, size_t mask, const thaw_data *data, int64_t i)
{
    const event_identity mine = identity(data, i);
    for (size_t s = (size_t)thaw__hash(&mine, sizeof mine) & mask;; s = (s + 1) & mask) {
        if (slots[s] < 0) {
            slots[s] = (int32_t)i;
            return 0;
        }
        const event_identity other = identity(data, slots[s]);
        if (memcmp(&mine, &other, sizeof mine) == 0) return 1;
    }
}

static thaw_status drop_duplicates(cleaning *c)
{
    if (!c->options->duplicates) return THAW_OK;
    const thaw_allocator *a = &c->data->allocator;
    size_t n_slots = 16;
    while (n_slots < 2 * (size_t)c->data->n) n_slots *= 2;
    int32_t *slots = thaw__alloc(a, n_slots, sizeof *slots);
    if (!slots) return THAW_E_NOMEM;
    memset(slots, 0xff, n_slots * sizeof *slots);
    for (int64_t i = 0; i < c->data->n; i++) {
        if (!seen_before(slots, n_slots - 1, c->data, i)) continue;
        c->kept[i] = 0;
        c->report->duplicates++;
    }
    thaw__free(a, slots);
    return THAW_OK;
}

/* ---- values ---- */

static void drop_impossible_values(cleaning *c)
{
    const float low = c->options->value_min, high = c->options->value_max;
    if (low == high) return;
    for (int64_t i = 0; i < c->data->n; i++) {
        const float value = c->data->value[i];
        if (!c->kept[i] || !(value < low || value > high)) continue; /* NaN (no value) is kept */
        c->kept[i] = 0;
        c->report->impossible_values++;
    }
}

/* ---- owners: users or items of events ---- */

/* count[o] += kept events of owner o. */
static void count_events(const cleaning *c, const int32_t *owner, int64_t *count)
{
    for (int64_t i = 0; i < c->data->n; i++) count[owner[i]] += c->kept[i];
}

/* Drop the events of marked owners; counts the events, and the owners that had any. */
static void drop_owners(cleaning *c, const int32_t *owner, char *marked, int64_t *n_events, int64_t *n_owners)
{
    enum { COUNTED = 2 };
    for (int64_t i = 0; i < c->data->n; i++) {
        if (!c->kept[i] || !marked[owner[i]]) continue;
        c->kept[i] = 0;
        (*n_events)++;
        if (marked[owner[i]] != COUNTED) (*n_owners)++;
        marked[owner[i]] = COUNTED;
    }
}

static thaw_status drop_below(cleaning *c, const int32_t *owner, int64_t n_owners, int64_t least, int64_t *events,
                              int64_t *owners)
{
    if (least == 0) return THAW_OK;
    const thaw_allocator *a = &c->data->allocator;
    int64_t *count = thaw__alloc0(a, (size_t)n_owners, sizeof *count);
    char *marked = thaw__alloc(a, (size_t)n_owners, 1);
    if (count && marked) {
        count_events(c, owner, count);
        for (int64_t o = 0; o < n_owners; o++) marked[o] = count[o] < least;
        drop_owners(c, owner, marked, events, owners);
    }
    const thaw_status st = count && marked ? THAW_OK : THAW_E_NOMEM;
    thaw__free(a, count);
    thaw__free(a, marked);
    return st;
}

/* ---- bots ---- */

/* Whether a window [t, t + window) has more than `most` of the n times, which are sorted in place. */
static int has_burst(double *times, int64_t n, int64_t most, double window)
{
    if (n <= most) return 0;
    thaw__sort(times, (size_t)n, sizeof *times, thaw__by_double);
    for (int64_t i = 0; i + most < n; i++)
        if (times[i + most] - times[i] < window) return 1;
    return 0;
}

/* Counting sort: the known times of user u are times[begin[u]] … times[begin[u + 1] - 1]. begin [n_users + 2] must be
 * zero; counts are made two places up, and writing the times moves each start down by one. */
static void sort_times_by_user(const cleaning *c, double *times, int64_t *begin)
{
    const thaw_data *d = c->data;
    for (int64_t i = 0; i < d->n; i++)
        if (c->kept[i] && !isnan(d->time[i])) begin[d->user[i] + 2]++;
    for (int64_t u = 0; u < d->users.keys.n; u++) begin[u + 2] += begin[u + 1];
    for (int64_t i = 0; i < d->n; i++)
        if (c->kept[i] && !isnan(d->time[i])) times[begin[d->user[i] + 1]++] = d->time[i];
}

static thaw_status drop_bots(cleaning *c)
{
    if (c->options->max_per_window == 0) return THAW_OK;
    const thaw_allocator *a = &c->data->allocator;
    const int64_t n_users = c->data->users.keys.n;
    double *times = thaw__alloc(a, (size_t)c->data->n, sizeof *times);
    int64_t *begin = thaw__alloc0(a, (size_t)n_users + 2, sizeof *begin);
    char *bot = thaw__alloc(a, (size_t)n_users, 1);
    const thaw_status st = times && begin && bot ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        sort_times_by_user(c, times, begin);
        for (int64_t u = 0; u < n_users; u++)
            bot[u] = (char)has_burst(times + begin[u], begin[u + 1] - begin[u], c->options->max_per_window,
                                     c->options->window);
        drop_owners(c, c->data->user, bot, &c->report->bot_events, &c->report->bot_users);
    }
    thaw__free(a, times);
    thaw__free(a, begin);
    thaw__free(a, bot);
    return st;
}

/* ---- all rules ---- */

static thaw_status check_count(const char *name, int64_t count)
{
    return count >= 0 ? THAW_OK : thaw__fail(THAW_E_RANGE, "%s is %lld; must be at least 0", name, (long long)count);
}

static thaw_status check(const thaw_clean_options *o)
{
    THAW__TRY(check_count("duplicates", o->duplicates));
    THAW__TRY(check_count("max_per_window", o->max_per_window));
    THAW__TRY(check_count("min_item_events", o->min_item_events));
    THAW__TRY(check_count("min_user_events", o->min_user_events));
    if (!(o->value_max >= o->value_min))
        return thaw__fail(THAW_E_RANGE, "value_max is %g; must be at least value_min, %g", (double)o->value_max,
                          (double)o->value_min);
    if (!(o->window > 0)) return thaw__fail(THAW_E_RANGE, "window is %g; must be above 0", o->window);
    return THAW_OK;
}

static thaw_status apply_rules(cleaning *c)
{
    const thaw_data *d = c->data;
    thaw_clean_report *r = c->report;
    THAW__TRY(drop_duplicates(c));
    drop_impossible_values(c);
    THAW__TRY(drop_bots(c));
    THAW__TRY(
        drop_below(c, d->item, d->items.keys.n, c->options->min_item_events, &r->rare_item_events, &r->rare_items));
    return drop_below(c, d->user, d->users.keys.n, c->options->min_user_events, &r->light_user_events, &r->light_users);
}

static void close_gaps(thaw_data *data, const char *kept)
{
    int64_t n = 0;
    for (int64_t i = 0; i < data->n; i++)
        if (kept[i]) thaw__data_copy_event(data, n++, data, i);
    data->n = n;
}

thaw_status thaw__data_clean(thaw_data *data, thaw_clean_report *report, const thaw_clean_options *options)
{
    THAW__TRY(check(options));
    char *kept = thaw__alloc(&data->allocator, (size_t)data->n, 1);
    if (!kept) return THAW_E_NOMEM;
    if (data->n) memset(kept, 1, (size_t)data->n);

    thaw_clean_report found = {.struct_size = sizeof found};
    cleaning c = {data, options, &found, kept};
    const thaw_status st = apply_rules(&c);
    if (st == THAW_OK) {
        close_gaps(data, kept);
        found.events_left = data->n;
        if (report) *report = found;
    }
    thaw__free(&data->allocator, kept);
    return st;
}
