/* SPDX-License-Identifier: Apache-2.0
 * Patches, and thaw_data_add_feature(), which is one. */
#include "patch.h"

#include <float.h>
#include <math.h>

#include "columns.h"
#include "events.h"
#include "mem.h"
#include "number.h"
#include "status.h"
#include "utf8.h"

static thaw__column *column_of(const thaw__patch *patch)
{
    return &patch->table->columns[patch->column];
}

static const char *type_name(int32_t type)
{
    static const char *const names[] = {"token", "token_seq", "float", "float_seq", "text"};
    return names[type];
}

thaw_status thaw__patch_begin(thaw__patch *patch, thaw_data *data, int32_t which, const char *name, int32_t type)
{
    const thaw_allocator *a = &data->allocator;
    thaw__table *table = which == THAW_TABLE_ITEMS ? &data->items : &data->users;
    THAW__TRY(thaw__text_check("feature name", thaw__text_of(name), THAW__NAME_MAX));
    thaw__column *column = thaw__table_column(table, name);
    const int is_new = !column;
    if (column && column->type != type)
        return thaw__fail(THAW_E_MISMATCH, "feature \"%s\" is %s, not %s", name, type_name(column->type),
                          type_name(type));
    if (column) THAW__TRY(thaw__column_compact(column, a));
    else THAW__TRY(thaw__table_add_column(table, name, type, a));

    if (!column) column = &table->columns[table->n_columns - 1];
    *patch = (thaw__patch){.allocator = a,
                           .table = table,
                           .column = (size_t)(column - table->columns),
                           .is_new = is_new,
                           .n_pool = column->n_pool,
                           .n_tokens = column->tokens.n};
    return THAW_OK;
}

static thaw_status put_number(thaw__column *column, thaw__text value)
{
    double number;
    if (!thaw__number_parse(&number, value.at, value.n) || fabs(number) > (double)FLT_MAX)
        return thaw__fail(THAW_E_FORMAT, "\"%.*s\" is not a finite number", (int)(value.n < 40 ? value.n : 40),
                          value.at);
    column->numbers[column->n_pool++] = (float)number;
    return THAW_OK;
}

static thaw_status put_token(thaw__column *column, thaw__text value)
{
    int64_t id;
    THAW__TRY(thaw__keymap_add(&column->tokens, &id, value.at, value.n));
    column->ids[column->n_pool++] = (int32_t)id;
    return THAW_OK;
}

static thaw_status put_one(thaw__column *column, thaw__text value, const thaw_allocator *a)
{
    const size_t n = column->n_pool;
    if (thaw__is_float(column->type)) {
        THAW__TRY(thaw__grow(a, &column->numbers, &column->cap_pool, n, n + 1, sizeof *column->numbers));
        return put_number(column, value);
    }
    THAW__TRY(thaw__grow(a, &column->ids, &column->cap_pool, n, n + 1, sizeof *column->ids));
    return put_token(column, value);
}

/* Remove and return the first value of `rest`: a word of a sequence, or all of it. */
static thaw__text take_value(thaw__text *rest, int32_t type)
{
    const int sequence = type == THAW_TYPE_TOKEN_SEQ || type == THAW_TYPE_FLOAT_SEQ;
    const char *space = sequence && rest->n ? memchr(rest->at, ' ', rest->n) : NULL;
    const thaw__text value = {rest->at, space ? (size_t)(space - rest->at) : rest->n};
    const size_t used = space ? value.n + 1 : value.n;
    *rest = (thaw__text){rest->at + used, rest->n - used};
    return value;
}

thaw_status thaw__patch_put(thaw__patch *patch, int64_t row, thaw__text value)
{
    thaw__column *column = column_of(patch);
    const size_t before = column->n_pool;
    THAW__TRY(thaw__grow(patch->allocator, &patch->edits, &patch->cap, patch->n, patch->n + 1, sizeof *patch->edits));
    while (value.n) {
        const thaw__text one = take_value(&value, column->type);
        if (one.n) THAW__TRY(put_one(column, one, patch->allocator));
    }
    if (column->n_pool - before > INT32_MAX)
        return thaw__fail(THAW_E_RANGE, "a row has more than %d values", INT32_MAX);
    patch->edits[patch->n++] = (thaw__edit){(int32_t)row, (int32_t)(column->n_pool - before)};
    return THAW_OK;
}

thaw_status thaw__patch_reserve(thaw__patch *patch)
{
    thaw__column *column = column_of(patch);
    const size_t used = (size_t)column->n_rows, need = (size_t)patch->table->keys.n;
    const thaw_allocator *a = patch->allocator;
    THAW__TRY(thaw__grow(a, &column->first, &column->cap_first, used, need, sizeof *column->first));
    return thaw__grow(a, &column->count, &column->cap_count, used, need, sizeof *column->count);
}

void thaw__patch_apply(thaw__patch *patch)
{
    thaw__column *column = column_of(patch);
    int64_t first = (int64_t)patch->n_pool;
    for (size_t i = 0; i < patch->n; i++) {
        const thaw__edit edit = patch->edits[i];
        for (; column->n_rows <= edit.row; column->n_rows++)
            column->first[column->n_rows] = column->count[column->n_rows] = 0;
        column->first[edit.row] = first;
        column->count[edit.row] = edit.count;
        first += edit.count;
    }
    thaw__free(patch->allocator, patch->edits);
}

void thaw__patch_undo(thaw__patch *patch)
{
    thaw__column *column = column_of(patch);
    column->n_pool = patch->n_pool;
    thaw__keymap_truncate(&column->tokens, patch->n_tokens);
    if (patch->is_new) thaw__table_drop_column(patch->table, patch->allocator);
    thaw__free(patch->allocator, patch->edits);
}

/* The value of a row by its key. */
static thaw_status put_row(thaw__patch *patch, const char *key, const char *value)
{
    int64_t row;
    const thaw__text text = thaw__text_of(value);
    THAW__TRY(thaw__table_row(patch->table, &row, "key", thaw__text_of(key)));
    if (text.n && !thaw__utf8_valid(text.at, text.n)) return thaw__fail(THAW_E_RANGE, "value is not UTF-8");
    const thaw_status st = thaw__patch_put(patch, row, text);
    return st == THAW_E_FORMAT ? THAW_E_RANGE : st; /* there is no file that could be damaged */
}

thaw_status thaw__data_add_feature(thaw_data *data, int32_t table, const char *name, int32_t type,
                                   const char *const *keys, const char *const *values, int64_t n)
{
    const thaw__mark mark = thaw__data_mark(data);
    thaw__patch patch;
    THAW__TRY(thaw__patch_begin(&patch, data, table, name, type));

    thaw_status st = THAW_OK;
    for (int64_t i = 0; st == THAW_OK && i < n; i++) {
        st = put_row(&patch, keys[i], values[i]);
        if (st != THAW_OK) thaw__fail_in(st, "row %lld: ", (long long)i);
    }
    if (st == THAW_OK) st = thaw__patch_reserve(&patch);
    if (st == THAW_OK) {
        thaw__patch_apply(&patch);
        return THAW_OK;
    }
    thaw__patch_undo(&patch);
    thaw__data_rollback(data, &mark);
    return st;
}
