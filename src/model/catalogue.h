/* SPDX-License-Identifier: Apache-2.0
 * The items of one shop or domain: keys, features, the prior that depends on the features, retired items, and codes for
 * the search. A model has an array of catalogues, of one today; an event names its catalogue.
 */
#ifndef THAW_CATALOGUE_H
#define THAW_CATALOGUE_H

#include "codes.h"
#include "params.h"
#include "prior.h"

typedef struct thaw__catalogue {
    thaw__keymap items;    /* keys; the row of an item never changes */
    thaw__prior prior;     /* of an item's parameters given its features; dim 0: the method has none */
    thaw__sparse features; /* [items] g_i */
    uint8_t *retired;      /* [n_retired] 1: never recommended; items beyond are not retired. NULL: none is */
    int64_t n_retired;
    thaw__codes codes; /* of the scored rows; computed when loading, not in files */
} thaw__catalogue;

void thaw__catalogue_init(thaw__catalogue *c, const thaw_allocator *a);

/** Free what is not in the parameter table. */
void thaw__catalogue_free(thaw__catalogue *c, const thaw_allocator *a);

/** Append the rows of the parameter table. */
void thaw__catalogue_params(thaw__catalogue *c, thaw__params *out);

/** Copy keys, names of features, and the shapes of the parameter table, but not its arrays. */
thaw_status thaw__catalogue_copy_names(thaw__catalogue *to, const thaw__catalogue *from, const thaw_allocator *a);

/** Add the *n_added items of a table that are new, with their features. The arrays of the parameter table do not grow
 *  here. Unchanged on error. */
thaw_status thaw__catalogue_add(thaw__catalogue *c, int64_t *n_added, const thaw__table *items,
                                const thaw_allocator *a);

/** Mark rows [n] as retired (1) or not (0). The rows must be valid. Unchanged on error. */
thaw_status thaw__catalogue_retire(thaw__catalogue *c, const int64_t *rows, int64_t n, int retired,
                                   const thaw_allocator *a);

/** Whether the features of a file are valid: starts ascend, coordinates are within the width. */
int thaw__catalogue_is_sound(const thaw__catalogue *c);

#endif
