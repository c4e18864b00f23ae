/* SPDX-License-Identifier: Apache-2.0
 * From the columns of a table to events or features. A table of features without types is read twice: first to infer
 * the types. The data set is unchanged on error.
 */
#include <math.h>
#include <string.h>

#include "data.h"
#include "events.h"
#include "file.h"
#include "mem.h"
#include "number.h"
#include "patch.h"
#include "status.h"
#include "table_reader.h"

/* The rows to keep: value of `column` == value. */
typedef struct filter {
    int64_t column; /* -1: all */
    const char *value;
} filter;

static thaw_status find_filter(filter *out, const thaw__reader *r, const thaw_read_options *options)
{
    *out = (filter){-1, options->where_value};
    if (!options->where_column) return THAW_OK;
    out->column = thaw__reader_column(r, options->where_column);
    if (out->column >= 0) return THAW_OK;
    return thaw__fail(THAW_E_UNKNOWN, "where_column \"%.100s\" is not in the table", options->where_column);
}

/* The next row that is kept. */
static thaw_status next_kept(thaw__reader *r, const filter *where, int *more)
{
    do THAW__TRY(thaw__reader_next(r, more));
    while (*more && where->column >= 0 && !thaw__text_is(thaw__reader_text(r, where->column), where->value));
    return THAW_OK;
}

static thaw_status at_line(const thaw__reader *r, thaw_status st)
{
    return st == THAW_OK ? st : thaw__fail_in(st, "line %lld: ", (long long)r->line);
}

static thaw_status need_column(int64_t *out, const thaw__reader *r, const char *name)
{
    *out = thaw__reader_column(r, name);
    return *out >= 0 ? THAW_OK : thaw__fail(THAW_E_FORMAT, "line 1: column %s is missing", name);
}

/* A column with two possible names, of which a table may have one. */
static thaw_status one_column_of(int64_t *out, const thaw__reader *r, const char *name, const char *other)
{
    const int64_t second = thaw__reader_column(r, other);
    *out = thaw__reader_column(r, name);
    if (*out >= 0 && second >= 0)
        return thaw__fail(THAW_E_FORMAT, "line 1: columns %s and %s are the same; give one", name, other);
    if (*out < 0) *out = second;
    return THAW_OK;
}

/* ---- events ---- */

/* The columns of the fields of an event; -1: the table has no such column. */
typedef struct event_fields {
    int64_t user, item, event, value, time, basket;
} event_fields;

static thaw_status find_event_fields(event_fields *out, const thaw__reader *r)
{
    THAW__TRY(need_column(&out->user, r, "user_id"));
    THAW__TRY(need_column(&out->item, r, "item_id"));
    THAW__TRY(one_column_of(&out->event, r, "event", "event_type"));
    THAW__TRY(one_column_of(&out->value, r, "rating", "value"));
    out->time = thaw__reader_column(r, "timestamp");
    out->basket = thaw__reader_column(r, "basket");
    return THAW_OK;
}

static thaw_status read_number(double *out, const thaw__reader *r, int64_t column, const char *what)
{
    *out = NAN;
    if (column < 0) return THAW_OK;
    const thaw__text text = thaw__reader_text(r, column);
    if (text.n == 0 || thaw__number_parse(out, text.at, text.n)) return THAW_OK;
    return thaw__fail(THAW_E_FORMAT, "%s \"%.*s\" is not a finite number", what, (int)(text.n < 40 ? text.n : 40),
                      text.at);
}

static thaw_status add_row(thaw_data *data, const thaw__reader *r, const event_fields *fields)
{
    thaw__event_text event = {.user = thaw__reader_text(r, fields->user), .item = thaw__reader_text(r, fields->item)};
    event.event = fields->event < 0 ? thaw__text_of("rating") : thaw__reader_text(r, fields->event);
    if (fields->basket >= 0) event.basket = thaw__reader_text(r, fields->basket);
    THAW__TRY(read_number(&event.value, r, fields->value, "value"));
    THAW__TRY(read_number(&event.time, r, fields->time, "timestamp"));
    return thaw__data_add_event(data, &event);
}

static thaw_status read_events(thaw_data *data, thaw__reader *r, const filter *where)
{
    event_fields fields;
    THAW__TRY(find_event_fields(&fields, r));
    const thaw__mark mark = thaw__data_mark(data);
    int more;
    thaw_status st;
    while ((st = next_kept(r, where, &more)) == THAW_OK && more) {
        st = at_line(r, add_row(data, r, &fields));
        if (st != THAW_OK) break;
    }
    if (st != THAW_OK) thaw__data_rollback(data, &mark);
    return st;
}

/* ---- features ---- */

/* Update the types of untyped columns by one row: float until a value is not a number, then token. */
static void learn_types(thaw__reader *r, const char *untyped)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        if (!untyped[i] || r->types[i] == THAW_TYPE_TOKEN) continue;
        const thaw__text text = thaw__reader_text(r, (int64_t)i);
        double number;
        if (text.n) r->types[i] = thaw__number_parse(&number, text.at, text.n) ? THAW_TYPE_FLOAT : THAW_TYPE_TOKEN;
    }
}

/* The type of an untyped column is that of the feature with its name, or else is inferred from all values. A column
 * without values stays untyped and is ignored. */
static thaw_status infer_types(const thaw__table *table, thaw__reader *r, int64_t key, const filter *where)
{
    char *untyped = thaw__alloc0(r->allocator, r->n_columns, 1);
    if (!untyped) return THAW_E_NOMEM;
    int any = 0;
    for (size_t i = 0; i < r->n_columns; i++) {
        const thaw__column *known = thaw__table_column(table, thaw__keymap_key(&r->names, (int64_t)i));
        if (r->types[i] == THAW__UNTYPED && known) r->types[i] = known->type;
        untyped[i] = r->types[i] == THAW__UNTYPED && (int64_t)i != key;
        any |= untyped[i];
    }
    thaw_status st = THAW_OK;
    for (int more = any; more;) {
        st = next_kept(r, where, &more);
        if (st != THAW_OK) break;
        if (more) learn_types(r, untyped);
    }
    thaw__free(r->allocator, untyped);
    thaw__reader_rewind(r);
    return st;
}

/* The feature columns of a table, with a patch each. */
typedef struct feature_set {
    thaw__patch *patches; /* [n] */
    int64_t *columns;     /* [n] columns of the reader */
    size_t n;
    int64_t key;      /* the column of keys, of the reader */
    const char *what; /* its name */
} feature_set;

static thaw_status begin_features(feature_set *set, thaw_data *data, int32_t table, const thaw__reader *r)
{
    set->patches = thaw__alloc(&data->allocator, r->n_columns, sizeof *set->patches);
    set->columns = thaw__alloc(&data->allocator, r->n_columns, sizeof *set->columns);
    if (!set->patches || !set->columns) return THAW_E_NOMEM;
    for (size_t i = 0; i < r->n_columns; i++) {
        if ((int64_t)i == set->key || r->types[i] == THAW__UNTYPED) continue;
        const char *name = thaw__keymap_key(&r->names, (int64_t)i);
        const thaw_status st = thaw__patch_begin(&set->patches[set->n], data, table, name, r->types[i]);
        if (st != THAW_OK) return thaw__fail_in(st, "line 1: ");
        set->columns[set->n++] = (int64_t)i;
    }
    return THAW_OK;
}

static thaw_status put_row(feature_set *set, thaw__table *table, const thaw__reader *r)
{
    int64_t row;
    THAW__TRY(thaw__table_row(table, &row, set->what, thaw__reader_text(r, set->key)));
    for (size_t i = 0; i < set->n; i++) {
        const thaw_status st = thaw__patch_put(&set->patches[i], row, thaw__reader_text(r, set->columns[i]));
        if (st != THAW_OK) return thaw__fail_in(st, "%s ", thaw__keymap_key(&r->names, set->columns[i]));
    }
    return THAW_OK;
}

static thaw_status put_rows(feature_set *set, thaw__table *table, thaw__reader *r, const filter *where)
{
    for (int more = 1;;) {
        THAW__TRY(next_kept(r, where, &more));
        if (!more) break;
        THAW__TRY(at_line(r, put_row(set, table, r)));
    }
    for (size_t i = 0; i < set->n; i++) THAW__TRY(thaw__patch_reserve(&set->patches[i]));
    return THAW_OK;
}

static thaw_status read_features(thaw_data *data, int32_t which, thaw__reader *r, const filter *where)
{
    thaw__table *table = which == THAW_TABLE_ITEMS ? &data->items : &data->users;
    feature_set set = {.what = which == THAW_TABLE_ITEMS ? "item_id" : "user_id"};
    THAW__TRY(need_column(&set.key, r, set.what));
    THAW__TRY(infer_types(table, r, set.key, where));

    const thaw__mark mark = thaw__data_mark(data);
    thaw_status st = begin_features(&set, data, which, r);
    if (st == THAW_OK) st = put_rows(&set, table, r, where);
    if (st == THAW_OK)
        for (size_t i = 0; i < set.n; i++) thaw__patch_apply(&set.patches[i]);
    else
        for (size_t i = set.n; i-- > 0;) thaw__patch_undo(&set.patches[i]);
    if (st != THAW_OK) thaw__data_rollback(data, &mark);
    thaw__free(&data->allocator, set.patches);
    thaw__free(&data->allocator, set.columns);
    return st;
}

/* ---- tables ---- */

static thaw_status read_table(thaw_data *data, const char *bytes, size_t size, int csv,
                              const thaw_read_options *options)
{
    thaw__reader reader;
    filter where;
    THAW__TRY(thaw__reader_open(&reader, bytes, size, csv, &data->allocator));
    thaw_status st = find_filter(&where, &reader, options);
    if (st == THAW_OK)
        st = options->table == THAW_TABLE_EVENTS ? read_events(data, &reader, &where)
                                                 : read_features(data, options->table, &reader, &where);
    thaw__reader_close(&reader);
    return st;
}

static int ends_in_csv(const char *path)
{
    const size_t n = strlen(path);
    return n >= 4 && path[n - 4] == '.' && (path[n - 3] | 32) == 'c' && (path[n - 2] | 32) == 's' &&
           (path[n - 1] | 32) == 'v';
}

thaw_status thaw__data_read(thaw_data *data, const char *path, const thaw_read_options *options)
{
    thaw__file file;
    THAW__TRY(thaw__file_read(&file, path, &data->allocator));
    const int csv = options->format == THAW_FORMAT_CSV || (options->format == THAW_FORMAT_AUTO && ends_in_csv(path));
    const thaw_status st = read_table(data, file.bytes, file.size, csv, options);
    thaw__file_close(&file, &data->allocator);
    return st;
}

thaw_status thaw__data_read_buffer(thaw_data *data, const char *bytes, size_t size, const thaw_read_options *options)
{
    return read_table(data, bytes, size, options->format == THAW_FORMAT_CSV, options);
}
