/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_TABLES_H
#define THAW_CLI_TABLES_H

/* The tables given by --inter, --item and --user. Each is a file that thaw_data_read() reads or, in a build with
 * SQLite, "sqlite:FILE?QUERY". */

#include <stdint.h>

#include "thaw/thaw.h"

#define TABLES_HELP \
    "  --inter TABLE      events: user_id, item_id; event, timestamp, and rating or value if there are any\n" \
    "  --item TABLE       features of items, by item_id\n" \
    "  --user TABLE       features of users, by user_id\n" \
    "  --where NAME=VALUE only events whose column NAME equals VALUE\n" \
    "\n" \
    "A TABLE is a tab separated file with a header such as user_id:token, a .csv file, or sqlite:FILE?QUERY.\n"

typedef struct tables {
    char *inter, *item, *user; /* NULL: not given */
    char *where_column, *where_value;
} tables;

/** Option numbers of these flags, and their rows in a getopt_long() table. */
enum { TABLES_INTER = 1000, TABLES_ITEM, TABLES_USER, TABLES_WHERE };
/* clang-format off */
#define TABLES_OPTIONS \
    {"inter", required_argument, NULL, TABLES_INTER}, {"item", required_argument, NULL, TABLES_ITEM}, \
    {"user", required_argument, NULL, TABLES_USER}, {"where", required_argument, NULL, TABLES_WHERE}
/* clang-format on */

/** Handle one of these options: 1, or 0 if the option is another one. */
int tables_option(tables *tables, int option, char *value);

/** 1 if the file name ends in .csv. */
int tables_is_csv(const char *path);

/** Read all given tables into one new data set: 0, or 1 with a message. */
int tables_read(thaw_data **out, const tables *tables);

/** 1 if the table is a SQLite query, 0 if it is a file. */
int tables_is_query(const char *table);

/** Read the column names of a table file from its first line. names is an array of *n texts; free each and the array.
 *  Returns no names for a query. Returns 0, or 1 with a message. */
int tables_columns(char ***names, int *n, const char *table);

#endif
