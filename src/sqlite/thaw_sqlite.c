/* SPDX-License-Identifier: Apache-2.0
 * The result of a query becomes a CSV table in memory, with every value in quotes, for one call of
 * thaw_data_read_buffer(). So the meaning of columns is that of other tables, and all rows are added or none.
 */
#include "thaw/thaw_sqlite.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char message[512];

const char *thaw_sqlite_last_error(void)
{
    return message;
}

__attribute__((format(printf, 2, 3))) static thaw_status fail(thaw_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return code;
}

static thaw_status fail_sqlite(thaw_status code, const char *verb, sqlite3 *db)
{
    if (!db || sqlite3_errcode(db) == SQLITE_NOMEM) return fail(THAW_E_NOMEM, "SQLite is out of memory");
    return fail(code, "cannot %s: %s", verb, sqlite3_errmsg(db));
}

/* ---- growing text ---- */

typedef struct buffer {
    char *bytes;
    size_t n, capacity;
} buffer;

static thaw_status append(buffer *b, const char *text, size_t n)
{
    if (n > b->capacity - b->n) {
        const size_t capacity = b->capacity > n ? 2 * b->capacity : b->capacity + n + 4096;
        char *grown = realloc(b->bytes, capacity);
        if (!grown) return fail(THAW_E_NOMEM, "no memory for %zu bytes of rows", capacity);
        b->bytes = grown;
        b->capacity = capacity;
    }
    if (n) memcpy(b->bytes + b->n, text, n);
    b->n += n;
    return THAW_OK;
}

/* Append text in quotes, with inner quotes doubled. */
static thaw_status append_quoted(buffer *b, const char *text, size_t n)
{
    thaw_status st = append(b, "\"", 1);
    for (const char *quote; st == THAW_OK && n && (quote = memchr(text, '"', n));) {
        const size_t used = (size_t)(quote - text) + 1;
        st = append(b, text, used);
        if (st == THAW_OK) st = append(b, "\"", 1);
        text += used;
        n -= used;
    }
    if (st == THAW_OK) st = append(b, text, n);
    return st == THAW_OK ? append(b, "\"", 1) : st;
}

static thaw_status append_separator(buffer *b, int column)
{
    return column ? append(b, ",", 1) : THAW_OK;
}

/* ---- rows ---- */

/* The types of values in a column so far. */
enum { HELD_NOTHING = 0, HELD_NUMBERS = 1, HELD_TEXT = 2 };

/* Append value `column` of the current row. *held is updated by its type. */
static thaw_status append_value(buffer *b, sqlite3_stmt *query, int column, char *held)
{
    const int type = sqlite3_column_type(query, column);
    if (type == SQLITE_NULL) return THAW_OK;
    if (type == SQLITE_BLOB)
        return fail(THAW_E_FORMAT, "column \"%.100s\" has a BLOB", sqlite3_column_name(query, column));
    if (type == SQLITE_TEXT) *held = HELD_TEXT;
    else if (*held == HELD_NOTHING) *held = HELD_NUMBERS;
    if (type == SQLITE_FLOAT) {
        char digits[40]; /* sqlite3_column_text() would round to 15 digits */
        sqlite3_snprintf(sizeof digits, digits, "%!.17g", sqlite3_column_double(query, column));
        return append(b, digits, strlen(digits));
    }
    const char *value = (const char *)sqlite3_column_text(query, column);
    if (!value) return fail(THAW_E_NOMEM, "SQLite is out of memory");
    return append_quoted(b, value, (size_t)sqlite3_column_bytes(query, column));
}

static thaw_status append_row(buffer *b, sqlite3_stmt *query, char *held)
{
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        thaw_status st = append_separator(b, i);
        if (st == THAW_OK) st = append_value(b, query, i, &held[i]);
        if (st != THAW_OK) return st;
    }
    return append(b, "\n", 1);
}

static thaw_status append_rows(buffer *b, sqlite3_stmt *query, char *held)
{
    for (;;) {
        const int code = sqlite3_step(query);
        if (code == SQLITE_DONE) return THAW_OK;
        if (code != SQLITE_ROW) return fail_sqlite(THAW_E_IO, "read the rows", sqlite3_db_handle(query));
        const thaw_status st = append_row(b, query, held);
        if (st != THAW_OK) return st;
    }
}

/* Append the name of a column; a feature with values and without a type gets one by `held`. */
static thaw_status append_name(buffer *b, const char *name, char held, int32_t table)
{
    static const char *const types[] = {"", ":float", ":token"};
    if (!name) return fail(THAW_E_NOMEM, "SQLite is out of memory");
    const int typed = table == THAW_TABLE_EVENTS || strchr(name, ':');
    char *full = sqlite3_mprintf("%s%s", name, typed ? "" : types[(int)held]);
    if (!full) return fail(THAW_E_NOMEM, "SQLite is out of memory");
    const thaw_status st = append_quoted(b, full, strlen(full));
    sqlite3_free(full);
    return st;
}

/* Append the first line, after all rows were read; held [columns]. */
static thaw_status append_header(buffer *b, sqlite3_stmt *query, const char *held, int32_t table)
{
    thaw_status st = THAW_OK;
    for (int i = 0; st == THAW_OK && i < sqlite3_column_count(query); i++) {
        st = append_separator(b, i);
        if (st == THAW_OK) st = append_name(b, sqlite3_column_name(query, i), held[i], table);
    }
    return st == THAW_OK ? append(b, "\n", 1) : st;
}

static thaw_status write_table(buffer *out, sqlite3_stmt *query, int32_t table)
{
    buffer rows = {0};
    char *held = calloc((size_t)sqlite3_column_count(query), 1);
    thaw_status st = held ? append_rows(&rows, query, held) : fail(THAW_E_NOMEM, "no memory for the columns");
    if (st == THAW_OK) st = append_header(out, query, held, table);
    if (st == THAW_OK) st = append(out, rows.bytes, rows.n);
    free(rows.bytes);
    free(held);
    return st;
}

/* ---- the query ---- */

/* THAW_E_ARG if anything but space and comments follows the statement. */
static thaw_status check_rest(sqlite3 *db, const char *rest)
{
    sqlite3_stmt *second = NULL;
    const int code = sqlite3_prepare_v2(db, rest, -1, &second, NULL);
    const int more = code != SQLITE_OK || second;
    sqlite3_finalize(second);
    return more ? fail(THAW_E_ARG, "the query is more than one statement") : THAW_OK;
}

static thaw_status prepare(sqlite3_stmt **out, sqlite3 *db, const char *query)
{
    const char *rest = NULL;
    const int code = sqlite3_prepare_v2(db, query, -1, out, &rest);
    if (code == SQLITE_ERROR) return fail_sqlite(THAW_E_ARG, "understand the query", db);
    if (code != SQLITE_OK) return fail_sqlite(THAW_E_IO, "read the database", db); /* the database is read here first */
    if (!*out || sqlite3_column_count(*out) == 0) return fail(THAW_E_ARG, "the query returns no columns");
    if (!sqlite3_stmt_readonly(*out)) return fail(THAW_E_ARG, "the query writes; it must only read");
    return check_rest(db, rest);
}

static thaw_status add(thaw_data *data, const buffer *text, int32_t table)
{
    thaw_read_options options;
    thaw_status st = thaw_read_options_init(&options, sizeof options);
    options.table = table;
    options.format = THAW_FORMAT_CSV;
    if (st == THAW_OK) st = thaw_data_read_buffer(data, text->bytes, (int64_t)text->n, &options);
    return st == THAW_OK ? st : fail(st, "%s", thaw_last_error());
}

thaw_status thaw_data_read_sqlite(thaw_data *data, const char *path, const char *query, int32_t table)
{
    if (!data || !path || !query) return fail(THAW_E_ARG, "data, path and query are required");
    if (table < THAW_TABLE_EVENTS || table > THAW_TABLE_USERS)
        return fail(THAW_E_RANGE, "table is %d; must be %d to %d", table, THAW_TABLE_EVENTS, THAW_TABLE_USERS);

    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    buffer text = {0};
    thaw_status st = THAW_OK;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        st = fail_sqlite(THAW_E_IO, "open the database", db);
    if (st == THAW_OK) st = prepare(&statement, db, query);
    if (st == THAW_OK) st = write_table(&text, statement, table);
    if (st == THAW_OK) st = add(data, &text, table);
    free(text.bytes);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return st;
}
