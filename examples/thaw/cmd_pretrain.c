/* SPDX-License-Identifier: Apache-2.0 */

/* thaw pretrain: learn a model from everybody's events and save it. */

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "progress.h"
#include "tables.h"

static const char help[] =
    "usage: thaw pretrain --inter TABLE --out MODEL [option…]\n"
    "Learn how customers differ from everybody's ratings.\n\n"
    "  --out MODEL        where to save, atomically\n" TABLES_HELP
    "\n"
    "  --valid-users P    part of the users kept to stop at the best pass, 0 … 0.5 (0)\n"
    "  --set KEY=VALUE    a field of thaw_config: rank (16), passes (15), patience, seed, batch_users, half_life,\n"
    "                     rating_min, rating_max, min_feature; and objective=rating\n"
    "  --clean RULE,…     first drop events: duplicates, value_min=X,value_max=X, max_per_window=N, window=T,\n"
    "                     min_item_events=N, min_user_events=N\n"
    "  --threads N        threads to work on (all cores); the model does not depend on it\n\n"
    "Ctrl-C ends the training and saves the model as it is.\n\n"
    "  thaw pretrain --inter ml-1m.inter --where split=meta_training --item ml-1m.item --out ml.thaw\n"
    "  thaw pretrain --inter ratings.csv --set rank=32 --valid-users 0.1 --clean duplicates --out shop.thaw\n"
    "  thaw pretrain --inter 'sqlite:shop.db?SELECT user_id, item_id, rating FROM review' --out shop.thaw\n";

typedef struct pretrain {
    tables tables;
    const char *out;
    thaw_config config;
    thaw_clean_options clean;
    int cleans;
    int32_t threads;
} pretrain;

/* --set: everything but the objective is a field of the configuration. */
static void set(pretrain *p, char *text)
{
    const char *value = cli_pair("--set", text);
    if (strcmp(text, "objective") == 0) {
        if (strcmp(value, "rating") == 0) return;
        if (strcmp(value, "ranking") == 0) exit(cli_failf("objective ranking comes with a later version"));
        cli_refuse("objective is \"%s\"; must be rating or ranking", value);
    }
    if (thaw_config_set(&p->config, text, value) != THAW_OK) cli_refuse("--set: %s", thaw_last_error());
}

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
        {"clean", required_argument, NULL, 'c'},
        {"threads", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'o': p->out = optarg; break;
        case 'v':
            if (thaw_config_set(&p->config, "valid_users", optarg) != THAW_OK) {
                cli_refuse("--valid-users: %s", thaw_last_error());
            }
            break;
        case 's': set(p, optarg); break;
        case 'c': set_clean(p, optarg); break;
        case 't': p->threads = (int32_t)cli_integer("--threads", optarg, 1, 1024); break;
        default: tables_option(&p->tables, o, optarg);
        }
    }
    cli_require("--inter", p->tables.inter);
    cli_require("--out", p->out);
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

/* Set by Ctrl-C, read after each pass. */
static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

typedef struct watch {
    progress bar;
    int32_t passes;
} watch;

static int32_t show(void *ctx, const thaw_report *r)
{
    watch *w = ctx;
    char note[96];
    if (isnan(r->valid_mae)) snprintf(note, sizeof note, "error %.4f", r->train_rmse);
    else snprintf(note, sizeof note, "error %.4f, validation MAE %.4f", r->train_rmse, r->valid_mae);
    progress_show(&w->bar, (double)r->pass / w->passes, r->seconds_left, note);
    return interrupted;
}

static int train(const pretrain *p, thaw_model *model, const thaw_data *data)
{
    thaw_report r;
    if (thaw_report_init(&r, sizeof r) != THAW_OK) return cli_fail();
    watch w = {.passes = p->config.passes};
    progress_begin(&w.bar, "pretraining");
    progress_show(&w.bar, 0, -1, NULL);
    signal(SIGINT, interrupt);
    const thaw_status st = thaw_pretrain(model, &r, data, show, &w);
    signal(SIGINT, SIG_DFL);
    progress_end(&w.bar);
    if (st != THAW_OK && st != THAW_E_CANCELLED) return cli_fail();

    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    cli_say("%s%lld events of %lld users, %lld items, rank %d: %d passes in %.2f s, error %.4f, noise %.4f",
            st == THAW_E_CANCELLED ? "stopped early; " : "", (long long)info.trained_events,
            (long long)info.trained_users, (long long)info.items, (int)info.rank, (int)r.pass, r.seconds, r.train_rmse,
            r.noise);
    if (!isnan(r.best_mae)) cli_say("best validation MAE %.4f", r.best_mae);
    return 0;
}

int cmd_pretrain(int argc, char **argv)
{
    pretrain p = {0};
    if (thaw_config_init(&p.config, sizeof p.config) != THAW_OK) return cli_fail();
    if (thaw_clean_options_init(&p.clean, sizeof p.clean) != THAW_OK) return cli_fail();
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    p.threads = cores < 1 ? 1 : cores > 1024 ? 1024 : (int32_t)cores;
    read_arguments(&p, argc, argv);

    thaw_data *data = NULL;
    thaw_threads *threads = NULL;
    thaw_model *model = NULL;
    int bad = tables_read(&data, &p.tables);
    if (!bad && p.cleans) bad = clean(data, &p.clean);
    if (!bad && p.threads > 1) {
        bad = thaw_threads_create(&threads, p.threads) != THAW_OK ||
              thaw_threads_parallel(threads, &p.config.parallel) != THAW_OK;
        if (bad) cli_fail();
    }
    if (!bad && thaw_model_create(&model, &p.config, data) != THAW_OK) bad = cli_fail();
    if (!bad) bad = train(&p, model, data);
    if (!bad && thaw_model_save(model, p.out) != THAW_OK) bad = cli_fail_at(p.out);
    if (!bad) cli_say("saved %s", p.out);
    thaw_model_free(model);
    thaw_threads_free(threads);
    thaw_data_free(data);
    return bad;
}
