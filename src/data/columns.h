/* SPDX-License-Identifier: Apache-2.0
 * The tables of items and users and their columns, as wholes: make, copy, free, print. Rows change through patch.h. */
#ifndef THAW_DATA_COLUMNS_H
#define THAW_DATA_COLUMNS_H

#include "data.h"

/** Append an empty column. The name is known to be new and short enough. */
thaw_status thaw__table_add_column(thaw__table *table, const char *name, int32_t type, const thaw_allocator *a);

/** Remove the last column. */
void thaw__table_drop_column(thaw__table *table, const thaw_allocator *a);

/** A copy with the same rows; `out` is empty on error. */
thaw_status thaw__table_copy(thaw__table *out, const thaw__table *from, const thaw_allocator *a);

void thaw__table_free(thaw__table *table, const thaw_allocator *a);

/** Put the values that rows still use into a new pool if most of the old one is left over from overwritten rows. */
thaw_status thaw__column_compact(thaw__column *column, const thaw_allocator *a);

#endif
