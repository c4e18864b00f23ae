/* SPDX-License-Identifier: Apache-2.0
 * Adding events one by one. Undo: take a mark before, and on an error roll back to it. */
#ifndef THAW_DATA_EVENTS_H
#define THAW_DATA_EVENTS_H

#include "data.h"
#include "text.h"

/** The sizes of a data set at one time. */
typedef struct thaw__mark {
    int64_t users, items, events, baskets, notes, n;
} thaw__mark;

thaw__mark thaw__data_mark(const thaw_data *data);

/** Remove the keys and events that were added after the mark. */
void thaw__data_rollback(thaw_data *data, const thaw__mark *mark);

/** One event by keys. */
typedef struct thaw__event_text {
    thaw__text user, item, event;
    thaw__text basket; /* empty: none */
    double value;      /* NaN: none */
    double time;       /* NaN: unknown */
} thaw__event_text;

/** Append one event. On error some of its keys may have been added: roll back. */
thaw_status thaw__data_add_event(thaw_data *data, const thaw__event_text *event);

/** Event i of a source. */
typedef thaw_status thaw__event_at(thaw__event_text *out, const void *source, int64_t i);

/** Append n events of a source, all or none. */
thaw_status thaw__data_add_all(thaw_data *data, thaw__event_at *at, const void *source, int64_t n);

/** THAW_E_ARG for NULL, THAW_E_RANGE for text that is empty, longer than `most` bytes or not UTF-8. */
thaw_status thaw__text_check(const char *what, thaw__text text, size_t most);

/** The row of a key, which is added if it is new. */
thaw_status thaw__table_row(thaw__table *table, int64_t *row, const char *what, thaw__text key);

/** Reserve memory for n events in total. */
thaw_status thaw__data_reserve(thaw_data *data, int64_t n);

/** out[to] = data[from]. out must have the capacity and the same rows of keys. */
void thaw__data_copy_event(thaw_data *out, int64_t to, const thaw_data *data, int64_t from);

#endif
