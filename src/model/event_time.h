/* SPDX-License-Identifier: Apache-2.0
 * Times of events given to a model: which are unknown, and which cannot be in the unit of training. */
#ifndef THAW_EVENT_TIME_H
#define THAW_EVENT_TIME_H

#include <math.h>

#include "model.h"

/** Set the time range of a model: the quantiles .01 and .99 of the times of data; 0 and 0 without times. */
thaw_status thaw__model_set_times(thaw_model *m, const thaw_data *data);

/** Whether times are counted from an epoch, such as 1970, long before the range; else they begin near 0. */
static inline int thaw__has_epoch(const thaw_model *m)
{
    return m->time_low > 2 * (m->time_high - m->time_low);
}

/** The time of an event, or NaN if it is unknown: NaN, or 0 where times have an epoch. An event without a time is now,
 *  as new as the newest. */
static inline double thaw__known_time(const thaw_model *m, const thaw_event *event)
{
    return event->time == 0 && thaw__has_epoch(m) ? NAN : event->time;
}

/** The newest known time of events [n] and of `newest`, which is -INFINITY if there is none. */
double thaw__newest_time(const thaw_model *m, const thaw_event *events, int64_t n, double newest);

/** The first event whose time is infinite, or too far from the range to be in the same unit (event_time.c has the
 *  bounds): THAW_E_RANGE. */
thaw_status thaw__check_times(const thaw_model *m, const thaw_event *events, int64_t n);

#endif
