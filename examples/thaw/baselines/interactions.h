/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_INTERACTIONS_H
#define THAW_CLI_INTERACTIONS_H

/* The interaction matrix X of users and items, sparse by rows: 1 where a user interacted with an item. */

#include "ranking_protocol.h"

typedef struct interactions {
    int64_t n_rows, n_columns;
    int64_t *start;   /* [n_rows + 1] */
    int32_t *columns; /* [start[n_rows]] row by row, no duplicates within a row */
} interactions;

/** Make X from the events of one name (-1: any name) before a time (NaN: all times). */
void interactions_create(interactions *out, const histories *histories, const user_list *users, int64_t n_items,
                         int32_t event, double until);
/** Transpose: rows are items, columns are users. */
void interactions_transpose(interactions *out, const interactions *x);
void interactions_free(interactions *x);

#endif
