/* SPDX-License-Identifier: Apache-2.0
 * Bounds of times, with the range low … high of training and span = high - low:
 *
 *     times from an epoch, low > 2 span:  low / 10 … 10 high
 *     times that begin near 0:            low - 100 span … high + 100 span
 *
 * For seconds since 1970 a factor of 10 covers centuries, but no other unit and no 0.
 */
#include "event_time.h"

#include <inttypes.h>
#include <math.h>

#include "data.h"
#include "mem.h"
#include "sort.h"
#include "status.h"

enum { MOST_TIMES = 100000 }; /* events that the quantiles are taken of, evenly spread over the data */

thaw_status thaw__model_set_times(thaw_model *m, const thaw_data *data)
{
    const int64_t step = data->n / MOST_TIMES + 1;
    double *times = thaw__alloc(&m->config.allocator, (size_t)(data->n / step + 1), sizeof *times);
    if (!times) return THAW_E_NOMEM;
    size_t n = 0;
    for (int64_t e = 0; e < data->n; e += step)
        if (!isnan(data->time[e])) times[n++] = data->time[e];
    thaw__sort(times, n, sizeof *times, thaw__by_double);
    m->time_low = n ? times[n / 100] : 0;
    m->time_high = n ? times[n - 1 - n / 100] : 0;
    thaw__free(&m->config.allocator, times);
    return THAW_OK;
}

double thaw__newest_time(const thaw_model *m, const thaw_event *events, int64_t n, double newest)
{
    for (int64_t k = 0; k < n; k++) {
        const double time = thaw__known_time(m, &events[k]);
        if (time > newest) newest = time;
    }
    return newest;
}

static thaw_status refuse(const thaw_model *m, double time, int64_t k)
{
    if (isinf(time)) return thaw__fail(THAW_E_RANGE, "event %" PRId64 " has an infinite time", k);
    return thaw__fail(THAW_E_RANGE,
                      "event %" PRId64 " has the time %.15g; times of training are about %.15g to %.15g. Is "
                      "it in another unit?",
                      k, time, m->time_low, m->time_high);
}

thaw_status thaw__check_times(const thaw_model *m, const thaw_event *events, int64_t n)
{
    const double low = m->time_low, high = m->time_high, span = high - low;
    const int known = low != 0 || high != 0, epoch = thaw__has_epoch(m);
    const double least = !known ? -INFINITY : epoch ? low / 10 : low - 100 * span;
    const double most = !known ? INFINITY : epoch ? 10 * high : high + 100 * span;
    for (int64_t k = 0; k < n; k++) {
        const double time = thaw__known_time(m, &events[k]);
        if (isinf(time) || time < least || time > most) return refuse(m, time, k); /* NaN: unknown */
    }
    return THAW_OK;
}
