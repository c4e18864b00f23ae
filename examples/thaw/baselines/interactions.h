/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_INTERACTIONS_H
#define THAW_CLI_INTERACTIONS_H

/* Who has what: the sparse matrix X of users and items, 1 where a user has an item. */

#include "ranking_protocol.h"

typedef struct cells {
    int64_t n_rows, n_columns;
    int64_t *start;   /* [n_rows + 1] */
    int32_t *columns; /* [start[n_rows]] of one row after the other, none twice in a row */
} cells;

/** The items of each user, from events of one name (-1: of any) before a time (NaN: at any). */
void cells_create(cells *out, const histories *histories, const user_list *users, int64_t n_items, int32_t event,
                  double until);
/** The users of each item. */
void cells_transpose(cells *out, const cells *x);
void cells_free(cells *cells);

#endif
