/* SPDX-License-Identifier: Apache-2.0 */

/* Training passes over a table of ratings, for each number of threads. The time of reading the table is separate. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef struct job {
    const char *paths[3]; /* by THAW_TABLE_EVENTS, THAW_TABLE_ITEMS, THAW_TABLE_USERS; NULL: none */
    char *where;          /* column=value or NULL */
    int32_t rank, passes;
    int json;
} job;

static void read_table(const job *j, thaw_data *data, int32_t table)
{
    thaw_read_options options;
    if (!j->paths[table]) return;
    CHECK(thaw_read_options_init(&options, sizeof options));
    options.table = table;
    if (table == THAW_TABLE_EVENTS && j->where) {
        options.where_column = j->where;
        options.where_value = j->where + strlen(j->where) + 1;
    }
    CHECK(thaw_data_read(data, j->paths[table], &options));
}

static void print_line(const job *j, const thaw_report *r, int32_t threads, double create)
{
    printf(j->json ? "{\"threads\": %d, \"rank\": %d, \"passes\": %d, \"events\": %lld, \"seconds\": %.3f, "
                     "\"create_seconds\": %.3f, \"train_rmse\": %.4f}\n"
                   : "%7d %5d %7d %9lld %9.3f %9.3f %11.4f\n",
           threads, j->rank, r->pass, (long long)r->events, r->seconds, create, r->train_rmse);
    fflush(stdout);
}

static void train(const job *j, const thaw_data *data, int32_t n_threads)
{
    thaw_threads *threads;
    thaw_model *model;
    thaw_config config;
    thaw_report report;
    CHECK(thaw_threads_create(&threads, n_threads));
    CHECK(thaw_config_init(&config, sizeof config));
    CHECK(thaw_report_init(&report, sizeof report));
    CHECK(thaw_threads_parallel(threads, &config.parallel));
    config.rank = j->rank;
    config.passes = j->passes;
    config.objective = THAW_OBJECTIVE_RATING;
    const double start = bench_seconds();
    CHECK(thaw_model_create(&model, &config, data));
    const double create = bench_seconds() - start;
    CHECK(thaw_pretrain(model, &report, data, NULL, NULL));
    print_line(j, &report, n_threads, create);
    thaw_model_free(model);
    thaw_threads_free(threads);
}

static const char help[] =
    "usage: thaw-bench pretrain --inter F [--where COLUMN=VALUE] [--item F] [--user F] [--rank D] [--passes N]\n"
    "                           [--json]\n"
    "Seconds of thaw_pretrain with 1 and 2 threads.\n\n"
    "  --inter F   ratings: a table with a header line\n"
    "  --where     only rows whose COLUMN equals VALUE\n"
    "  --item F, --user F   features\n"
    "  --rank D    default 16\n"
    "  --passes N  default 15\n";

static job parse(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},         {"inter", required_argument, NULL, 'e'},
        {"item", required_argument, NULL, 'i'},   {"user", required_argument, NULL, 'u'},
        {"where", required_argument, NULL, 'w'},  {"rank", required_argument, NULL, 'r'},
        {"passes", required_argument, NULL, 'p'}, {0}};
    job j = {.rank = 16, .passes = 15};
    for (int o; (o = bench_option(argc, argv, options, help)) != -1;) {
        if (o == 'j') j.json = 1;
        if (o == 'e') j.paths[THAW_TABLE_EVENTS] = optarg;
        if (o == 'i') j.paths[THAW_TABLE_ITEMS] = optarg;
        if (o == 'u') j.paths[THAW_TABLE_USERS] = optarg;
        if (o == 'w') j.where = optarg;
        if (o == 'r') j.rank = (int32_t)bench_integer("--rank", optarg, 1, 256);
        if (o == 'p') j.passes = (int32_t)bench_integer("--passes", optarg, 1, 10000);
    }
    if (!j.paths[THAW_TABLE_EVENTS]) bench_refuse("--inter is required");
    char *cut = j.where ? strchr(j.where, '=') : NULL;
    if (j.where && !cut) bench_refuse("--where is %s; must be COLUMN=VALUE", j.where);
    if (cut) *cut = 0;
    return j;
}

int bench_pretrain(int argc, char **argv)
{
    const job j = parse(argc, argv);
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    const double start = bench_seconds();
    for (int32_t table = THAW_TABLE_EVENTS; table <= THAW_TABLE_USERS; table++) read_table(&j, data, table);
    if (!j.json)
        printf("%s\nread in %.3f s\nthreads  rank  passes    events   seconds    create  train rmse\n",
               thaw_build_info(), bench_seconds() - start);
    for (int32_t threads = 1; threads <= 2; threads++) train(&j, data, threads);
    thaw_data_free(data);
    return 0;
}
