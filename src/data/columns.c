/* SPDX-License-Identifier: Apache-2.0
 * Tables and columns: memory, compaction, and rows as text. */
#include "columns.h"

#include <string.h>

#include "mem.h"
#include "number.h"
#include "status.h"
#include "text.h"

thaw__column *thaw__table_column(const thaw__table *table, const char *name)
{
    const int64_t at = thaw__keymap_find(&table->names, name, strlen(name));
    return at < 0 ? NULL : &table->columns[at];
}

thaw_status thaw__table_add_column(thaw__table *table, const char *name, int32_t type, const thaw_allocator *a)
{
    int64_t row;
    if (!table->names.allocator.alloc) thaw__keymap_init(&table->names, a);
    THAW__TRY(thaw__grow(a, &table->columns, &table->cap_columns, table->n_columns, table->n_columns + 1,
                         sizeof *table->columns));
    THAW__TRY(thaw__keymap_add(&table->names, &row, name, strlen(name)));
    thaw__column *column = &table->columns[table->n_columns++];
    *column = (thaw__column){.type = type};
    thaw__keymap_init(&column->tokens, a);
    memcpy(column->name, name, strlen(name) + 1);
    return THAW_OK;
}

static void column_free(thaw__column *column, const thaw_allocator *a)
{
    thaw__keymap_free(&column->tokens);
    thaw__free(a, column->first);
    thaw__free(a, column->count);
    thaw__free(a, column->ids);
    thaw__free(a, column->numbers);
}

void thaw__table_drop_column(thaw__table *table, const thaw_allocator *a)
{
    column_free(&table->columns[--table->n_columns], a);
    thaw__keymap_truncate(&table->names, (int64_t)table->n_columns);
}

void thaw__table_free(thaw__table *table, const thaw_allocator *a)
{
    while (table->n_columns) thaw__table_drop_column(table, a);
    thaw__free(a, table->columns);
    thaw__keymap_free(&table->keys);
    thaw__keymap_free(&table->names);
    *table = (thaw__table){0};
}

static thaw_status column_copy(thaw__column *out, const thaw__column *from, const thaw_allocator *a)
{
    THAW__TRY(thaw__keymap_copy(&out->tokens, &from->tokens, a));
    const size_t n_rows = (size_t)from->n_rows;
    out->first = thaw__dup(a, from->first, n_rows, sizeof *out->first);
    out->count = thaw__dup(a, from->count, n_rows, sizeof *out->count);
    if (!out->first || !out->count) return THAW_E_NOMEM;
    out->n_rows = from->n_rows;
    out->cap_first = out->cap_count = n_rows;

    if (thaw__is_float(from->type)) out->numbers = thaw__dup(a, from->numbers, from->n_pool, sizeof *out->numbers);
    else out->ids = thaw__dup(a, from->ids, from->n_pool, sizeof *out->ids);
    if (!out->numbers && !out->ids) return THAW_E_NOMEM;
    out->n_pool = out->cap_pool = from->n_pool;
    return THAW_OK;
}

thaw_status thaw__table_copy(thaw__table *out, const thaw__table *from, const thaw_allocator *a)
{
    *out = (thaw__table){0};
    thaw_status st = thaw__keymap_copy(&out->keys, &from->keys, a);
    for (size_t i = 0; st == THAW_OK && i < from->n_columns; i++) {
        st = thaw__table_add_column(out, from->columns[i].name, from->columns[i].type, a);
        if (st == THAW_OK) st = column_copy(&out->columns[i], &from->columns[i], a);
    }
    if (st != THAW_OK) thaw__table_free(out, a);
    return st;
}

thaw_status thaw__column_compact(thaw__column *column, const thaw_allocator *a)
{
    size_t live = 0;
    for (int64_t r = 0; r < column->n_rows; r++) live += (size_t)column->count[r];
    if (column->n_pool < 64 || column->n_pool / 2 <= live) return THAW_OK;

    const char *old = thaw__is_float(column->type) ? (char *)column->numbers : (char *)column->ids;
    const size_t size = thaw__is_float(column->type) ? sizeof *column->numbers : sizeof *column->ids;
    char *pool = thaw__alloc(a, live, size);
    if (!pool) return THAW_E_NOMEM;
    size_t used = 0;
    for (int64_t r = 0; r < column->n_rows; r++) {
        const size_t n = (size_t)column->count[r];
        memcpy(pool + used * size, old + (size_t)column->first[r] * size, n * size);
        column->first[r] = (int64_t)used;
        used += n;
    }
    if (thaw__is_float(column->type)) {
        thaw__free(a, column->numbers);
        column->numbers = (float *)(void *)pool;
    } else {
        thaw__free(a, column->ids);
        column->ids = (int32_t *)(void *)pool;
    }
    column->n_pool = column->cap_pool = live;
    return THAW_OK;
}

/* Value k of the pool as text; a number is printed into `space`. */
static thaw__text value_text(const thaw__column *column, int64_t k, char space[THAW__NUMBER_BYTES])
{
    if (!thaw__is_float(column->type)) return thaw__text_of(thaw__keymap_key(&column->tokens, column->ids[k]));
    return (thaw__text){space, thaw__number_print(space, column->numbers[k])};
}

/* The values of a row joined by spaces, written to `out` unless it is NULL; returns the bytes without the zero byte. */
static size_t row_text(const thaw__column *column, int64_t row, char *out)
{
    size_t n = 0;
    const int32_t count = row < column->n_rows ? column->count[row] : 0;
    for (int32_t k = 0; k < count; k++) {
        char space[THAW__NUMBER_BYTES];
        const thaw__text value = value_text(column, column->first[row] + k, space);
        if (k) {
            if (out) out[n] = ' ';
            n++;
        }
        if (out) memcpy(out + n, value.at, value.n);
        n += value.n;
    }
    if (out) out[n] = 0;
    return n;
}

thaw_status thaw__data_feature(const thaw_data *data, char *out, int64_t capacity, int32_t which, const char *key,
                               const char *name)
{
    const thaw__table *table = thaw__data_table(data, which);
    const int64_t row = thaw__keymap_find(&table->keys, key, strlen(key));
    if (row < 0) return thaw__fail(THAW_E_UNKNOWN, "the data have no key \"%.100s\"", key);
    const thaw__column *column = thaw__table_column(table, name);
    if (!column) return thaw__fail(THAW_E_UNKNOWN, "the data have no feature \"%.100s\"", name);

    const int64_t need = (int64_t)row_text(column, row, NULL) + 1;
    if (need > capacity)
        return thaw__fail(THAW_E_SPACE, "the text needs %lld bytes; capacity is %lld", (long long)need,
                          (long long)capacity);
    row_text(column, row, out);
    return THAW_OK;
}
