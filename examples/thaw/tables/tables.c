/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "data_report.h"
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
    case TABLES_COLUMNS: t->columns = value; return 1;
    case TABLES_DELIMITER:
        if (strcmp(value, "tab") != 0 && strcmp(value, "\\t") != 0 && strlen(value) != 1) {
            cli_refuse("--delimiter is \"%s\"; must be one character, or tab", value);
        }
        t->delimiter = value[1] ? '\t' : value[0];
        return 1;
    default: return 0;
    }
}

void tables_refuse(const tables *t, int option, const char *reason)
{
    static const char *const flags[] = {"--inter", "--item", "--user", "--where"};
    const char *const given[] = {t->inter, t->item, t->user, t->where_column};
    if (given[option - TABLES_INTER]) cli_refuse("%s is not an option here: %s", flags[option - TABLES_INTER], reason);
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

const char *tables_database(const char *query)
{
    const char *start = query + sizeof query_prefix - 1;
    const size_t length = strcspn(start, "?");
    char *path = cli_alloc(length + 1, 1);
    memcpy(path, start, length);
    return path;
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
    options.columns = t->columns;
    options.delimiter = t->delimiter;
    if (where) {
        options.where_column = t->where_column;
        options.where_value = t->where_value;
    }
    if (strcmp(table, "-") == 0) table = "/dev/stdin";
    return thaw_data_read(data, table, &options) == THAW_OK ? 0 : cli_fail_at(table);
}

int tables_read(thaw_data **out, const tables *t)
{
    if (thaw_data_create(out, NULL) != THAW_OK) return cli_fail();
    int bad = t->inter ? read_table(*out, t->inter, THAW_TABLE_EVENTS, t) : 0;
    if (!bad && t->item) bad = read_table(*out, t->item, THAW_TABLE_ITEMS, t);
    if (!bad && t->user) bad = read_table(*out, t->user, THAW_TABLE_USERS, t);
    if (!bad && t->inter) bad = data_report(*out);
    if (bad) {
        thaw_data_free(*out);
        *out = NULL;
    }
    return bad;
}
