/* SPDX-License-Identifier: Apache-2.0
 * A change of one feature column, all or nothing.
 *
 * put() appends values to the pool of the column, where no row refers to them, and notes which row has how many.
 * reserve() is the last step that can fail. apply() makes the rows refer to their values. Patches of several columns,
 * begun in the order of the columns, are one change: put all, reserve all, apply all; or undo all from the last to the
 * first.
 */
#ifndef THAW_DATA_PATCH_H
#define THAW_DATA_PATCH_H

#include "data.h"
#include "text.h"

/** The row has the next `count` values of the patch. */
typedef struct thaw__edit {
    int32_t row;
    int32_t count;
} thaw__edit;

typedef struct thaw__patch {
    const thaw_allocator *allocator;
    thaw__table *table;
    size_t column; /* index in table->columns, which may be reallocated by another begin */
    int is_new;    /* the column was added by this patch */
    size_t n_pool; /* before the patch */
    int64_t n_tokens;
    thaw__edit *edits; /* [n] in order; the first value is number n_pool of the pool */
    size_t n, cap;
} thaw__patch;

/** Find or add the column. THAW_E_MISMATCH: it exists with another type. Nothing to undo on error. */
thaw_status thaw__patch_begin(thaw__patch *patch, thaw_data *data, int32_t table, const char *name, int32_t type);

/** Set the value of a row; "": missing. THAW_E_FORMAT: not a number. */
thaw_status thaw__patch_put(thaw__patch *patch, int64_t row, thaw__text value);

/** Reserve all memory that apply() needs. */
thaw_status thaw__patch_reserve(thaw__patch *patch);

/** Apply the change and free the patch. */
void thaw__patch_apply(thaw__patch *patch);

/** Undo everything and free the patch. */
void thaw__patch_undo(thaw__patch *patch);

#endif
