/* SPDX-License-Identifier: Apache-2.0 */

/* thaw explain: which events of a user an item's score comes from. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "json_output.h"
#include "titled_model.h"
#include "user_options.h"

static const char *const help[] = {
    "usage: thaw explain --model MODEL --why ITEM [option…]\n"
    "Adapt to one user and print what each event adds to the score of an item. Base and contributions add up to the\n"
    "score; the base is the score's part that no event moved.\n\n"
    "  --model MODEL        written by thaw pretrain\n"
    "  --why ITEM           key of the item whose score is explained\n",
    USER_FEATURES_HELP USER_EVENT_HELP,
    "  --item TABLE         item features: print title or name of items, and add items that are not in the model\n"
    "  --json               print one object: item, title, score, base, contributions, an array in the order of\n"
    "                       --event of item, title, contribution\n\n"
    "Prints the strongest contributions first.\n\n"
    "  thaw explain --model ml.thaw --item ml-100k.item --event 50::5 --event 181::1 --why 172\n",
    NULL,
};

/* What one event adds. */
typedef struct part {
    float contribution;
    int64_t item;
} part;

typedef struct explain {
    const char *model_path, *key;
    tables tables;
    int json;
    user_options given;
    titled_model titled;
    thaw_event events[USER_OPTIONS_MOST];
    thaw_user *user;
    int64_t row;
    float base, score;
    part parts[USER_OPTIONS_MOST]; /* of the events, in their order */
} explain;

static void read_arguments(explain *e, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"why", required_argument, NULL, 'w'},
        {"features", required_argument, NULL, 'f'},
        {"event", required_argument, NULL, 'e'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'm': e->model_path = optarg; break;
        case 'w': e->key = optarg; break;
        case 'f': user_options_add_features(&e->given, optarg); break;
        case 'e': user_options_add_event(&e->given, optarg); break;
        case 'j': e->json = 1; break;
        default: tables_option(&e->tables, o, optarg);
        }
    }
    cli_require("--model", e->model_path);
    cli_require("--why", e->key);
    tables_refuse(&e->tables, TABLES_INTER, "events of the user are given by --event");
    tables_refuse(&e->tables, TABLES_USER, "features of the user are given by --features");
    tables_refuse(&e->tables, TABLES_WHERE, "it selects events of --inter");
}

static int compute(explain *e)
{
    const thaw_model *model = e->titled.model;
    const int n = e->given.n_events;
    float contributions[USER_OPTIONS_MOST];
    if (user_options_events(e->events, &e->given, model)) return 1;
    if (thaw_user_create(&e->user, model) != THAW_OK) return cli_fail();
    if (user_options_set_features(&e->given, model, e->user)) return 1;
    if (thaw_explain(model, e->user, contributions, &e->base, e->events, n, e->row) != THAW_OK)
        return cli_failf("--event: %s", thaw_last_error());
    for (int k = 0; k < n; k++) e->parts[k] = (part){contributions[k], e->events[k].item};
    return thaw_score(model, e->user, &e->score, NULL, &e->row, 1) == THAW_OK ? 0 : cli_fail();
}

/* Strongest first. */
static int compare_parts(const void *a, const void *b)
{
    const float x = fabsf(((const part *)a)->contribution), y = fabsf(((const part *)b)->contribution);
    return (x < y) - (x > y);
}

/* The item at the end of a line. */
static int print_item(const explain *e, int64_t row)
{
    const char *key;
    char title[TITLE_BYTES];
    if (item_names(&key, title, e->titled.model, e->titled.data, row)) return 1;
    printf("%-10s %s\n", key, title);
    return 0;
}

static int print_table(explain *e)
{
    const int n = e->given.n_events;
    qsort(e->parts, (size_t)n, sizeof *e->parts, compare_parts);
    const int decimals = cli_decimals((double)(n ? e->parts[0].contribution : e->score)), width = 4 + decimals;
    printf("%*.*f  score  ", width, decimals, (double)e->score);
    if (print_item(e, e->row)) return 1;
    printf("%*.*f  base\n", width, decimals, (double)e->base);
    for (int k = 0; k < n; k++) {
        printf("%+*.*f  event  ", width, decimals, (double)e->parts[k].contribution);
        if (print_item(e, e->parts[k].item)) return 1;
    }
    return cli_finish();
}

static int print_json(const explain *e)
{
    json_t *object = titled_model_json(&e->titled, e->row), *list = json_array();
    json_out_float(object, "score", e->score);
    json_out_float(object, "base", e->base);
    for (int k = 0; k < e->given.n_events; k++) {
        json_t *one = titled_model_json(&e->titled, e->parts[k].item);
        json_out_float(one, "contribution", e->parts[k].contribution);
        json_array_append_new(list, one);
    }
    json_object_set_new(object, "contributions", list);
    return json_out_print(object);
}

int cmd_explain(int argc, char **argv)
{
    static explain e; /* static because it is large; the process runs one verb */
    read_arguments(&e, argc, argv);
    int bad = titled_model_open(&e.titled, e.model_path, &e.tables);
    if (!bad) bad = titled_model_row(&e.row, &e.titled, "--why", e.key);
    if (!bad) bad = compute(&e);
    if (!bad) bad = e.json ? print_json(&e) : print_table(&e);
    thaw_user_free(e.user);
    titled_model_close(&e.titled);
    return bad;
}
