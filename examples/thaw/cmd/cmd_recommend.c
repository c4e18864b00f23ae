/* SPDX-License-Identifier: Apache-2.0 */

/* thaw recommend: adapt to one user and print recommendations, or write the lists of many users. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json_output.h"
#include "output.h"
#include "recommend.h"

static const char *const help[] = {
    "usage: thaw recommend --model MODEL [option…]\n"
    "       thaw recommend --model MODEL --inter TABLE --users FILE [option…]\n"
    "Adapt to one user from a few events and print the items with the best predicted scores; or write the lists of\n"
    "many users. Without events, the predictions are those of the prior, given the features.\n\n"
    "  --model MODEL        written by thaw pretrain\n"
    "  --top N              number of recommendations (10)\n\n"
    "one user\n"
    "  --event EVENT        ITEM[:NAME[:VALUE[:TIME]]], may repeat; an empty NAME is the first event name of the\n"
    "                       model; \\: is a colon in ITEM\n"
    "  --user-id KEY        with --inter: the events of this user; with --user: their features\n"
    "  --features K=V,…     user features, with the column names of the training; may repeat\n"
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

enum { MAX = 1000 };

typedef struct command {
    const char *model_path;
    tables tables;
    const char *names[MAX], *values[MAX]; /* features */
    int n_features;
    char *event_texts[MAX];
    int n_events;
    const char *user_id;
    int json;
    const char *format;
    list_options lists;
    filter_options filters;
} command;

/* ---- arguments --------------------------------------------------------------------------------------------------- */

static void add_features(command *c, char *text)
{
    char *pairs[MAX];
    const int n = cli_list("--features", text, pairs, MAX);
    for (int i = 0; i < n; i++) {
        if (c->n_features == MAX) cli_refuse("more than %d features", MAX);
        c->values[c->n_features] = cli_pair("--features", pairs[i]);
        c->names[c->n_features++] = pairs[i];
    }
}

static void add_text(const char **texts, int *n, const char *flag, const char *text)
{
    if (*n == MAX_FILTERS) cli_refuse("%s is given more than %d times", flag, MAX_FILTERS);
    texts[(*n)++] = text;
}

static void add_event(command *c, char *text)
{
    if (c->n_events == MAX) cli_refuse("more than %d events", MAX);
    c->event_texts[c->n_events++] = text;
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
    case 'f': add_features(c, value); break;
    case 'e': add_event(c, value); break;
    case 'i': c->user_id = value; break;
    case 'j': c->json = 1; break;
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
    refuse_if(c->n_events, "--event", "with --users the events are those of --inter");
    refuse_if(c->n_features, "--features", "with --users the features are those of --user");
    refuse_if(c->user_id != NULL, "--user-id", "the users are those of --users");
    refuse_if(c->json, "--json", "with --users it is --format jsonl");
    if (!c->format) c->format = "csv";
    c->lists.json_lines = strcmp(c->format, "jsonl") == 0;
    if (!c->lists.json_lines && strcmp(c->format, "csv") != 0)
        cli_refuse("--format is \"%s\"; must be csv or jsonl", c->format);
    if (c->lists.n_threads) return;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    c->lists.n_threads = cores < 1 ? 1 : cores > 1024 ? 1024 : (int32_t)cores;
}

static void check_one(const command *c)
{
    refuse_if(c->format != NULL, "--format", "it is that of the lists of --users");
    refuse_if(c->lists.out != NULL, "--out", "it is for the lists of --users");
    refuse_if(c->lists.n_threads != 0, "--threads", "it is for the lists of --users");
    if (!c->user_id) {
        tables_refuse(&c->tables, TABLES_INTER,
                      "events of the user are given by --event; for those of the table, name "
                      "the user by --user-id, or write the lists of many by --users");
        tables_refuse(&c->tables, TABLES_USER,
                      "features of the user are given by --features; for those of the table, "
                      "name the user by --user-id");
        tables_refuse(&c->tables, TABLES_WHERE, "it selects events of --inter");
    } else if (!c->tables.inter && !c->tables.user) cli_refuse("--user-id needs --inter or --user");
    refuse_if(c->n_features && c->tables.user, "--features", "the features are those of --user");
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

/* ---- one user ---------------------------------------------------------------------------------------------------- */

/* Split the part before the next colon off *rest, in place; NULL after the last part. "\\:" is a colon of the part. */
static char *split_off(char **rest)
{
    char *part = *rest;
    if (!part) return NULL;
    char *to = part;
    for (char *from = part;; from++) {
        if (from[0] == '\\' && from[1] == ':') from++;
        else if (*from == ':' || *from == '\0') {
            *rest = *from ? from + 1 : NULL;
            *to = '\0';
            return part;
        }
        *to++ = *from;
    }
}

/* Parse ITEM[:NAME[:VALUE[:TIME]]] with the rows of the model: 0, or 1 with a message. */
static int read_event(thaw_event *out, const thaw_model *model, int ranks, char *text)
{
    char *rest = text;
    const char *item = split_off(&rest), *name = split_off(&rest), *value = split_off(&rest), *time = rest;
    memset(out, 0, sizeof *out);
    if (thaw_model_item_row(model, &out->item, item) != THAW_OK ||
        (name && *name && thaw_model_event_id(model, &out->event, name) != THAW_OK))
        return cli_failf("--event %s: %s", item, thaw_last_error());
    if (value && *value) out->value = (float)cli_number("VALUE of --event", value, -1e30, 1e30);
    else if (ranks) out->value = NAN;
    else cli_refuse("--event %s has no value; a rating model needs one: %s::VALUE", item, item);
    out->time = time && *time ? cli_time("TIME of --event", time) : 0;
    return 0;
}

/* The events of one user: those that the model can use, and after them others, whose items are known all the same. */
typedef struct one_user {
    thaw_event *events;
    int64_t n_used, n;
} one_user;

static int read_events(one_user *out, const command *c, const recommender *r)
{
    const history *h = c->user_id ? recommender_history(r, c->user_id) : NULL;
    if (c->tables.inter && !h) return cli_failf("--user-id %s: no event of --inter is of this user", c->user_id);
    const thaw_event *past = h ? r->histories.events + h->first : NULL;
    const int64_t n_past = h ? r->n_used[h - r->histories.users] : 0, n_other = h ? h->n - n_past : 0;
    const int ranks = r->info.objective == THAW_OBJECTIVE_RANKING;
    out->n_used = n_past + c->n_events;
    out->n = out->n_used + n_other;
    out->events = cli_alloc((size_t)out->n, sizeof *out->events);
    if (n_past) memcpy(out->events, past, (size_t)n_past * sizeof *past);
    if (n_other) memcpy(out->events + out->n_used, past + n_past, (size_t)n_other * sizeof *past);
    for (int i = 0; i < c->n_events; i++)
        if (read_event(&out->events[n_past + i], r->model, ranks, c->event_texts[i])) return 1;
    return 0;
}

static int adapt(const command *c, recommender *r, const one_user *user)
{
    if (c->n_features && thaw_user_set_features(r->model, r->user, c->names, c->values, c->n_features) != THAW_OK)
        return cli_failf("--features: %s", thaw_last_error());
    if (c->tables.user && recommender_set_features(r, r->user, c->user_id) != THAW_OK)
        return cli_failf("--user: %s", thaw_last_error());
    if (thaw_adapt(r->model, r->user, user->events, user->n_used) == THAW_OK) return 0;
    return cli_failf("%s: %s", c->tables.inter ? "--inter or --event" : "--event", thaw_last_error());
}

static int print_json(const command *c, const recommender *r, const one_user *user, const thaw_hit *hits, int64_t n)
{
    json_t *list = hits_json(r, hits, n);
    if (!list) return 1;
    json_t *object = json_object();
    if (c->user_id) json_out_text(object, "user", c->user_id);
    json_out_integer(object, "events", user->n_used);
    json_object_set_new(object, "recommendations", list);
    return json_out_print(object);
}

static int recommend_one(const command *c, recommender *r)
{
    one_user user = {0};
    int64_t n = 0;
    thaw_hit *hits = cli_alloc((size_t)c->filters.top, sizeof *hits);
    int bad = read_events(&user, c, r) || adapt(c, r, &user);
    if (!bad) {
        const thaw_query query = filters_exclude_history(&r->filters, user.events, user.n);
        if (thaw_recommend(r->model, r->user, hits, &n, &query) != THAW_OK) bad = cli_fail();
    }
    if (!bad) bad = c->json ? print_json(c, r, &user, hits, n) : hits_print(r, hits, n);
    free(hits);
    free(user.events);
    return bad;
}

int cmd_recommend(int argc, char **argv)
{
    static command c; /* static because it is large; the process runs one verb */
    recommender r;
    c.filters.top = 10;
    read_arguments(&c, argc, argv);
    if (check_files(&c)) return 1;
    int bad = recommender_open(&r, c.model_path, &c.tables, &c.filters);
    if (!bad) bad = c.lists.users ? recommend_lists(&r, &c.lists) : recommend_one(&c, &r);
    recommender_close(&r);
    return bad;
}
