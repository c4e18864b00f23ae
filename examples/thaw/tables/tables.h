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
    "  --columns LIST     which column is what: user_id=NAME,item_id=NAME,event=…,rating=…,timestamp=…,basket=…\n" \
    "  --delimiter C      the character between fields, or tab\n" \
    "\n" \
    "A TABLE is a file separated by tabs, commas, semicolons or bars, with a header such as user_id:token; plain or\n" \
    "gzip; - for standard input; or sqlite:FILE?QUERY. Usual names of columns (visitorid, product_id, event_time)\n" \
    "are known; what was decided is printed. Times are numbers, or dates such as 2015-07-24T13:05:59Z.\n"

typedef struct tables {
    char *inter, *item, *user; /* NULL: not given */
    char *where_column, *where_value;
    char *columns;  /* NULL: by their names */
    char delimiter; /* 0: found */
} tables;

/** Option numbers of these flags, and their rows in a getopt_long() table. */
enum { TABLES_INTER = 1000, TABLES_ITEM, TABLES_USER, TABLES_WHERE, TABLES_COLUMNS, TABLES_DELIMITER };
/* clang-format off */
#define TABLES_OPTIONS \
    {"inter", required_argument, NULL, TABLES_INTER}, {"item", required_argument, NULL, TABLES_ITEM}, \
    {"user", required_argument, NULL, TABLES_USER}, {"where", required_argument, NULL, TABLES_WHERE}, \
    {"columns", required_argument, NULL, TABLES_COLUMNS}, {"delimiter", required_argument, NULL, TABLES_DELIMITER}
/* clang-format on */

/** Handle one of these options: 1, or 0 if the option is another one. */
int tables_option(tables *tables, int option, char *value);

/** cli_refuse() the option, for a reason, if it was given. */
void tables_refuse(const tables *tables, int option, const char *reason);

/** 1 if the file name ends in .csv. */
int tables_is_csv(const char *path);

/** Read all given tables into one new data set, and print what was read of events: 0, or 1 with a message. */
int tables_read(thaw_data **out, const tables *tables);

/** 1 if the table is a SQLite query, 0 if it is a file. */
int tables_is_query(const char *table);

/** The path of the database of a query; lives as long as the process. */
const char *tables_database(const char *query);

#endif
