/* SPDX-License-Identifier: Apache-2.0
 * Which column of a table is which field of an event: by the caller's choice, by name, or by the names that shops use.
 * Letters count without case, and only letters and digits count: "Customer ID" is customerid. */
#ifndef THAW_DATA_COLUMN_NAMES_H
#define THAW_DATA_COLUMN_NAMES_H

#include "data.h"
#include "table_reader.h"

enum { THAW__USER, THAW__ITEM, THAW__EVENT, THAW__VALUE, THAW__TIME, THAW__BASKET, THAW__FIELDS };

/** The name of a field: user_id, item_id, event, rating, timestamp, basket. */
const char *thaw__field_name(int field);

/** Check the text of thaw_read_options.columns: THAW_E_RANGE unless it is FIELD=NAME,…; NULL is valid. */
thaw_status thaw__check_columns(const char *columns);

/** The column of a field, -1: none. If the choice in `columns` is not in the table: THAW_E_UNKNOWN if `strict`, else
 *  the choice is not used. THAW_E_FORMAT if two columns have names of the field. Errors name the columns of the
 *  table. */
thaw_status thaw__find_column(int64_t *out, const thaw__reader *reader, int field, const char *columns, int strict);

/** THAW_E_FORMAT: the table has no column for the field; names those it has. */
thaw_status thaw__refuse_missing(const thaw__reader *reader, int field);

/** Whether a column is a quantity (quantity, qty, amount, units) by its name. */
int thaw__is_quantity(const char *name);

/** The field that the name of an unused column is a misspelling of, with at most one letter in five wrong, among fields
 *  that have no column; NULL: none. */
const char *thaw__meant_field(const char *name, const int64_t found[THAW__FIELDS]);

#endif
