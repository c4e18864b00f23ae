/* SPDX-License-Identifier: Apache-2.0
 * Public functions of thaw_model: create, pretrain, look up, save, load. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api_check.h"
#include "api_config.h"
#include "api_user.h"
#include "registry.h"
#include "train.h"

thaw_status thaw_model_create(thaw_model **out, const thaw_config *config, const thaw_data *data)
{
    thaw_config checked;
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!data) return thaw__fail(THAW_E_ARG, "data is required");
    THAW__TRY(thaw__config_take(&checked, config));
    const thaw__model_type *type = thaw__registry_choose(checked.objective, data);
    THAW__TRY(thaw__config_suits(&checked, type));
    return thaw__model_create(out, &checked, type, data);
}

thaw_status thaw_model_copy(thaw_model **out, const thaw_model *model)
{
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!model) return thaw__fail(THAW_E_ARG, "model is required");
    return thaw__model_copy(out, model);
}

void thaw_model_free(thaw_model *model)
{
    thaw__model_free(model);
}

static thaw_status check_report(uint32_t struct_size)
{
    return thaw__check_grown("report", struct_size, offsetof(thaw_report, valid_recall), sizeof(thaw_report));
}

/* A report with NaN for every measure. */
static thaw_report blank_report(void)
{
    const double none = (double)NAN;
    return (thaw_report){.struct_size = sizeof(thaw_report),
                         .train_rmse = none,
                         .valid_mae = none,
                         .valid_rmse = none,
                         .best_mae = none,
                         .valid_recall = none,
                         .valid_ndcg = none,
                         .loss = none};
}

/* Copy the fields that the caller's struct has. */
static void copy_report(thaw_report *to, const thaw_report *filled)
{
    const uint32_t size = to->struct_size;
    memcpy(to, filled, size);
    to->struct_size = size;
}

static thaw_status check_info(uint32_t struct_size)
{
    return thaw__check_grown("info", struct_size, offsetof(thaw_model_info, objective), sizeof(thaw_model_info));
}

thaw_status thaw_report_init(thaw_report *report, uint32_t struct_size)
{
    if (!report) return thaw__fail(THAW_E_ARG, "report is required");
    THAW__TRY(check_report(struct_size));
    memset(report, 0, struct_size);
    report->struct_size = struct_size;
    return THAW_OK;
}

static thaw_status check_training(const thaw_model *model, const thaw_report *report, const thaw_data *data)
{
    if (!model || !data) return thaw__fail(THAW_E_ARG, "model and data are required");
    return report ? check_report(report->struct_size) : THAW_OK;
}

static thaw_status check_step(const thaw_model *model, const thaw_report *report, const thaw_data *data,
                              const int64_t *users, int64_t n_users)
{
    THAW__TRY(check_training(model, report, data));
    const int64_t n_all = thaw_data_n_users(data);
    if (users && (n_users < 1 || n_users > n_all))
        return thaw__fail(THAW_E_RANGE, "n_users is %" PRId64 "; must be 1 to %" PRId64 ", the users of the data",
                          n_users, n_all);
    return THAW_OK;
}

static thaw_status make_step(thaw_model *model, thaw_report *report, const thaw_data *data, const int64_t *users,
                             int64_t n_users, double since)
{
    THAW__TRY(check_step(model, report, data, users, n_users));
    thaw_report filled = blank_report();
    THAW__TRY(thaw__train_step(model, &filled, data, users, n_users, since));
    if (report) copy_report(report, &filled);
    return THAW_OK;
}

thaw_status thaw_pretrain_update(thaw_model *model, thaw_report *report, const thaw_data *data, const int64_t *users,
                                 int64_t n_users, double since)
{
    if (isnan(since)) return thaw__fail(THAW_E_RANGE, "since is NaN; must be a time");
    return make_step(model, report, data, users, n_users, since);
}

thaw_status thaw_pretrain_step(thaw_model *model, thaw_report *report, const thaw_data *data, const int64_t *users,
                               int64_t n_users)
{
    return make_step(model, report, data, users, n_users, (double)-INFINITY);
}

thaw_status thaw_pretrain(thaw_model *model, thaw_report *report, const thaw_data *data, thaw_progress progress,
                          void *ctx)
{
    THAW__TRY(check_training(model, report, data));
    thaw_report filled = blank_report();
    thaw_status st = thaw__train(model, &filled, data, progress, ctx);
    if (report && (st == THAW_OK || st == THAW_E_CANCELLED)) copy_report(report, &filled);
    return st;
}

thaw_status thaw_model_add_items(thaw_model *model, int64_t *n_added, const thaw_data *data)
{
    if (!model || !data) return thaw__fail(THAW_E_ARG, "model and data are required");
    return thaw__model_add_items(model, n_added, data);
}

thaw_status thaw_model_retire_items(thaw_model *model, const int64_t *rows, int64_t n, int32_t retired)
{
    if (!model) return thaw__fail(THAW_E_ARG, "model is required");
    THAW__TRY(thaw__check_rows(model, rows, n, "rows"));
    return thaw__catalogue_retire(model->catalogue, rows, n, retired != 0, &model->config.allocator);
}

thaw_status thaw_model_info_init(thaw_model_info *info, uint32_t struct_size)
{
    if (!info) return thaw__fail(THAW_E_ARG, "info is required");
    THAW__TRY(check_info(struct_size));
    memset(info, 0, struct_size);
    info->struct_size = struct_size;
    return THAW_OK;
}

thaw_status thaw_model_get_info(const thaw_model *model, thaw_model_info *out)
{
    if (!model || !out) return thaw__fail(THAW_E_ARG, "model and out are required");
    THAW__TRY(check_info(out->struct_size));
    thaw_model_info filled;
    thaw__model_info(model, &filled);
    filled.struct_size = out->struct_size;
    memcpy(out, &filled, filled.struct_size);
    return THAW_OK;
}

thaw_status thaw_param_info_init(thaw_param_info *info, uint32_t struct_size)
{
    if (!info) return thaw__fail(THAW_E_ARG, "info is required");
    THAW__TRY(thaw__check_struct("info", struct_size, sizeof *info));
    *info = (thaw_param_info){.struct_size = struct_size};
    return THAW_OK;
}

int64_t thaw_model_n_params(const thaw_model *model)
{
    thaw__params t;
    if (!model) return 0;
    thaw__model_params_read(model, &t);
    return t.n;
}

thaw_status thaw_model_get_param(const thaw_model *model, thaw_param_info *out, int64_t index)
{
    thaw__params t;
    if (!model || !out) return thaw__fail(THAW_E_ARG, "model and out are required");
    THAW__TRY(thaw__check_struct("out", out->struct_size, sizeof *out));
    thaw__model_params_read(model, &t);
    if (index < 0 || index >= t.n)
        return thaw__fail(THAW_E_RANGE, "the index is %" PRId64 "; must be 0 to %d", index, t.n - 1);
    const thaw__param *p = &t.row[index];
    const int is_number = p->rows == THAW__NUMBER;
    *out = (thaw_param_info){.struct_size = sizeof *out,
                             .is_number = is_number,
                             .name = p->name,
                             .type = thaw__dtype_name(p->type),
                             .rows = is_number ? 1 : p->rows,
                             .columns = p->columns,
                             .bytes = (int64_t)thaw__param_bytes(p),
                             .value = is_number ? thaw__param_number(p) : (double)NAN};
    return THAW_OK;
}

static thaw_status find_key(const thaw__keymap *map, int64_t *row, const char *key, const char *what)
{
    *row = thaw__keymap_find(map, key, strlen(key));
    if (*row >= 0) return THAW_OK;
    return thaw__fail(THAW_E_UNKNOWN, "no %s of the model is named \"%.80s\"", what, key);
}

static thaw_status find_row(const thaw__keymap *map, const char **key, int64_t row, const char *what)
{
    if (row < 0 || row >= map->n)
        return thaw__fail(THAW_E_RANGE, "%s row %" PRId64 "; must be 0 to %" PRId64, what, row, map->n - 1);
    *key = thaw__keymap_key(map, row);
    return THAW_OK;
}

thaw_status thaw_model_item_row(const thaw_model *model, int64_t *row, const char *key)
{
    int64_t found;
    if (!model || !row || !key) return thaw__fail(THAW_E_ARG, "model, row and key are required");
    THAW__TRY(find_key(&model->catalogue->items, &found, key, "item"));
    *row = found;
    return THAW_OK;
}

thaw_status thaw_model_item_key(const thaw_model *model, const char **key, int64_t row)
{
    if (!model || !key) return thaw__fail(THAW_E_ARG, "model and key are required");
    return find_row(&model->catalogue->items, key, row, "item");
}

thaw_status thaw_model_item_groups(const thaw_model *model, int32_t *groups, int64_t *n_groups, const thaw_data *data,
                                   const char *column)
{
    if (!model || !groups || !n_groups || !data || !column)
        return thaw__fail(THAW_E_ARG, "model, groups, n_groups, data and column are required");
    const thaw__column *c = thaw__table_column(&data->items, column);
    if (!c) return thaw__fail(THAW_E_UNKNOWN, "no item feature of the data is named \"%.80s\"", column);
    if (thaw__is_float(c->type)) return thaw__fail(THAW_E_MISMATCH, "item feature \"%.80s\" is a number", column);
    for (int64_t i = 0; i < model->catalogue->items.n; i++) {
        const char *key = thaw__keymap_key(&model->catalogue->items, i);
        const int64_t row = thaw__keymap_find(&data->items.keys, key, strlen(key));
        const int known = row >= 0 && row < c->n_rows && c->count[row] > 0;
        groups[i] = known ? c->ids[c->first[row]] : -1;
    }
    *n_groups = c->tokens.n;
    return THAW_OK;
}

/* THAW_E_UNKNOWN, with the names that the model has. */
static thaw_status refuse_event_name(const thaw_model *model, const char *name)
{
    char names[300] = "";
    size_t n = 0;
    for (int64_t k = 0; k < model->events.n && n < sizeof names; k++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%.64s", k ? ", " : "",
                              thaw__keymap_key(&model->events, k));
    return thaw__fail(THAW_E_UNKNOWN, "no event named \"%.100s\" in the model, which has %s%s", name, names,
                      n < sizeof names ? "" : " ...");
}

thaw_status thaw_model_event_id(const thaw_model *model, int32_t *event, const char *name)
{
    int64_t found;
    if (!model || !event || !name) return thaw__fail(THAW_E_ARG, "model, event and name are required");
    const char *canonical = thaw__event_canonical(name);
    found = thaw__keymap_find(&model->events, canonical, strlen(canonical));
    if (found < 0) return refuse_event_name(model, name);
    *event = (int32_t)found;
    return THAW_OK;
}

thaw_status thaw_model_event_name(const thaw_model *model, const char **name, int32_t event)
{
    if (!model || !name) return thaw__fail(THAW_E_ARG, "model and name are required");
    return find_row(&model->events, name, event, "event");
}

/* ---- weighting of events ----------------------------------------------------------------------------------------- */

static thaw_status check_event(const thaw_model *model, int32_t event)
{
    if (event < 0 || event >= model->events.n)
        return thaw__fail(THAW_E_RANGE, "the event number is %d; must be 0 to %" PRId64, event, model->events.n - 1);
    return thaw__method_of(model)->set_event ? THAW_OK
                                             : thaw__fail(THAW_E_UNSUPPORTED, "events of this model have no weights");
}

static thaw_status check_weighting(const char *name, float value, float least, float most)
{
    if (isnan(value) || (value >= least && value <= most)) return THAW_OK;
    return thaw__fail(THAW_E_RANGE, "the %s is %g; must be %g to %g", name, (double)value, (double)least, (double)most);
}

thaw_status thaw_model_set_event_weighting(thaw_model *model, int32_t event, const thaw_event_weighting *weighting)
{
    if (!model || !weighting) return thaw__fail(THAW_E_ARG, "model and weighting are required");
    THAW__TRY(check_event(model, event));
    THAW__TRY(check_weighting("weight", weighting->weight, 1e-6f, 1e6f));
    THAW__TRY(check_weighting("target", weighting->target, -THAW__TARGET_MOST, THAW__TARGET_MOST));
    THAW__TRY(check_weighting("exponent", weighting->exponent, -THAW__EXPONENT_MOST, THAW__EXPONENT_MOST));
    thaw__method_of(model)->set_event(model, event, weighting);
    thaw__model_refresh(model);
    return THAW_OK;
}

thaw_status thaw_model_get_event_weighting(const thaw_model *model, int32_t event, thaw_event_weighting *weighting)
{
    if (!model || !weighting) return thaw__fail(THAW_E_ARG, "model and weighting are required");
    THAW__TRY(check_event(model, event));
    thaw__method_of(model)->get_event(model, event, weighting);
    return THAW_OK;
}

thaw_status thaw_model_save(const thaw_model *model, const char *path)
{
    if (!model || !path) return thaw__fail(THAW_E_ARG, "model and path are required");
    return thaw__model_save(model, path);
}

thaw_status thaw_model_save_buffer(const thaw_model *model, void *buffer, int64_t capacity, int64_t *size)
{
    if (!model || !size || (!buffer && capacity)) return thaw__fail(THAW_E_ARG, "model, buffer and size are required");
    if (capacity < 0) return thaw__fail(THAW_E_RANGE, "capacity is %" PRId64 "; must not be negative", capacity);
    return thaw__model_save_buffer(model, buffer, capacity, size);
}

/* Load a model, and refuse settings that its method does not use. */
static thaw_status load(thaw_model **out, thaw__file *file, const thaw_config *config)
{
    thaw_model *model;
    THAW__TRY(thaw__model_load(&model, file, config, thaw__registry_find));
    const thaw_status st = thaw__config_suits(config, model->type);
    if (st != THAW_OK) thaw__model_free(model);
    else *out = model;
    return st;
}

/* Load from a file, which is read, or mapped if `map`. */
static thaw_status load_path(thaw_model **out, const char *path, const thaw_config *config, int map)
{
    thaw_config checked;
    thaw__file file;
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!path) return thaw__fail(THAW_E_ARG, "path is required");
    THAW__TRY(thaw__config_take(&checked, config));
    thaw_allocator a = thaw__allocator(&checked.allocator);
    THAW__TRY(map ? thaw__file_map(&file, path) : thaw__file_read(&file, path, &a));
    thaw_status st = load(out, &file, &checked);
    thaw__file_close(&file, &a);
    return st;
}

thaw_status thaw_model_load(thaw_model **out, const char *path, const thaw_config *config)
{
    return load_path(out, path, config, 0);
}

thaw_status thaw_model_map(thaw_model **out, const char *path, const thaw_config *config)
{
    return load_path(out, path, config, 1);
}

thaw_status thaw_model_load_buffer(thaw_model **out, const void *bytes, int64_t size, const thaw_config *config)
{
    thaw_config checked;
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!bytes) return thaw__fail(THAW_E_ARG, "bytes is required");
    if (size < 0) return thaw__fail(THAW_E_RANGE, "size is %" PRId64 "; must not be negative", size);
    THAW__TRY(thaw__config_take(&checked, config));
    thaw__file file = {(char *)(uintptr_t)bytes, (size_t)size, 0};
    return load(out, &file, &checked);
}
