/* SPDX-License-Identifier: Apache-2.0
 * A data set by the shop's keys: events in order of arrival, and features of items and users.
 *
 * Every string is stored once and is a row number from then on. Additions are all or nothing: on error the data set is
 * unchanged; on success pointers into it are invalid. The api room checks pointers and options; files and values are
 * checked here, where the line number is known.
 */
#ifndef THAW_DATA_H
#define THAW_DATA_H

#include "keymap.h"
#include "thaw/thaw.h"

enum { THAW__NAME_MAX = 64, THAW__KEY_MAX = 1024, THAW__REASON_BYTES = 160 };

/** One feature column of items or users. Row r has the values first[r] … first[r] + count[r] - 1 of the pool; rows from
 *  n_rows on have none. Pool and tokens may also contain values that no row has, after rows were overwritten. */
typedef struct thaw__column {
    char name[THAW__NAME_MAX + 1];
    int32_t type;        /* THAW_TYPE_TOKEN … THAW_TYPE_TEXT */
    thaw__keymap tokens; /* the distinct values of token, token_seq and text columns */
    int64_t n_rows;
    int64_t *first; /* [n_rows] */
    int32_t *count; /* [n_rows] */
    size_t cap_first, cap_count;
    int32_t *ids;   /* [n_pool] rows of tokens; token types */
    float *numbers; /* [n_pool] finite; float types */
    size_t n_pool, cap_pool;
} thaw__column;

/** Items or users: their keys and feature columns. */
typedef struct thaw__table {
    thaw__keymap keys;
    thaw__column *columns;
    size_t n_columns, cap_columns;
    thaw__keymap names; /* of the columns, in their order */
} thaw__table;

struct thaw_data {
    thaw_allocator allocator;
    thaw__table users;
    thaw__table items;
    thaw__keymap events; /* event names, in the form of thaw__event_canonical() */
    thaw__keymap baskets;
    thaw__keymap notes; /* what reading decided by itself, one sentence each (notes.h) */
    int64_t n;          /* events */
    size_t cap[6];      /* capacities of the arrays below, in their order */
    int32_t *user;      /* [n] rows of users.keys */
    int32_t *item;      /* [n] rows of items.keys */
    int32_t *event;     /* [n] rows of events */
    int32_t *basket;    /* [n] rows of baskets, -1: none */
    float *value;       /* [n] finite, NaN: none */
    double *time;       /* [n] finite, NaN: unknown */
};

/** The canonical name of an event: names of GA4 are aliases of short ones (view, cart, …); others do not change. */
const char *thaw__event_canonical(const char *name);

/** Whether events of this name are negative by default: return, dislike and the like. */
int thaw__event_is_refusal(const char *name);

/** The column of a name, or NULL. */
thaw__column *thaw__table_column(const thaw__table *table, const char *name);

/** The table of THAW_TABLE_ITEMS or THAW_TABLE_USERS. */
static inline const thaw__table *thaw__data_table(const thaw_data *data, int32_t table)
{
    return table == THAW_TABLE_ITEMS ? &data->items : &data->users;
}

/** Mark users: marks [users] is 1 for the given rows [n] and 0 for the others; rows NULL: 1 for all.
 *  @return THAW_E_RANGE if a row is out of bounds or given twice; marks are then undefined */
thaw_status thaw__data_mark_users(const thaw_data *data, uint8_t *marks, const int64_t *rows, int64_t n);

/** THAW_E_UNKNOWN if the row of a model for the item or for the name of event e is below 0; names which. */
thaw_status thaw__data_check_known(const thaw_data *data, int64_t e, int64_t item_row, int64_t event_row);

static inline int thaw__is_float(int32_t type)
{
    return type == THAW_TYPE_FLOAT || type == THAW_TYPE_FLOAT_SEQ;
}

/** Bytes of a number of a thaw_number_array. */
static inline int32_t thaw__number_bytes(int32_t type)
{
    return type == THAW_NUMBER_FLOAT32 || type == THAW_NUMBER_INT32 ? 4 : 8;
}

/** The objective that the data suggest, and the reason in one line. */
int32_t thaw__data_objective(const thaw_data *data, char reason[THAW__REASON_BYTES]);

/* The public functions of the same names; pointers are not NULL and options are complete. */
thaw_status thaw__data_create(thaw_data **out, const thaw_allocator *allocator);
void thaw__data_free(thaw_data *data);
thaw_status thaw__data_add_events(thaw_data *data, const thaw_event_columns *columns, int64_t n);
thaw_status thaw__data_add_event_arrays(thaw_data *data, const thaw_event_arrays *arrays, int64_t n);
thaw_status thaw__data_add_feature(thaw_data *data, int32_t table, const char *name, int32_t type,
                                   const char *const *keys, const char *const *values, int64_t n);
thaw_status thaw__data_read(thaw_data *data, const char *path, const thaw_read_options *options);
thaw_status thaw__data_read_buffer(thaw_data *data, const char *bytes, size_t size, const thaw_read_options *options);
thaw_status thaw__data_event(const thaw_data *data, thaw_event_view *out, int64_t index);
thaw_status thaw__data_feature(const thaw_data *data, char *out, int64_t capacity, int32_t table, const char *key,
                               const char *name);
void thaw__data_info(const thaw_data *data, thaw_data_info *out);
thaw_status thaw__data_event_info(const thaw_data *data, thaw_event_info *out, int64_t index);
thaw_status thaw__data_split(const thaw_data *data, thaw_data **train, thaw_data **test,
                             const thaw_split_options *options);
thaw_status thaw__data_clean(thaw_data *data, thaw_clean_report *report, const thaw_clean_options *options);

#endif
