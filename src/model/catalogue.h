/* SPDX-License-Identifier: Apache-2.0
 * The items of one shop or domain: their keys, their features with the content prior that the features are the input of, which of
 * them are retired, and codes for searching them. A model has an array of catalogues, of one today; an event names its catalogue. */
#ifndef THAW_CATALOGUE_H
#define THAW_CATALOGUE_H

#include "codes.h"
#include "params.h"
#include "prior.h"

typedef struct thaw__catalogue {
    thaw__keymap items;     /* keys; a row never changes */
    thaw__prior prior;      /* of an item's parameters given its features; dim 0: the method has none */
    thaw__sparse features;  /* [items] g_i */
    uint8_t *retired;       /* [n_retired] 1: never recommended. Later items are not. NULL: none */
    int64_t n_retired;
    thaw__codes codes;      /* of the rows that are scored; made when loading, not in the file */
} thaw__catalogue;

void thaw__catalogue_init(thaw__catalogue *c, const thaw_allocator *a);

/** Free what is no row of the parameter table. */
void thaw__catalogue_free(thaw__catalogue *c, const thaw_allocator *a);

/** Its rows of the parameter table. */
void thaw__catalogue_params(thaw__catalogue *c, thaw__params *out);

/** Names, and what the shapes of the parameter table come from; the rows of the table follow by it. */
thaw_status thaw__catalogue_copy_names(thaw__catalogue *to, const thaw__catalogue *from, const thaw_allocator *a);

/** Add the keys of a table's items that are not known, with their features encoded; *n_added says how many. The arrays of the
 *  table do not grow here. Unchanged on error. */
thaw_status thaw__catalogue_add(thaw__catalogue *c, int64_t *n_added, const thaw__table *items, const thaw_allocator *a);

/** Mark rows, which are checked, as retired (1) or not (0); unchanged on error. */
thaw_status thaw__catalogue_retire(thaw__catalogue *c, const int64_t *rows, int64_t n, int retired, const thaw_allocator *a);

/** Whether what a file says of features is in order. */
int thaw__catalogue_is_sound(const thaw__catalogue *c);

#endif
