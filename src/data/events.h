/* SPDX-License-Identifier: Apache-2.0
 * Adding events one at a time, with a way back: take a mark, add, and on failure roll back to the mark. */
#ifndef THAW_DATA_EVENTS_H
#define THAW_DATA_EVENTS_H

#include "data.h"
#include "text.h"

/** How much a data set knew at some time. */
typedef struct thaw__mark {
    int64_t users, items, events, baskets, n;
} thaw__mark;

thaw__mark thaw__data_mark(const thaw_data *data);

/** Forget the keys and events that came after the mark. */
void thaw__data_rollback(thaw_data *data, const thaw__mark *mark);

/** One event as a shop writes it. */
typedef struct thaw__event_text {
    thaw__text user, item, event;
    thaw__text basket; /* empty: none */
    double value;      /* NaN: none */
    double time;       /* NaN: unknown */
} thaw__event_text;

/** Append one event. Its keys may stay behind on error: roll back. */
thaw_status thaw__data_add_event(thaw_data *data, const thaw__event_text *event);

/** Refuse text that is NULL, empty, longer than `most` bytes or not UTF-8. */
thaw_status thaw__text_check(const char *what, thaw__text text, size_t most);

/** The row of a user's or item's key, new if need be. */
thaw_status thaw__table_row(thaw__table *table, int64_t *row, const char *what, thaw__text key);

/** Room for n events in all. */
thaw_status thaw__data_reserve(thaw_data *data, int64_t n);

/** Copy event `from` of one data set to place `to` of another that has the room and the same rows. */
void thaw__data_copy_event(thaw_data *out, int64_t to, const thaw_data *data, int64_t from);

#endif
