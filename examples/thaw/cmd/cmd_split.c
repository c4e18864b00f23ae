/* SPDX-License-Identifier: Apache-2.0 */

/* thaw split: split the rows of a table of events into two files. thaw_data_split() decides the file of each event.
 * Rows are copied unchanged, with all columns, also those that thaw does not read. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "output.h"

static const char *const help[] = {
    "usage: thaw split --inter FILE --train FILE --test FILE [option…]\n"
    "Split a table of events: the test part is some users with all their events, or all events from a time on.\n\n"
    "  --inter FILE         events, tab separated or .csv\n"
    "  --train FILE         output: training rows\n"
    "  --test FILE          output: held-out rows\n"
    "  --holdout-users P    part of the users held out, 0 … 1 (0.1)\n"
    "  --from-time T        instead: hold out events at or after T, a number or a date\n"
    "  --seed N             seed of the draw of users (1)\n\n"
    "Both files have the header and all columns. Neither appears before it is complete.\n\n"
    "  thaw split --inter ml-100k.inter --holdout-users 0.1 --seed 1 --train train.inter --test test.inter\n"
    "  thaw split --inter shop.csv --from-time 1704067200 --train before.csv --test after.csv\n",
    NULL,
};

typedef struct split {
    tables tables;
    const char *train, *test;
    int by_time;
    thaw_split_options options;
} split;

static void read_arguments(split *s, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"train", required_argument, NULL, 'a'},
        {"test", required_argument, NULL, 'b'},
        {"holdout-users", required_argument, NULL, 'p'},
        {"from-time", required_argument, NULL, 't'},
        {"seed", required_argument, NULL, 's'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'a': s->train = optarg; break;
        case 'b': s->test = optarg; break;
        case 'p': s->options.holdout_users = (float)cli_number("--holdout-users", optarg, 0, 0.999); break;
        case 't':
            s->options.from_time = cli_time("--from-time", optarg);
            s->by_time = 1;
            break;
        case 's': s->options.seed = (uint64_t)cli_integer("--seed", optarg, 0, INT64_MAX); break;
        default: tables_option(&s->tables, o, optarg);
        }
    }
    cli_require("--inter", s->tables.inter);
    cli_require("--train", s->train);
    cli_require("--test", s->test);
    if (s->by_time) s->options.holdout_users = 0;
    if (tables_is_query(s->tables.inter)) cli_refuse("--inter is a query; split copies the rows of a file");
    tables_refuse(&s->tables, TABLES_ITEM, "split copies the rows of one table");
    tables_refuse(&s->tables, TABLES_USER, "split copies the rows of one table");
    tables_refuse(&s->tables, TABLES_WHERE, "split copies all rows");
}

static int check_files(const split *s)
{
    file_list files = {0};
    files_add_tables(&files, &s->tables);
    files_add_output(&files, "--train", s->train);
    files_add_output(&files, "--test", s->test);
    return files_check(&files);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* marks[i] = 1 if event i of data is in the test part, by its time or by the users of the test part. */
static int mark_test(char *marks, const split *s, const thaw_data *data, const thaw_data *test)
{
    const int64_t n_test = thaw_data_n_events(test);
    const char **test_users = cli_alloc((size_t)n_test, sizeof *test_users);
    thaw_event_view view;
    int bad = 0;
    for (int64_t i = 0; i < n_test && !bad; i++) {
        bad = thaw_data_event(test, &view, i) != THAW_OK;
        if (!bad) test_users[i] = view.user;
    }
    qsort(test_users, (size_t)n_test, sizeof *test_users, by_text);
    for (int64_t i = 0; i < thaw_data_n_events(data) && !bad; i++) {
        bad = thaw_data_event(data, &view, i) != THAW_OK;
        if (bad) break;
        if (s->by_time) marks[i] = view.time >= s->options.from_time;
        else marks[i] = n_test && bsearch(&view.user, test_users, (size_t)n_test, sizeof *test_users, by_text) != NULL;
    }
    free(test_users);
    return bad ? cli_fail() : 0;
}

/* 1 if a CSV row continues on the next line: a quoted field is not closed after these bytes. Quotes within an unquoted
 * field are plain text. */
static int quote_open(int open, const char *bytes, ssize_t n)
{
    int may_open = 1; /* at the start of a field, or after a quote that may be doubled */
    for (ssize_t i = 0; i < n; i++) {
        const int quote = bytes[i] == '"';
        const int closes = open && quote;
        open = open ? !quote : quote && may_open;
        may_open = closes || bytes[i] == ',';
    }
    return open;
}

/* Read one row; in CSV it may have line ends within quotes. Returns its length, or -1 at the end of the file. */
static ssize_t read_row(char **row, size_t *capacity, char **line, size_t *line_capacity, FILE *in, int csv)
{
    size_t length = 0;
    int open_quote = 0;
    do {
        const ssize_t n = getline(line, line_capacity, in);
        if (n < 0) break;
        if (length + (size_t)n > *capacity) {
            *capacity = 2 * (length + (size_t)n);
            char *larger = realloc(*row, *capacity);
            if (!larger) exit(cli_failf("out of memory"));
            *row = larger;
        }
        memcpy(*row + length, *line, (size_t)n);
        length += (size_t)n;
        open_quote = csv && quote_open(open_quote, *line, n);
    } while (open_quote);
    return length ? (ssize_t)length : -1;
}

/* Copy the header to both files, and row i to test if marks[i], else to train. */
static int copy_rows(const char *path, const char *marks, int64_t n, output *train, output *test)
{
    FILE *in = fopen(path, "rb");
    if (!in) return cli_failf("%s cannot be opened: %s", path, strerror(errno));
    if (fgetc(in) == 0x1f) { /* the first byte of gzip */
        fclose(in);
        return cli_failf("%s is compressed; split copies rows, so uncompress it first", path);
    }
    rewind(in);
    const int csv = tables_is_csv(path);
    char *row = NULL, *line = NULL;
    size_t capacity = 0, line_capacity = 0;
    int64_t i = -1;
    for (ssize_t length; (length = read_row(&row, &capacity, &line, &line_capacity, in, csv)) >= 0;) {
        if (i < n && (i < 0 || !marks[i])) fwrite(row, 1, (size_t)length, train->file);
        if (i < n && (i < 0 || marks[i])) fwrite(row, 1, (size_t)length, test->file);
        i++;
    }
    const int bad = ferror(in);
    free(row);
    free(line);
    fclose(in);
    if (bad) return cli_failf("%s cannot be read: %s", path, strerror(errno));
    if (i != n) return cli_failf("%s changed while it was read", path);
    return 0;
}

static int write_parts(const split *s, const char *marks, int64_t n)
{
    output train = {0}, test = {0};
    int bad = output_open(&train, s->train);
    if (!bad) bad = output_open(&test, s->test);
    if (!bad) bad = copy_rows(s->tables.inter, marks, n, &train, &test);
    if (!bad) bad = output_close(&train);
    if (!bad) bad = output_close(&test);
    if (!bad) bad = output_publish(&train);
    if (!bad) bad = output_publish(&test);
    output_discard(&train);
    output_discard(&test);
    return bad;
}

int cmd_split(int argc, char **argv)
{
    split s = {0};
    if (thaw_split_options_init(&s.options, sizeof s.options) != THAW_OK) return cli_fail();
    read_arguments(&s, argc, argv);

    thaw_data *data, *train = NULL, *test = NULL;
    if (check_files(&s) || tables_read(&data, &s.tables)) return 1;
    const int64_t n = thaw_data_n_events(data);
    char *marks = cli_alloc((size_t)n, 1);
    int bad = thaw_data_split(data, &train, &test, &s.options) == THAW_OK ? 0 : cli_fail();
    if (!bad) bad = mark_test(marks, &s, data, test);
    if (!bad) bad = write_parts(&s, marks, n);
    if (!bad) {
        cli_say("%lld events to %s, %lld to %s", (long long)thaw_data_n_events(train), s.train,
                (long long)thaw_data_n_events(test), s.test);
    }
    thaw_data_free(train);
    thaw_data_free(test);
    thaw_data_free(data);
    free(marks);
    return bad;
}
