/* SPDX-License-Identifier: Apache-2.0
 * From the columns of a table to events or features. A table of features without types is read twice: first to infer
 * the types. The data set is unchanged on error.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "column_names.h"
#include "data.h"
#include "dialect.h"
#include "events.h"
#include "file.h"
#include "gzip.h"
#include "iso_time.h"
#include "mem.h"
#include "notes.h"
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

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* The columns of the fields, -1: none, and the name of events without one. */
typedef struct event_columns {
    int64_t of[THAW__FIELDS];
    const char *event;
} event_columns;

static thaw_status find_event_columns(event_columns *out, const thaw__reader *r, const char *columns)
{
    for (int f = 0; f < THAW__FIELDS; f++) THAW__TRY(thaw__find_column(&out->of[f], r, f, columns, 1));
    if (out->of[THAW__USER] < 0) return thaw__refuse_missing(r, THAW__USER);
    if (out->of[THAW__ITEM] < 0) return thaw__refuse_missing(r, THAW__ITEM);
    const int64_t value = out->of[THAW__VALUE];
    out->event = value >= 0 && thaw__is_quantity(thaw__keymap_key(&r->names, value)) ? "purchase" : "rating";
    return THAW_OK;
}

static int is_used(const event_columns *c, int64_t column)
{
    for (int f = 0; f < THAW__FIELDS; f++)
        if (c->of[f] == column) return 1;
    return 0;
}

/* Notes: which column is which field. */
static thaw_status note_used(thaw_data *data, const thaw__reader *r, const event_columns *c)
{
    for (int f = 0; f < THAW__FIELDS; f++) {
        const char *name = c->of[f] < 0 ? NULL : thaw__keymap_key(&r->names, c->of[f]);
        if (name && strcmp(name, thaw__field_name(f)) != 0)
            THAW__TRY(thaw__note(data, "events: column %.64s is %s", name, thaw__field_name(f)));
    }
    if (c->of[THAW__EVENT] >= 0 || strcmp(c->event, "rating") == 0) return THAW_OK;
    return thaw__note(data, "events: without a column event, all are %s", c->event);
}

enum { MOST_UNUSED = 1000 }; /* columns that notes look at */

/* Notes: columns that may be misspelt, each, and the others in one. */
static thaw_status note_unused(thaw_data *data, const thaw__reader *r, const event_columns *c)
{
    char others[200];
    size_t n = 0;
    for (int64_t i = 0; i < r->names.n && i < MOST_UNUSED; i++) {
        if (is_used(c, i)) continue;
        const char *name = thaw__keymap_key(&r->names, i), *meant = thaw__meant_field(name, c->of);
        if (meant) THAW__TRY(thaw__note(data, "events: column %.64s is not used; is it %s?", name, meant));
        else if (n < sizeof others)
            n += (size_t)snprintf(others + n, sizeof others - n, "%s%.64s", n ? ", " : "", name);
    }
    return n ? thaw__note(data, "events: not used: %s%s", others, n < sizeof others ? "" : " ...") : THAW_OK;
}

/* The text of a field, NULL if it is missing or empty. */
static const thaw__text *given(const thaw__reader *r, int64_t column)
{
    return column >= 0 && r->fields[column].text.n ? &r->fields[column].text : NULL;
}

static thaw_status refuse_text(const char *field, const thaw__text *text, const char *must)
{
    return thaw__fail(THAW_E_FORMAT, "%s \"%.*s\" %s", field, (int)(text->n < 40 ? text->n : 40), text->at, must);
}

static thaw_status read_value(double *out, const thaw__reader *r, int64_t column)
{
    const thaw__text *text = given(r, column);
    *out = NAN;
    if (!text || thaw__number_parse(out, text->at, text->n)) return THAW_OK;
    return refuse_text(thaw__keymap_key(&r->names, column), text, "is not a finite number");
}

/* A number, or a date as seconds. */
static thaw_status read_time(double *out, const thaw__reader *r, int64_t column)
{
    const thaw__text *text = given(r, column);
    *out = NAN;
    if (!text || thaw__number_parse(out, text->at, text->n) || thaw__iso_parse(out, text->at, text->n)) return THAW_OK;
    return refuse_text(thaw__keymap_key(&r->names, column), text,
                       "is not a finite number or a date such as 2015-07-24T13:05:59Z");
}

static thaw_status add_row(thaw_data *data, const thaw__reader *r, const event_columns *c)
{
    const int64_t *of = c->of;
    thaw__event_text event = {.user = thaw__reader_text(r, of[THAW__USER]),
                              .item = thaw__reader_text(r, of[THAW__ITEM])};
    event.event = of[THAW__EVENT] < 0 ? thaw__text_of(c->event) : thaw__reader_text(r, of[THAW__EVENT]);
    if (of[THAW__BASKET] >= 0) event.basket = thaw__reader_text(r, of[THAW__BASKET]);
    THAW__TRY(read_value(&event.value, r, of[THAW__VALUE]));
    THAW__TRY(read_time(&event.time, r, of[THAW__TIME]));
    return thaw__data_add_event(data, &event);
}

static thaw_status read_events(thaw_data *data, thaw__reader *r, const filter *where, const char *columns)
{
    event_columns found;
    int more;
    THAW__TRY(find_event_columns(&found, r, columns));
    THAW__TRY(note_used(data, r, &found));
    THAW__TRY(note_unused(data, r, &found));
    for (;;) {
        THAW__TRY(next_kept(r, where, &more));
        if (!more) return THAW_OK;
        THAW__TRY(at_line(r, add_row(data, r, &found)));
    }
}

/* ---- features ---------------------------------------------------------------------------------------------------- */

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

static thaw_status find_key(feature_set *set, thaw_data *data, const thaw__reader *r, int32_t which,
                            const char *columns)
{
    const int field = which == THAW_TABLE_ITEMS ? THAW__ITEM : THAW__USER;
    set->what = thaw__field_name(field);
    THAW__TRY(thaw__find_column(&set->key, r, field, columns, 0));
    if (set->key < 0) return thaw__refuse_missing(r, field);
    const char *name = thaw__keymap_key(&r->names, set->key);
    if (strcmp(name, set->what) == 0) return THAW_OK;
    return thaw__note(data, "%s: column %.64s is %s", which == THAW_TABLE_ITEMS ? "items" : "users", name, set->what);
}

static thaw_status read_features(thaw_data *data, int32_t which, thaw__reader *r, const filter *where,
                                 const char *columns)
{
    thaw__table *table = which == THAW_TABLE_ITEMS ? &data->items : &data->users;
    feature_set set = {0};
    THAW__TRY(find_key(&set, data, r, which, columns));
    THAW__TRY(infer_types(table, r, set.key, where));

    thaw_status st = begin_features(&set, data, which, r);
    if (st == THAW_OK) st = put_rows(&set, table, r, where);
    if (st == THAW_OK)
        for (size_t i = 0; i < set.n; i++) thaw__patch_apply(&set.patches[i]);
    else
        for (size_t i = set.n; i-- > 0;) thaw__patch_undo(&set.patches[i]);
    thaw__free(&data->allocator, set.patches);
    thaw__free(&data->allocator, set.columns);
    return st;
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static thaw_status note_dialect(thaw_data *data, const thaw_read_options *options, thaw__dialect dialect)
{
    static const char *const tables[] = {"events", "items", "users"};
    if (options->delimiter || dialect.delimiter == '\t' || (dialect.delimiter == ',' && dialect.quotes)) return THAW_OK;
    return thaw__note(data, "%s: fields are separated by \"%c\"", tables[options->table], dialect.delimiter);
}

static thaw_status read_rows(thaw_data *data, thaw__reader *r, const thaw_read_options *options)
{
    filter where;
    THAW__TRY(note_dialect(data, options, r->dialect));
    THAW__TRY(find_filter(&where, r, options));
    if (options->table == THAW_TABLE_EVENTS) return read_events(data, r, &where, options->columns);
    return read_features(data, options->table, r, &where, options->columns);
}

static thaw_status read_table(thaw_data *data, const char *bytes, size_t size, const thaw_read_options *options,
                              const char *path)
{
    thaw__reader reader;
    const thaw__dialect dialect = thaw__dialect_of(options, path, bytes, size);
    THAW__TRY(thaw__refuse_format(bytes, size));
    THAW__TRY(thaw__reader_open(&reader, bytes, size, dialect, &data->allocator));
    const thaw__mark mark = thaw__data_mark(data);
    const thaw_status st = read_rows(data, &reader, options);
    if (st != THAW_OK) thaw__data_rollback(data, &mark);
    thaw__reader_close(&reader);
    return st;
}

/* path: NULL for memory. */
static thaw_status read_bytes(thaw_data *data, const char *bytes, size_t size, const thaw_read_options *options,
                              const char *path)
{
    char *plain = NULL;
    size_t n = 0;
    if (!thaw__is_gzip(bytes, size)) return read_table(data, bytes, size, options, path);
    THAW__TRY(thaw__gunzip(&plain, &n, bytes, size, &data->allocator));
    const thaw_status st = read_table(data, plain, n, options, path);
    thaw__free(&data->allocator, plain);
    return st;
}

thaw_status thaw__data_read(thaw_data *data, const char *path, const thaw_read_options *options)
{
    thaw__file file;
    THAW__TRY(thaw__file_read(&file, path, &data->allocator));
    const thaw_status st = read_bytes(data, file.bytes, file.size, options, path);
    thaw__file_close(&file, &data->allocator);
    return st;
}

thaw_status thaw__data_read_buffer(thaw_data *data, const char *bytes, size_t size, const thaw_read_options *options)
{
    return read_bytes(data, bytes, size, options, NULL);
}
