/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_SQLITE_H
#define THAW_SQLITE_H

/* libthaw_sqlite: tables for thaw straight from an SQLite database. A companion library, so that libthaw itself needs no
 * SQLite. The rules at the top of thaw.h hold here too. */

#include "thaw/thaw.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Append the rows of one SELECT.
 *
 *  The result's columns are named as in thaw_data_read(), "name" or "name:type"; rename them with AS where they are not:
 *
 *      SELECT customer AS user_id, sku AS item_id, 'purchase' AS event, strftime('%s', day) AS timestamp FROM orders
 *
 *  Features without a type are float if every value is an integer or a real, else token. NULL is missing.
 *
 *  @param path   a database; it is opened read-only and never made.
 *  @param query  one statement that only reads.
 *  @param table  THAW_TABLE_EVENTS, THAW_TABLE_ITEMS or THAW_TABLE_USERS.
 *  @return THAW_E_IO      the database cannot be opened or read
 *          THAW_E_ARG     the query is wrong, writes, returns no columns or is more than one statement
 *          THAW_E_FORMAT  a value is a BLOB or not UTF-8, a number cannot be read, a column is missing or named twice;
 *                         names the line: row + 1 if no text holds a line end
 *          and as thaw_data_read()
 *  Nothing is added on error. The rows are gathered first, outside the data's allocator: about the size of the same table
 *  as a file.  Since 0.1.
 */
THAW_API thaw_status thaw_data_read_sqlite(thaw_data *data, const char *path, const char *query, int32_t table);

/** Why the last failing thaw_data_read_sqlite() of the calling thread failed, in one line; "" if none failed yet.
 *  thaw_last_error() does not know of failures inside SQLite.  Since 0.1. */
THAW_API const char *thaw_sqlite_last_error(void);

#ifdef __cplusplus
}
#endif
#endif
