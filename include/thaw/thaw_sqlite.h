/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_SQLITE_H
#define THAW_SQLITE_H

/* libthaw_sqlite reads tables for thaw from an SQLite database. It is a companion library, so that libthaw does not
 * need SQLite. The rules at the top of thaw.h hold here too. */

#include "thaw/thaw.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Append the rows of one SELECT to a data set.
 *
 *  The columns of the result have the names of thaw_data_read(), "name" or "name:type". Rename others with AS:
 *
 *      SELECT customer AS user_id, sku AS item_id, 'purchase' AS event, strftime('%s', day) AS timestamp FROM orders
 *
 *  Features without a type are float if every value is an integer or a real, else token. NULL is missing.
 *
 *  @param path   a database; it is opened read-only and never created.
 *  @param query  one statement that only reads.
 *  @param table  THAW_TABLE_EVENTS, THAW_TABLE_ITEMS or THAW_TABLE_USERS.
 *  @return THAW_E_IO      the database cannot be opened or read
 *          THAW_E_ARG     the query is wrong, writes, returns no columns or is more than one statement
 *          THAW_E_FORMAT  a value is a BLOB or not UTF-8, a number cannot be read, a column is missing or named twice;
 *                         the message has the line, which is row + 1 if no text has a line end
 *          and as thaw_data_read()
 *  Nothing is added on error. The rows are collected first, with malloc: about as many bytes as the same table has as a
 *  file. One thread at a time per data set.  Since 0.1.
 */
THAW_API thaw_status thaw_data_read_sqlite(thaw_data *data, const char *path, const char *query, int32_t table);

/** The cause of the last failure of thaw_data_read_sqlite() on the calling thread, in one line; "" if none failed.
 *  thaw_last_error() does not have failures inside SQLite. Valid until the next failure.  Since 0.1. */
THAW_API const char *thaw_sqlite_last_error(void);

#ifdef __cplusplus
}
#endif
#endif
