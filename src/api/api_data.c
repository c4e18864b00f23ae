/* SPDX-License-Identifier: Apache-2.0
 * Public functions of thaw_data: check arguments, complete options, call src/data. */
#include <string.h>

#include "api_check.h"
#include "column_names.h"
#include "data.h"

static thaw_status check_table(int32_t table, int32_t first)
{
    if (table >= first && table <= THAW_TABLE_USERS) return THAW_OK;
    return thaw__fail(THAW_E_RANGE, "table is %d; must be %d to %d", table, first, THAW_TABLE_USERS);
}

thaw_status thaw_data_create(thaw_data **out, const thaw_config *config)
{
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!config) return thaw__data_create(out, NULL);
    THAW__TRY(thaw__check_config(config->struct_size));
    THAW__TRY(thaw__check_allocator(&config->allocator));
    return thaw__data_create(out, &config->allocator);
}

void thaw_data_free(thaw_data *data)
{
    thaw__data_free(data);
}

thaw_status thaw_data_add_events(thaw_data *data, const thaw_event_columns *columns, int64_t n)
{
    if (!data || !columns) return thaw__fail(THAW_E_ARG, "data and columns are required");
    THAW__TRY(thaw__check_struct("columns", columns->struct_size, sizeof *columns));
    if (n < 0) return thaw__fail(THAW_E_RANGE, "n is %lld; must be at least 0", (long long)n);
    if (n && (!columns->users || !columns->items)) return thaw__fail(THAW_E_ARG, "users and items are required");
    return thaw__data_add_events(data, columns, n);
}

static thaw_status check_strings(const char *name, const thaw_string_array *column, int required)
{
    if (!column->offsets) return required ? thaw__fail(THAW_E_ARG, "%s.offsets is required", name) : THAW_OK;
    if (column->offset_size != 4 && column->offset_size != 8)
        return thaw__fail(THAW_E_RANGE, "%s.offset_size is %d; must be 4 or 8", name, column->offset_size);
    if (column->n_bytes < 0)
        return thaw__fail(THAW_E_RANGE, "%s.n_bytes is %lld; must be at least 0", name, (long long)column->n_bytes);
    return column->n_bytes && !column->bytes ? thaw__fail(THAW_E_ARG, "%s.bytes is required", name) : THAW_OK;
}

static thaw_status check_numbers(const char *name, const thaw_number_array *column)
{
    if (!column->values) return THAW_OK;
    if (column->type < THAW_NUMBER_FLOAT32 || column->type > THAW_NUMBER_INT64)
        return thaw__fail(THAW_E_RANGE, "%s.type is %d; must be %d to %d", name, column->type, THAW_NUMBER_FLOAT32,
                          THAW_NUMBER_INT64);
    const int32_t size = thaw__number_bytes(column->type);
    if (column->stride && column->stride < size && column->stride > -size)
        return thaw__fail(THAW_E_RANGE, "%s.stride is %d bytes; must be 0 or at least the %d of a number", name,
                          column->stride, size);
    return THAW_OK;
}

thaw_status thaw_data_add_event_arrays(thaw_data *data, const thaw_event_arrays *arrays, int64_t n)
{
    if (!data || !arrays) return thaw__fail(THAW_E_ARG, "data and arrays are required");
    THAW__TRY(thaw__check_struct("arrays", arrays->struct_size, sizeof *arrays));
    if (n < 0) return thaw__fail(THAW_E_RANGE, "n is %lld; must be at least 0", (long long)n);
    THAW__TRY(check_strings("users", &arrays->users, n > 0));
    THAW__TRY(check_strings("items", &arrays->items, n > 0));
    THAW__TRY(check_strings("events", &arrays->events, 0));
    THAW__TRY(check_numbers("values", &arrays->values));
    THAW__TRY(check_numbers("times", &arrays->times));
    THAW__TRY(check_strings("baskets", &arrays->baskets, 0));
    return thaw__data_add_event_arrays(data, arrays, n);
}

thaw_status thaw_data_add_feature(thaw_data *data, int32_t table, const char *name, int32_t type,
                                  const char *const *keys, const char *const *values, int64_t n)
{
    if (!data || !name) return thaw__fail(THAW_E_ARG, "data and name are required");
    THAW__TRY(check_table(table, THAW_TABLE_ITEMS));
    if (type < THAW_TYPE_TOKEN || type > THAW_TYPE_TEXT)
        return thaw__fail(THAW_E_RANGE, "type is %d; must be %d to %d", type, THAW_TYPE_TOKEN, THAW_TYPE_TEXT);
    if (n < 0) return thaw__fail(THAW_E_RANGE, "n is %lld; must be at least 0", (long long)n);
    if (n && (!keys || !values)) return thaw__fail(THAW_E_ARG, "keys and values are required");
    return thaw__data_add_feature(data, table, name, type, keys, values, n);
}

thaw_status thaw_event_columns_init(thaw_event_columns *columns, uint32_t struct_size)
{
    if (!columns) return thaw__fail(THAW_E_ARG, "columns is required");
    THAW__TRY(thaw__check_struct("columns", struct_size, sizeof *columns));
    *columns = (thaw_event_columns){.struct_size = struct_size};
    return THAW_OK;
}

thaw_status thaw_event_arrays_init(thaw_event_arrays *arrays, uint32_t struct_size)
{
    if (!arrays) return thaw__fail(THAW_E_ARG, "arrays is required");
    THAW__TRY(thaw__check_struct("arrays", struct_size, sizeof *arrays));
    *arrays = (thaw_event_arrays){.struct_size = struct_size};
    return THAW_OK;
}

static thaw_status check_read_options(uint32_t struct_size)
{
    return thaw__check_grown("options", struct_size, offsetof(thaw_read_options, columns), sizeof(thaw_read_options));
}

thaw_status thaw_read_options_init(thaw_read_options *options, uint32_t struct_size)
{
    const thaw_read_options defaults = {.struct_size = struct_size, .table = THAW_TABLE_EVENTS};
    if (!options) return thaw__fail(THAW_E_ARG, "options is required");
    THAW__TRY(check_read_options(struct_size));
    memcpy(options, &defaults, struct_size); /* no more than the caller has */
    return THAW_OK;
}

/* An ASCII character that no field needs. */
static int is_delimiter(int32_t c)
{
    return c == '\t' || (c >= ' ' && c < 127 && c != '"' && c != '.' && c != '-' && c != ':' && c != '_' &&
                         !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z'));
}

/* The caller's options, or the defaults. */
static thaw_status complete_read_options(thaw_read_options *out, const thaw_read_options *options)
{
    THAW__TRY(thaw_read_options_init(out, sizeof *out));
    if (!options) return THAW_OK;
    THAW__TRY(check_read_options(options->struct_size));
    memcpy(out, options, options->struct_size);
    THAW__TRY(check_table(out->table, THAW_TABLE_EVENTS));
    if (out->format < THAW_FORMAT_AUTO || out->format > THAW_FORMAT_CSV)
        return thaw__fail(THAW_E_RANGE, "format is %d; must be %d to %d", out->format, THAW_FORMAT_AUTO,
                          THAW_FORMAT_CSV);
    if (out->delimiter && !is_delimiter(out->delimiter))
        return thaw__fail(THAW_E_RANGE,
                          "delimiter is %d; must be a tab, space or ASCII character but for letters, "
                          "digits and \" . - : _",
                          out->delimiter);
    if (out->where_column && !out->where_value) return thaw__fail(THAW_E_ARG, "where_column needs where_value");
    return thaw__check_columns(out->columns);
}

thaw_status thaw_data_read(thaw_data *data, const char *path, const thaw_read_options *options)
{
    thaw_read_options complete;
    if (!data || !path) return thaw__fail(THAW_E_ARG, "data and path are required");
    THAW__TRY(complete_read_options(&complete, options));
    return thaw__data_read(data, path, &complete);
}

thaw_status thaw_data_read_buffer(thaw_data *data, const void *bytes, int64_t size, const thaw_read_options *options)
{
    thaw_read_options complete;
    if (!data) return thaw__fail(THAW_E_ARG, "data is required");
    if (size < 0) return thaw__fail(THAW_E_RANGE, "size is %lld; must be at least 0", (long long)size);
    if (size && !bytes) return thaw__fail(THAW_E_ARG, "bytes is required");
    THAW__TRY(complete_read_options(&complete, options));
    return thaw__data_read_buffer(data, bytes, (size_t)size, &complete);
}

int64_t thaw_data_n_notes(const thaw_data *data)
{
    return data ? data->notes.n : 0;
}

const char *thaw_data_note(const thaw_data *data, int64_t index)
{
    return index >= 0 && index < thaw_data_n_notes(data) ? thaw__keymap_key(&data->notes, index) : NULL;
}

thaw_status thaw_data_info_init(thaw_data_info *info, uint32_t struct_size)
{
    if (!info) return thaw__fail(THAW_E_ARG, "info is required");
    THAW__TRY(thaw__check_struct("info", struct_size, sizeof *info));
    *info = (thaw_data_info){.struct_size = struct_size};
    return THAW_OK;
}

thaw_status thaw_data_get_info(const thaw_data *data, thaw_data_info *info)
{
    if (!data || !info) return thaw__fail(THAW_E_ARG, "data and info are required");
    THAW__TRY(thaw__check_struct("info", info->struct_size, sizeof *info));
    thaw__data_info(data, info);
    return THAW_OK;
}

thaw_status thaw_event_info_init(thaw_event_info *info, uint32_t struct_size)
{
    if (!info) return thaw__fail(THAW_E_ARG, "info is required");
    THAW__TRY(thaw__check_struct("info", struct_size, sizeof *info));
    *info = (thaw_event_info){.struct_size = struct_size};
    return THAW_OK;
}

thaw_status thaw_data_get_event_info(const thaw_data *data, thaw_event_info *info, int64_t index)
{
    if (!data || !info) return thaw__fail(THAW_E_ARG, "data and info are required");
    THAW__TRY(thaw__check_struct("info", info->struct_size, sizeof *info));
    return thaw__data_event_info(data, info, index);
}

int64_t thaw_data_n_events(const thaw_data *data)
{
    return data ? data->n : 0;
}

int64_t thaw_data_n_users(const thaw_data *data)
{
    return data ? data->users.keys.n : 0;
}

int64_t thaw_data_n_items(const thaw_data *data)
{
    return data ? data->items.keys.n : 0;
}

thaw_status thaw_data_event(const thaw_data *data, thaw_event_view *out, int64_t index)
{
    if (!data || !out) return thaw__fail(THAW_E_ARG, "data and out are required");
    return thaw__data_event(data, out, index);
}

thaw_status thaw_data_feature(const thaw_data *data, char *out, int64_t capacity, int32_t table, const char *key,
                              const char *name)
{
    if (!data || !key || !name) return thaw__fail(THAW_E_ARG, "data, key and name are required");
    if (!out && capacity > 0) return thaw__fail(THAW_E_ARG, "out is required");
    THAW__TRY(check_table(table, THAW_TABLE_ITEMS));
    return thaw__data_feature(data, out, capacity, table, key, name);
}

int64_t thaw_data_n_features(const thaw_data *data, int32_t table)
{
    if (!data || (table != THAW_TABLE_ITEMS && table != THAW_TABLE_USERS)) return 0;
    return (int64_t)thaw__data_table(data, table)->n_columns;
}

const char *thaw_data_feature_name(const thaw_data *data, int32_t table, int64_t index)
{
    if (index < 0 || index >= thaw_data_n_features(data, table)) return NULL;
    return thaw__data_table(data, table)->columns[index].name;
}

thaw_status thaw_split_options_init(thaw_split_options *options, uint32_t struct_size)
{
    if (!options) return thaw__fail(THAW_E_ARG, "options is required");
    THAW__TRY(thaw__check_struct("options", struct_size, sizeof *options));
    *options = (thaw_split_options){.struct_size = struct_size, .holdout_users = 0.1f, .seed = 1};
    return THAW_OK;
}

thaw_status thaw_data_split(const thaw_data *data, thaw_data **train, thaw_data **test,
                            const thaw_split_options *options)
{
    if (!train || !test) return thaw__fail(THAW_E_ARG, "train and test are required");
    *train = NULL;
    *test = NULL;
    if (!data) return thaw__fail(THAW_E_ARG, "data is required");
    if (train == test) return thaw__fail(THAW_E_ARG, "train and test are the same pointer");
    thaw_split_options defaults;
    THAW__TRY(thaw_split_options_init(&defaults, sizeof defaults));
    if (options) THAW__TRY(thaw__check_struct("options", options->struct_size, sizeof *options));
    return thaw__data_split(data, train, test, options ? options : &defaults);
}

thaw_status thaw_clean_options_init(thaw_clean_options *options, uint32_t struct_size)
{
    if (!options) return thaw__fail(THAW_E_ARG, "options is required");
    THAW__TRY(thaw__check_struct("options", struct_size, sizeof *options));
    *options = (thaw_clean_options){.struct_size = struct_size, .window = 86400};
    return THAW_OK;
}

thaw_status thaw_clean_report_init(thaw_clean_report *report, uint32_t struct_size)
{
    if (!report) return thaw__fail(THAW_E_ARG, "report is required");
    THAW__TRY(thaw__check_struct("report", struct_size, sizeof *report));
    *report = (thaw_clean_report){.struct_size = struct_size};
    return THAW_OK;
}

thaw_status thaw_data_clean(thaw_data *data, thaw_clean_report *report, const thaw_clean_options *options)
{
    if (!data || !options) return thaw__fail(THAW_E_ARG, "data and options are required");
    THAW__TRY(thaw__check_struct("options", options->struct_size, sizeof *options));
    if (report) THAW__TRY(thaw__check_struct("report", report->struct_size, sizeof *report));
    return thaw__data_clean(data, report, options);
}
