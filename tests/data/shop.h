/* SPDX-License-Identifier: Apache-2.0
 * Helpers of data tests: tables as literals, features as text. */
#ifndef SHOP_H
#define SHOP_H

#include <check.h>
#include <string.h>

#include "status.h"
#include "thaw/thaw.h"

static inline thaw_data *shop_create(const thaw_allocator *allocator)
{
    thaw_data *data;
    thaw_config config = {.struct_size = sizeof config};
    if (allocator) config.allocator = *allocator;
    ck_assert_int_eq(thaw_data_create(&data, &config), THAW_OK);
    return data;
}

/** Read a literal as a table, separated by commas if csv, else by tabs. */
static inline thaw_status shop_read(thaw_data *data, int32_t table, int csv, const char *text)
{
    thaw_read_options options;
    thaw_read_options_init(&options, sizeof options);
    options.table = table;
    options.format = csv ? THAW_FORMAT_CSV : THAW_FORMAT_TSV;
    return thaw_data_read_buffer(data, text, (int64_t)strlen(text), &options);
}

/** The text of a feature; "?" if it is unknown. */
static inline const char *shop_feature(const thaw_data *data, int32_t table, const char *key, const char *name)
{
    static char text[5000];
    return thaw_data_feature(data, text, sizeof text, table, key, name) == THAW_OK ? text : "?";
}

static inline thaw_event_view shop_event(const thaw_data *data, int64_t i)
{
    thaw_event_view view = {0};
    ck_assert_int_eq(thaw_data_event(data, &view, i), THAW_OK);
    return view;
}

#define ck_assert_shop_size(data, events, users, items) \
    do { \
        ck_assert_int_eq(thaw_data_n_events(data), events); \
        ck_assert_int_eq(thaw_data_n_users(data), users); \
        ck_assert_int_eq(thaw_data_n_items(data), items); \
    } while (0)

/** The last error contains this text. */
#define ck_assert_reason(words) ck_assert_msg(strstr(thaw__last_error(), words) != NULL, "%s", thaw__last_error())

#endif
