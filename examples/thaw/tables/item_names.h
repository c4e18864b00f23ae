/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_ITEM_NAMES_H
#define THAW_CLI_ITEM_NAMES_H

/* What people call an item. */

#include "thaw/thaw.h"

enum { TITLE_BYTES = 512 };

/** The key of an item, and its column title of data, else name; "" if it has none, or data is NULL. 0, or 1 with a
 *  message. */
int item_names(const char **key, char title[TITLE_BYTES], const thaw_model *model, const thaw_data *data, int64_t row);

#endif
