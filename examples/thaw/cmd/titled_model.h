/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_TITLED_MODEL_H
#define THAW_CLI_TITLED_MODEL_H

/* A model from a file, with the items and titles of --item, and the printing of lists of items. */

#include <jansson.h>

#include "item_names.h"
#include "tables.h"

typedef struct titled_model {
    thaw_model *model;
    thaw_data *data; /* NULL without --item */
} titled_model;

/** Map the model, and add items of --item that it does not have: 0, or 1 with a message. */
int titled_model_open(titled_model *out, const char *path, const tables *with);
void titled_model_close(titled_model *m);

/** The row of the item that an option names: 0, or 1 with a message. */
int titled_model_row(int64_t *row, const titled_model *m, const char *flag, const char *key);

/** The key of an item and its title, if it has one, as an object {item, title}. */
json_t *titled_model_json(const titled_model *m, int64_t row);

#endif
