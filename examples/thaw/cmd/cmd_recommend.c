/* SPDX-License-Identifier: Apache-2.0 */

/* thaw recommend: adapt to one user and print recommendations, or write the lists of many users. */

#include <string.h>

#include "cli.h"
#include "output.h"
#include "recommend.h"

static const char *const help[] = {
    "usage: thaw recommend --model MODEL [option…]\n"
    "       thaw recommend --model MODEL --inter TABLE --users FILE [option…]\n"
    "Adapt to one user from a few events and print the items with the best predicted scores; or write the lists of\n"
    "many users. Without events, the predictions are those of the prior, given the features.\n\n"
    "  --model MODEL        written by thaw pretrain\n"
    "  --top N              number of recommendations (10)\n\n"
    "one user\n" USER_EVENT_HELP
    "  --user-id KEY        with --inter: the events of this user; with --user: their features\n" USER_FEATURES_HELP
    "  --json               print one object: events, recommendations of item, title, mean, sd\n\n"
    "many users\n"
    "  --users FILE         a list for each user of FILE, one key a line; all: for each user of --inter. Users\n"
    "                       without events get the list of a new user\n"
    "  --format FORMAT      csv: user_id, position, item_id, title if known, mean, sd; jsonl: an object a line (csv)\n"
    "  --out FILE           write the lists here (standard output)\n"
    "  --threads N          threads to work on (all cores); the lists do not depend on it\n\n"
    "what is left out\n"
    "  --repeat             recommend items of the user's own events too, which are left out otherwise: for shops\n"
    "                       that sell the same item again\n"
    "  --exclude ITEM       never recommend ITEM; may repeat\n"
    "  --exclude-file FILE  the same of items, one a line\n"
    "  --group COLUMN       the group of an item is its first value in this column of --item, such as category\n"
    "  --group-cap N        at most N items of one group\n"
    "  --allow-group VALUE  only items of this group; may repeat\n\n",
    TABLES_HELP,
    "--inter has the events of users, --item prints title or name of items; items of the tables that are not in the\n"
    "model are added and scored by their features.\n\n"
    "Prints the predicted rating and its standard deviation; of a ranking the score, which has no unit.\n\n"
    "  thaw recommend --model ml.thaw --item ml-100k.item  --event 50::5 --event 181:rating:4\n"
    "  thaw recommend --model ml.thaw --features gender=F,age=31 --json\n"
    "  thaw recommend --model ml.thaw --inter ml-100k.inter --user-id 196\n"
    "  thaw recommend --model shop.thaw --inter shop.inter --users all --out lists.csv\n"
    "  thaw recommend --model grocer.thaw --inter bought.csv --users today.txt --repeat --format jsonl\n"
    "  thaw recommend --model shop.thaw --item shop.item --group category --group-cap 2 --event sku-7\n",
    NULL,
};

typedef struct command {
    const char *model_path;
    tables tables;
    const char *format;
    one_options one;
    list_options lists;
    filter_options filters;
} command;

/* ---- arguments --------------------------------------------------------------------------------------------------- */

static void add_text(const char **texts, int *n, const char *flag, const char *text)
{
    if (*n == MAX_FILTERS) cli_refuse("%s is given more than %d times", flag, MAX_FILTERS);
    texts[(*n)++] = text;
}

/* The options of filters: 1, or 0 if the option is another one. */
static int set_filter(filter_options *f, int option, char *value)
{
    switch (option) {
    case 't': f->top = cli_integer("--top", value, 1, 1000000); return 1;
    case 'r': f->repeat = 1; return 1;
    case 'x': add_text(f->exclude, &f->n_exclude, "--exclude", value); return 1;
    case 'X': f->exclude_file = value; return 1;
    case 'g': f->group = value; return 1;
    case 'c': f->group_cap = cli_integer("--group-cap", value, 1, 1000000); return 1;
    case 'a': add_text(f->allow_groups, &f->n_allow_groups, "--allow-group", value); return 1;
    default: return 0;
    }
}

static void set_option(command *c, int option, char *value)
{
    if (set_filter(&c->filters, option, value) || tables_option(&c->tables, option, value)) return;
    switch (option) {
    case 'm': c->model_path = value; break;
    case 'f': user_options_add_features(&c->one.given, value); break;
    case 'e': user_options_add_event(&c->one.given, value); break;
    case 'i': c->one.user_id = value; break;
    case 'j': c->one.json = 1; break;
    case 'u': c->lists.users = value; break;
    case 'F': c->format = value; break;
    case 'o': c->lists.out = value; break;
    case 'T': c->lists.n_threads = (int32_t)cli_integer("--threads", value, 1, 1024); break;
    default: break;
    }
}

static void refuse_if(int given, const char *flag, const char *reason)
{
    if (given) cli_refuse("%s is not an option here: %s", flag, reason);
}

static void check_many(command *c)
{
    cli_require("--inter", c->tables.inter);
    refuse_if(c->one.given.n_events, "--event", "with --users the events are those of --inter");
    refuse_if(c->one.given.n_features, "--features", "with --users the features are those of --user");
    refuse_if(c->one.user_id != NULL, "--user-id", "the users are those of --users");
    refuse_if(c->one.json, "--json", "with --users it is --format jsonl");
    if (!c->format) c->format = "csv";
    c->lists.json_lines = strcmp(c->format, "jsonl") == 0;
    if (!c->lists.json_lines && strcmp(c->format, "csv") != 0)
        cli_refuse("--format is \"%s\"; must be csv or jsonl", c->format);
    if (!c->lists.n_threads) c->lists.n_threads = cli_cores();
}

static void check_one(const command *c)
{
    refuse_if(c->format != NULL, "--format", "it is that of the lists of --users");
    refuse_if(c->lists.out != NULL, "--out", "it is for the lists of --users");
    refuse_if(c->lists.n_threads != 0, "--threads", "it is for the lists of --users");
    if (!c->one.user_id) {
        tables_refuse(&c->tables, TABLES_INTER,
                      "events of the user are given by --event; for those of the table, name "
                      "the user by --user-id, or write the lists of many by --users");
        tables_refuse(&c->tables, TABLES_USER,
                      "features of the user are given by --features; for those of the table, "
                      "name the user by --user-id");
        tables_refuse(&c->tables, TABLES_WHERE, "it selects events of --inter");
    } else if (!c->tables.inter && !c->tables.user) cli_refuse("--user-id needs --inter or --user");
    refuse_if(c->one.given.n_features && c->tables.user, "--features", "the features are those of --user");
}

static void read_arguments(command *c, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"features", required_argument, NULL, 'f'},
        {"event", required_argument, NULL, 'e'},
        {"user-id", required_argument, NULL, 'i'},
        {"top", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"users", required_argument, NULL, 'u'},
        {"format", required_argument, NULL, 'F'},
        {"out", required_argument, NULL, 'o'},
        {"threads", required_argument, NULL, 'T'},
        {"repeat", no_argument, NULL, 'r'},
        {"exclude", required_argument, NULL, 'x'},
        {"exclude-file", required_argument, NULL, 'X'},
        {"group", required_argument, NULL, 'g'},
        {"group-cap", required_argument, NULL, 'c'},
        {"allow-group", required_argument, NULL, 'a'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) set_option(c, o, optarg);
    cli_require("--model", c->model_path);
    c->one.has_inter = c->tables.inter != NULL;
    c->one.has_features = c->tables.user != NULL;
    if (c->lists.users) check_many(c);
    else check_one(c);
    filters_check(&c->filters, c->tables.item != NULL);
}

static int check_files(const command *c)
{
    file_list files = {0};
    files_add_input(&files, "--model", c->model_path);
    files_add_tables(&files, &c->tables);
    files_add_input(&files, "--exclude-file", c->filters.exclude_file);
    if (c->lists.users && strcmp(c->lists.users, "all") != 0) files_add_input(&files, "--users", c->lists.users);
    files_add_output(&files, "--out", c->lists.out);
    return files_check(&files);
}

int cmd_recommend(int argc, char **argv)
{
    static command c; /* static because it is large; the process runs one verb */
    recommender r;
    c.filters.top = 10;
    read_arguments(&c, argc, argv);
    if (check_files(&c)) return 1;
    int bad = recommender_open(&r, c.model_path, &c.tables, &c.filters);
    if (!bad) bad = c.lists.users ? recommend_lists(&r, &c.lists) : recommend_one(&r, &c.one);
    recommender_close(&r);
    return bad;
}
