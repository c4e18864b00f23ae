/* SPDX-License-Identifier: Apache-2.0
 * Tables and columns as a whole: create, copy, free, print. Rows change through patch.h. */
#ifndef THAW_DATA_COLUMNS_H
#define THAW_DATA_COLUMNS_H

#include "data.h"

/** Append an empty column. The name must be new and at most THAW__NAME_MAX bytes. */
thaw_status thaw__table_add_column(thaw__table *table, const char *name, int32_t type, const thaw_allocator *a);

/** Remove the last column. */
void thaw__table_drop_column(thaw__table *table, const thaw_allocator *a);

/** A deep copy; `out` is empty on error. */
thaw_status thaw__table_copy(thaw__table *out, const thaw__table *from, const thaw_allocator *a);

void thaw__table_free(thaw__table *table, const thaw_allocator *a);

/** Compact the pool if more than half of it is unused, after rows were overwritten. */
thaw_status thaw__column_compact(thaw__column *column, const thaw_allocator *a);

#endif
