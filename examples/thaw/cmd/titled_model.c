/* SPDX-License-Identifier: Apache-2.0 */
#include "titled_model.h"

#include "cli.h"
#include "json_output.h"

int titled_model_open(titled_model *out, const char *path, const tables *with)
{
    if (thaw_model_map(&out->model, path, NULL) != THAW_OK) return cli_fail_at(path);
    if (!with->item) return 0;
    if (tables_read(&out->data, with)) return 1;
    return thaw_model_add_items(out->model, NULL, out->data) == THAW_OK ? 0 : cli_fail();
}

void titled_model_close(titled_model *m)
{
    thaw_data_free(m->data);
    thaw_model_free(m->model);
}

int titled_model_row(int64_t *row, const titled_model *m, const char *flag, const char *key)
{
    if (thaw_model_item_row(m->model, row, key) == THAW_OK) return 0;
    return cli_failf("%s %s: %s", flag, key, thaw_last_error());
}

json_t *titled_model_json(const titled_model *m, int64_t row)
{
    const char *key = "";
    char title[TITLE_BYTES];
    json_t *object = json_object();
    if (item_names(&key, title, m->model, m->data, row)) return object;
    json_out_text(object, "item", key);
    if (*title) json_out_text(object, "title", title);
    return object;
}
