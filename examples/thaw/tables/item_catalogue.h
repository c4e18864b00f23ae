/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_ITEM_CATALOGUE_H
#define THAW_CLI_ITEM_CATALOGUE_H

/* The items and the event names that an evaluation speaks of, by row. Made from a model its rows are the model's own;
 * without one they come in the order of the data. The texts are lent by the model or the data. */

#include "thaw/thaw.h"

/** Texts with a row each, found by hashing. */
typedef struct names {
    const char **texts; /* [n] */
    int64_t *slots;     /* [n_slots] row + 1 or 0; a power of two of them, at most half of them in use */
    int64_t n, n_slots;
} names;

/** The row of a text; -1 if it has none. */
int64_t names_find(const names *names, const char *text);
/** The row of a text, a new one if it has none. */
int64_t names_add(names *names, const char *text);
void names_free(names *names);

typedef struct catalogue {
    names items, events;
} catalogue;

/** The rows of a model: 0, or 1 with a message. */
int catalogue_of_model(catalogue *out, const thaw_model *model);

/** Add what the events of a data set name: 0, or 1 with a message. */
int catalogue_add_data(catalogue *catalogue, const thaw_data *data);

/** Add the names of its events alone. */
int catalogue_add_events(catalogue *catalogue, const thaw_data *data);

void catalogue_free(catalogue *catalogue);

#endif
