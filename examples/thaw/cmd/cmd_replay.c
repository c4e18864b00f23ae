/* SPDX-License-Identifier: Apache-2.0 */

/* thaw replay: measure the effect of user and model updates on a log. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "output.h"
#include "replay.h"

static const char *const help[] = {
    "usage: thaw replay --inter TABLE [option…]\n"
    "Prequential evaluation: train a ranking on the first part of a log, then predict each later event before it is\n"
    "revealed. Prints how often its item is among the first 20, for three arms: frozen; following, which adapts to\n"
    "new events of users; and updated, which also updates the model after each period.\n\n"
    "  --inter TABLE      events with timestamps\n"
    "  --where NAME=VALUE only events whose column NAME equals VALUE\n"
    "  --positive-min X   drop events with a value below X\n"
    "  --target-event E   predict events E only and rank the whole catalogue; E is the target of the model. Without\n"
    "                     it, predict events of items that are new to the user, and rank only such items\n"
    "  --train-part P     first part of the events, for pretraining, between 0 and 1 (0.5)\n"
    "  --updates N        number of periods of the rest; the model is updated after each but the last (10)\n"
    "  --step users|off   update with full histories of users active in the period; off: no updated arm (users)\n"
    "  --top N            length of the list (20)\n"
    "  --sample P         predict only this part of the events, drawn at random (1)\n",
    PRETRAINING_SET_RANKING_HELP,
    "  --threads N        threads of training (all cores)\n"
    "  --json             print an object for each period and one for all, one per line\n"
    "  --plot FILE.svg    plot the hit rate by period\n\n"
    "  thaw replay --inter log.inter --target-event purchase\n"
    "  thaw replay --inter ml-100k.inter --positive-min 4 --updates 5 --json\n",
    NULL,
};

typedef struct arguments {
    replay_options replay;
    tables tables;
    double positive_min; /* NaN: every event counts */
} arguments;

static void set_step(replay_options *o, const char *text)
{
    o->steps = strcmp(text, "users") == 0;
    if (!o->steps && strcmp(text, "off") != 0) cli_refuse("--step is \"%s\"; must be users or off", text);
}

/* Parse a part between 0 and 1, both exclusive. */
static double part(const char *flag, const char *text)
{
    const double x = cli_number(flag, text, 0, 1);
    if (x <= 0 || x >= 1) cli_refuse("%s is %g; must be above 0 and below 1", flag, x);
    return x;
}

static void read_arguments(arguments *a, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"positive-min", required_argument, NULL, '+'},
        {"target-event", required_argument, NULL, 'e'},
        {"train-part", required_argument, NULL, 'p'},
        {"updates", required_argument, NULL, 'u'},
        {"step", required_argument, NULL, 's'},
        {"top", required_argument, NULL, 'n'},
        {"sample", required_argument, NULL, 'a'},
        {"set", required_argument, NULL, 'v'},
        {"threads", required_argument, NULL, 'd'},
        {"json", no_argument, NULL, 'j'},
        {"plot", required_argument, NULL, 'g'},
        {NULL, 0, NULL, 0},
    };
    replay_options *o = &a->replay;
    for (int option; (option = cli_option(argc, argv, options, help)) != -1;) {
        switch (option) {
        case '+': a->positive_min = cli_number("--positive-min", optarg, -1e30, 1e30); break;
        case 'e': o->target_event = optarg; break;
        case 'p': o->train_part = part("--train-part", optarg); break;
        case 'u': o->updates = cli_integer("--updates", optarg, 1, 10000); break;
        case 's': set_step(o, optarg); break;
        case 'n': o->top = cli_integer("--top", optarg, 1, 100000); break;
        case 'a':
            o->sample = cli_number("--sample", optarg, 0, 1);
            if (o->sample <= 0) cli_refuse("--sample is 0; must be above");
            break;
        case 'v': pretraining_set(&o->pretraining, optarg); break;
        case 'd': o->pretraining.n_threads = (int32_t)cli_integer("--threads", optarg, 1, 1024); break;
        case 'j': o->json = 1; break;
        case 'g': o->plot = optarg; break;
        default: tables_option(&a->tables, option, optarg);
        }
    }
}

static void check_arguments(arguments *a)
{
    replay_options *o = &a->replay;
    cli_require("--inter", a->tables.inter);
    tables_refuse(&a->tables, TABLES_ITEM, "replay uses no features");
    tables_refuse(&a->tables, TABLES_USER, "replay uses no features");
    if (o->plot) files_check_plot("--plot", o->plot);
    if (o->pretraining.config.objective == THAW_OBJECTIVE_RATING) {
        cli_refuse("--set objective is rating; replay is of rankings only");
    }
    o->pretraining.config.objective = THAW_OBJECTIVE_RANKING;
    if (o->target_event && !*o->pretraining.config.target &&
        thaw_config_set(&o->pretraining.config, "target", o->target_event) != THAW_OK) {
        cli_refuse("--target-event: %s", thaw_last_error());
    }
}

static int check_files(const arguments *a)
{
    file_list files = {0};
    files_add_tables(&files, &a->tables);
    files_add_output(&files, "--plot", a->replay.plot);
    return files_check(&files);
}

static int show(const replay_score *scores, const replay_log *log, const replay_options *o)
{
    if (!replay_sum(scores, log->n_periods).tasks) return cli_failf("no event after the first part is predicted");
    if (o->plot && replay_plot(scores, log, o)) return 1;
    return o->json ? replay_print_json(scores, log, o) : replay_print(scores, log, o);
}

int cmd_replay(int argc, char **argv)
{
    arguments a = {.replay = {.train_part = 0.5, .sample = 1, .updates = 10, .top = 20, .steps = 1},
                   .positive_min = NAN};
    replay_options *o = &a.replay;
    if (pretraining_init(&o->pretraining)) return 1;
    read_arguments(&a, argc, argv);
    check_arguments(&a);

    thaw_data *data = NULL;
    replay_log log = {0};
    replay_score *scores = cli_alloc((size_t)o->updates, sizeof *scores);
    int bad = check_files(&a) || tables_read(&data, &a.tables) || pretraining_keep_positives(data, a.positive_min) ||
              replay_log_create(&log, data, o->train_part, o->updates) || pretraining_threads(&o->pretraining) ||
              replay_run(scores, &log, o) || show(scores, &log, o);
    replay_log_free(&log);
    thaw_data_free(data);
    pretraining_end(&o->pretraining);
    free(scores);
    return bad;
}
