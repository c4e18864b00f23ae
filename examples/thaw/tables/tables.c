/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#ifdef THAW_CLI_SQLITE
#include "thaw/thaw_sqlite.h"
#endif

static const char query_prefix[] = "sqlite:";

int tables_option(tables *t, int option, char *value)
{
    switch (option) {
    case TABLES_INTER: t->inter = value; return 1;
    case TABLES_ITEM: t->item = value; return 1;
    case TABLES_USER: t->user = value; return 1;
    case TABLES_WHERE:
        t->where_value = cli_pair("--where", value);
        t->where_column = value;
        return 1;
    default: return 0;
    }
}

int tables_is_query(const char *table)
{
    return strncmp(table, query_prefix, sizeof query_prefix - 1) == 0;
}

int tables_is_csv(const char *path)
{
    const size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".csv") == 0;
}

/* Read sqlite:FILE?QUERY and append its rows to data. */
static int read_query(thaw_data *data, const char *table, int32_t kind)
{
#ifdef THAW_CLI_SQLITE
    const char *start = table + sizeof query_prefix - 1;
    const char *mark = strchr(start, '?');
    if (!mark || mark == start || !mark[1]) cli_refuse("%s has no query; write sqlite:FILE?SELECT …", table);
    char *file = cli_alloc((size_t)(mark - start) + 1, 1);
    memcpy(file, start, (size_t)(mark - start));
    int bad = thaw_data_read_sqlite(data, file, mark + 1, kind) != THAW_OK;
    if (bad) cli_failf("%s: %s", file, thaw_sqlite_last_error());
    free(file);
    return bad;
#else
    (void)data;
    (void)kind;
    return cli_failf("%s: this build of thaw has no SQLite", table);
#endif
}

static int read_table(thaw_data *data, const char *table, int32_t kind, const tables *t)
{
    const int where = kind == THAW_TABLE_EVENTS && t->where_column;
    if (tables_is_query(table)) {
        if (where) cli_refuse("--where filters files only; write the condition into the query");
        return read_query(data, table, kind);
    }
    thaw_read_options options;
    if (thaw_read_options_init(&options, sizeof options) != THAW_OK) return cli_fail();
    options.table = kind;
    if (where) {
        options.where_column = t->where_column;
        options.where_value = t->where_value;
    }
    return thaw_data_read(data, table, &options) == THAW_OK ? 0 : cli_fail_at(table);
}

int tables_read(thaw_data **out, const tables *t)
{
    if (thaw_data_create(out, NULL) != THAW_OK) return cli_fail();
    int bad = t->inter ? read_table(*out, t->inter, THAW_TABLE_EVENTS, t) : 0;
    if (!bad && t->item) bad = read_table(*out, t->item, THAW_TABLE_ITEMS, t);
    if (!bad && t->user) bad = read_table(*out, t->user, THAW_TABLE_USERS, t);
    if (bad) {
        thaw_data_free(*out);
        *out = NULL;
    }
    return bad;
}

/* The column name in a header cell: without quotes and without the part from the colon on. */
static char *cell_name(char *cell)
{
    cell[strcspn(cell, "\r\n")] = '\0';
    if (*cell == '"') cell++;
    cell[strcspn(cell, "\":")] = '\0';
    char *name = cli_alloc(strlen(cell) + 1, 1);
    memcpy(name, cell, strlen(cell));
    return name;
}

int tables_columns(char ***names, int *n, const char *table)
{
    *names = NULL;
    *n = 0;
    if (tables_is_query(table)) return 0;
    FILE *f = fopen(table, "rb");
    if (!f) return cli_failf("%s cannot be opened: %s", table, strerror(errno));

    char *line = NULL;
    size_t capacity = 0;
    if (getline(&line, &capacity, f) > 0) {
        const char separator = tables_is_csv(table) ? ',' : '\t';
        int count = 1;
        for (const char *c = line; *c; c++) count += *c == separator;
        *names = cli_alloc((size_t)count, sizeof **names);
        char *cell = strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
        while (cell) {
            char *end = strchr(cell, separator);
            if (end) *end = '\0';
            (*names)[(*n)++] = cell_name(cell);
            cell = end ? end + 1 : NULL;
        }
    }
    free(line);
    fclose(f);
    return 0;
}
