/* SPDX-License-Identifier: Apache-2.0
 * What a data set holds, and the objective that it suggests. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "status.h"

thaw_status thaw__data_event_info(const thaw_data *data, thaw_event_info *out, int64_t index)
{
    if (index < 0 || index >= data->events.n)
        return thaw__fail(THAW_E_RANGE, "index is %" PRId64 "; must be 0 to %" PRId64, index, data->events.n - 1);
    *out = (thaw_event_info){.struct_size = sizeof *out, .name = thaw__keymap_key(&data->events, index)};
    for (int64_t e = 0; e < data->n; e++) {
        out->events += data->event[e] == index;
        out->values += data->event[e] == index && !isnan(data->value[e]);
    }
    return THAW_OK;
}

/* ---- the objective ----------------------------------------------------------------------------------------------- */

static int is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return 1;
    return 0;
}

/* What the values of events of this name are, as far as the name says. */
typedef enum value_kind { RATINGS, QUANTITIES, EITHER } value_kind;

static value_kind value_kind_of(const char *name)
{
    static const char *const ratings[] = {"rating", "rate", "review", "stars", "score", "vote", NULL};
    static const char *const behaviour[] = {"view",   "cart",  "purchase", "favourite", "return",      "click",
                                            "order",  "buy",   "sale",     "play",      "transaction", "download",
                                            "listen", "share", "checkout", "visit",     "like",        NULL};
    return is_one_of(name, ratings) ? RATINGS : is_one_of(name, behaviour) ? QUANTITIES : EITHER;
}

/* The first event name of each kind whose events have values; NULL: none. One pass; names are looked at once, but for
 * those beyond the first 256. */
static void find_valued(const thaw_data *data, const char *first[EITHER + 1])
{
    enum { KNOWN = 256 };
    uint8_t kind[KNOWN];
    for (int64_t k = 0; k < data->events.n && k < KNOWN; k++)
        kind[k] = (uint8_t)value_kind_of(thaw__keymap_key(&data->events, k));
    for (int64_t e = 0; e < data->n && !first[RATINGS]; e++) {
        if (isnan(data->value[e])) continue;
        const char *name = thaw__keymap_key(&data->events, data->event[e]);
        const value_kind of = data->event[e] < KNOWN ? (value_kind)kind[data->event[e]] : value_kind_of(name);
        if (!first[of]) first[of] = name;
    }
}

int32_t thaw__data_objective(const thaw_data *data, char reason[THAW__REASON_BYTES])
{
    const char *first[EITHER + 1] = {NULL};
    find_valued(data, first);
    if (first[RATINGS]) snprintf(reason, THAW__REASON_BYTES, "events named %s have values", first[RATINGS]);
    else if (first[EITHER])
        snprintf(reason, THAW__REASON_BYTES,
                 "values of %s are taken for quantities; objective=rating if they are ratings", first[EITHER]);
    else if (first[QUANTITIES])
        snprintf(reason, THAW__REASON_BYTES, "values of %s are quantities, not ratings", first[QUANTITIES]);
    else snprintf(reason, THAW__REASON_BYTES, "no event has a value");
    return first[RATINGS] ? THAW_OBJECTIVE_RATING : THAW_OBJECTIVE_RANKING;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* Seconds in one unit of a time since 1970: 1, 1e-3, 1e-6, 1e-9, as its size says for 1973 to 5138; 0 for any other. */
static double time_unit(double time)
{
    static const double units[] = {1, 1e-3, 1e-6, 1e-9};
    for (int k = 0; k < 4; k++)
        if (time * units[k] >= 1e8 && time * units[k] < 1e11) return units[k];
    return 0;
}

static void widen(double *low, double *high, double x)
{
    if (isnan(x)) return;
    if (!(*low <= x)) *low = x;
    if (!(*high >= x)) *high = x;
}

void thaw__data_info(const thaw_data *data, thaw_data_info *out)
{
    *out = (thaw_data_info){.struct_size = sizeof *out,
                            .events = data->n,
                            .users = data->users.keys.n,
                            .items = data->items.keys.n,
                            .baskets = data->baskets.n,
                            .event_names = data->events.n,
                            .value_min = NAN,
                            .value_max = NAN,
                            .time_min = NAN,
                            .time_max = NAN};
    for (int64_t e = 0; e < data->n; e++) {
        out->values += !isnan(data->value[e]);
        out->times += !isnan(data->time[e]);
        widen(&out->value_min, &out->value_max, (double)data->value[e]);
        widen(&out->time_min, &out->time_max, data->time[e]);
    }
    out->time_unit = time_unit(out->time_max);
    out->objective = thaw__data_objective(data, out->objective_reason);
}
