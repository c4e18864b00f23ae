/* SPDX-License-Identifier: Apache-2.0 */
#include "item_names.h"

#include "cli.h"

int item_names(const char **key, char title[TITLE_BYTES], const thaw_model *model, const thaw_data *data, int64_t row)
{
    *title = '\0';
    if (thaw_model_item_key(model, key, row) != THAW_OK) return cli_fail();
    if (!data) return 0;
    if (thaw_data_feature(data, title, TITLE_BYTES, THAW_TABLE_ITEMS, *key, "title") == THAW_OK && *title) return 0;
    *title = '\0';
    if (thaw_data_feature(data, title, TITLE_BYTES, THAW_TABLE_ITEMS, *key, "name") != THAW_OK) *title = '\0';
    return 0;
}
