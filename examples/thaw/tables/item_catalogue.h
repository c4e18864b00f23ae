/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_ITEM_CATALOGUE_H
#define THAW_CLI_ITEM_CATALOGUE_H

/* The rows of items and event names in an evaluation. A catalogue made from a model has the rows of the model; one made
 * from data numbers keys in the order of the data. The texts are borrowed from the model or the data. */

#include "thaw/thaw.h"

/** Map from texts to rows: a hash table with linear probing. */
typedef struct key_index {
    const char **texts; /* [n] */
    int64_t *slots;     /* [n_slots] row + 1, or 0 if free; n_slots is a power of two, at most half of it in use */
    int64_t n, n_slots;
} key_index;

/** The row of a text; -1 if it is not in the index. */
int64_t key_index_find(const key_index *index, const char *text);
/** The row of a text; adds the text if it is not in the index. */
int64_t key_index_add(key_index *index, const char *text);
void key_index_free(key_index *index);

typedef struct catalogue {
    key_index items, events;
} catalogue;

/** Make a catalogue with the rows of a model: 0, or 1 with a message. */
int catalogue_from_model(catalogue *out, const thaw_model *model);

/** Add the items and event names of a data set: 0, or 1 with a message. */
int catalogue_add_data(catalogue *catalogue, const thaw_data *data);

/** Add the event names of a data set only: 0, or 1 with a message. */
int catalogue_add_events(catalogue *catalogue, const thaw_data *data);

void catalogue_free(catalogue *catalogue);

#endif
