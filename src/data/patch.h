/* SPDX-License-Identifier: Apache-2.0
 * A change to one feature column that is whole or not at all.
 *
 * Values go to the end of the column's pool, where no row sees them; which row takes how many is noted aside. reserve()
 * is the last step that can fail; apply() then points the rows at their values. Several patches, one per column and
 * begun in the order of the columns, become one change: put all, reserve all, apply all, or undo all from the last to
 * the first.
 */
#ifndef THAW_DATA_PATCH_H
#define THAW_DATA_PATCH_H

#include "data.h"
#include "text.h"

/** The row takes so many of the values that come next in the pool. */
typedef struct thaw__edit {
    int32_t row;
    int32_t count;
} thaw__edit;

typedef struct thaw__patch {
    const thaw_allocator *allocator;
    thaw__table *table;
    size_t column;     /* place in table->columns, which may move while others begin */
    int fresh;         /* the column came with this patch */
    size_t n_pool;     /* as it was before */
    int64_t n_tokens;
    thaw__edit *edits; /* [n] in order; their values begin at n_pool */
    size_t n, cap;
} thaw__patch;

/** Find or make the column. THAW_E_MISMATCH: it exists with another type. A failed begin needs no undo. */
thaw_status thaw__patch_begin(thaw__patch *patch, thaw_data *data, int32_t table, const char *name, int32_t type);

/** Note the value of a row; "" is missing. THAW_E_FORMAT: a number cannot be read. */
thaw_status thaw__patch_put(thaw__patch *patch, int64_t row, thaw__text value);

thaw_status thaw__patch_reserve(thaw__patch *patch);

/** Make the change and release the patch. */
void thaw__patch_apply(thaw__patch *patch);

/** Take everything back and release the patch. */
void thaw__patch_undo(thaw__patch *patch);

#endif
