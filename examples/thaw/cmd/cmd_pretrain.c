/* SPDX-License-Identifier: Apache-2.0 */

/* thaw pretrain: learn a model from the events of many users and save it. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "output.h"
#include "pretraining.h"
#include "tables.h"

static const char *const help[] = {
    "usage: thaw pretrain --inter TABLE --out MODEL [option…]\n"
    "Learn a model from the events of many users: a ranking from behaviour (views, carts, purchases), or ratings.\n"
    "Values are not needed: without them the model is a ranking.\n\n"
    "  --out MODEL        where to save, atomically\n",
    TABLES_HELP,
    "\n"
    "  --valid-users P    the setting valid_users: part of the users held out for validation, 0 … 0.5 (0)\n",
    PRETRAINING_EVENT_HELP,
    PRETRAINING_SET_HELP,
    "  --positive-min X   first drop events with a value below X\n"
    "  --clean RULE,…     first drop events: duplicates, value_min=X,value_max=X, max_per_window=N, window=T,\n"
    "                     min_item_events=N, min_user_events=N\n"
    "  --threads N        threads to work on (all cores); the model does not depend on it\n\n"
    "Ctrl-C ends the training within two seconds: what is learned so far is saved as MODEL.partial, MODEL stays as it\n"
    "was. A second Ctrl-C ends at once.\n\n"
    "  thaw pretrain --inter shop.inter --set objective=ranking --set target=purchase --out shop.thaw\n"
    "  thaw pretrain --inter ml-1m.inter --where split=meta_training --item ml-1m.item --out ml.thaw\n"
    "  thaw pretrain --inter ratings.csv --set rank=32 --valid-users 0.1 --clean duplicates --out shop.thaw\n"
    "  thaw pretrain --inter 'sqlite:shop.db?SELECT user_id, item_id, rating FROM review' --out shop.thaw\n",
    NULL,
};

typedef struct pretrain {
    tables tables;
    const char *out;
    char *partial; /* OUT.partial, for a training that was interrupted */
    pretraining training;
    double positive_min; /* NaN: keep all */
    thaw_clean_options clean;
    int cleans;
} pretrain;

static void set_clean_rule(thaw_clean_options *c, char *rule)
{
    if (strcmp(rule, "duplicates") == 0) {
        c->duplicates = 1;
        return;
    }
    const char *value = cli_pair("--clean", rule);
    if (strcmp(rule, "value_min") == 0) c->value_min = (float)cli_number(rule, value, -1e30, 1e30);
    else if (strcmp(rule, "value_max") == 0) c->value_max = (float)cli_number(rule, value, -1e30, 1e30);
    else if (strcmp(rule, "max_per_window") == 0) c->max_per_window = cli_integer(rule, value, 0, INT64_MAX);
    else if (strcmp(rule, "window") == 0) c->window = cli_number(rule, value, 0, 1e300);
    else if (strcmp(rule, "min_item_events") == 0) c->min_item_events = cli_integer(rule, value, 0, INT64_MAX);
    else if (strcmp(rule, "min_user_events") == 0) c->min_user_events = cli_integer(rule, value, 0, INT64_MAX);
    else cli_refuse("--clean has no rule %s", rule);
}

static void set_clean(pretrain *p, char *text)
{
    char *rules[16];
    const int n = cli_list("--clean", text, rules, 16);
    for (int i = 0; i < n; i++) set_clean_rule(&p->clean, rules[i]);
    p->cleans = 1;
}

static void read_arguments(pretrain *p, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"out", required_argument, NULL, 'o'},
        {"valid-users", required_argument, NULL, 'v'},
        {"set", required_argument, NULL, 's'},
        {"event-weight", required_argument, NULL, 'w'},
        {"positive-min", required_argument, NULL, '+'},
        {"clean", required_argument, NULL, 'c'},
        {"threads", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'o': p->out = optarg; break;
        case 'v':
            if (thaw_config_set(&p->training.config, "valid_users", optarg) != THAW_OK) {
                cli_refuse("--valid-users: %s", thaw_last_error());
            }
            break;
        case 's': pretraining_set(&p->training, optarg); break;
        case 'w': pretraining_weight_event(&p->training, optarg); break;
        case '+': p->positive_min = cli_number("--positive-min", optarg, -1e30, 1e30); break;
        case 'c': set_clean(p, optarg); break;
        case 't': p->training.n_threads = (int32_t)cli_integer("--threads", optarg, 1, 1024); break;
        default: tables_option(&p->tables, o, optarg);
        }
    }
    cli_require("--inter", p->tables.inter);
    cli_require("--out", p->out);
    p->partial = cli_alloc(strlen(p->out) + sizeof ".partial", 1);
    sprintf(p->partial, "%s.partial", p->out);
}

static int check_files(const pretrain *p)
{
    file_list files = {0};
    files_add_tables(&files, &p->tables);
    files_add_output(&files, "--out", p->out);
    files_add_output(&files, "--out with .partial", p->partial);
    return files_check(&files);
}

static int clean(thaw_data *data, const thaw_clean_options *options)
{
    thaw_clean_report r;
    if (thaw_clean_report_init(&r, sizeof r) != THAW_OK) return cli_fail();
    if (thaw_data_clean(data, &r, options) != THAW_OK) return cli_fail();
    cli_say("dropped %lld duplicates, %lld impossible values, %lld events of %lld bots, %lld events of %lld rare "
            "items, %lld events of %lld light users; %lld events left",
            (long long)r.duplicates, (long long)r.impossible_values, (long long)r.bot_events, (long long)r.bot_users,
            (long long)r.rare_item_events, (long long)r.rare_items, (long long)r.light_user_events,
            (long long)r.light_users, (long long)r.events_left);
    return 0;
}

static int save(const thaw_model *model, const char *path)
{
    if (thaw_model_save(model, path) != THAW_OK) return cli_fail_at(path);
    cli_say("saved %s", path);
    return 0;
}

/* Save what an interrupted training has learned; returns 1. */
static int save_partial(const pretrain *p, const thaw_model *model)
{
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    if (!info.trained_users) return cli_failf("interrupted before anything was learned; nothing is saved");
    save(model, p->partial);
    return 1;
}

/* Train and save: the first Ctrl-C ends the training only. */
static int train(const pretrain *p, const thaw_data *data)
{
    thaw_model *model = NULL;
    int cancelled = 0;
    int bad = pretraining_run(&model, &p->training, data, "pretraining", 0, &cancelled);
    if (!bad) bad = cancelled ? save_partial(p, model) : save(model, p->out);
    thaw_model_free(model);
    return bad;
}

int cmd_pretrain(int argc, char **argv)
{
    pretrain p = {.positive_min = NAN};
    if (pretraining_init(&p.training)) return 1;
    if (thaw_clean_options_init(&p.clean, sizeof p.clean) != THAW_OK) return cli_fail();
    read_arguments(&p, argc, argv);

    thaw_data *data = NULL;
    int bad = check_files(&p);
    if (!bad) bad = tables_read(&data, &p.tables);
    if (!bad) bad = pretraining_keep_positives(data, p.positive_min);
    if (!bad && p.cleans) bad = clean(data, &p.clean);
    if (!bad) bad = pretraining_threads(&p.training);
    if (!bad) bad = train(&p, data);
    pretraining_end(&p.training);
    thaw_data_free(data);
    free(p.partial);
    return bad;
}
