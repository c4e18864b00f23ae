/* SPDX-License-Identifier: Apache-2.0 */

/* thaw replay: what do updates bring while a log goes on? */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "replay.h"
#include "tables.h"

static const char *const help[] = {
    "usage: thaw replay --inter TABLE [option…]\n"
    "Learn to rank from the first part of a log, then go through the rest in the order of time: before an event is seen, is\n"
    "its item among the first 20? Asked of the frozen model, of one that follows its users, and of one that is updated too.\n\n"
    "  --inter TABLE      events with timestamps\n"
    "  --where NAME=VALUE only events whose column NAME reads VALUE\n"
    "  --positive-min X   drop events with a value below X\n"
    "  --target-event E   only events E ask, the whole catalogue is ranked, and E is the model's target; without it events\n"
    "                     of items new to their user ask, and only such items are ranked\n"
    "  --train-part P     part of the events to learn from first, 0 … 1 exclusive (0.5)\n"
    "  --updates N        periods that the rest is cut into, with an update after each but the last (10)\n"
    "  --step users|off   update by the full histories of users active in the period, or not at all (users)\n"
    "  --top N            how many are shown (20)\n"
    "  --sample P         ask only this part of the questions, drawn at random (1)\n",
    PRETRAINING_SET_RANKING_HELP,
    "  --threads N        threads to pretrain on (all cores)\n"
    "  --json             print an object for each period and one for all, each on its line\n"
    "  --plot FILE.svg    hit rate by period\n\n"
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

/* A part that is neither nothing nor all. */
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
    if (a->tables.item || a->tables.user) cli_refuse("rankings learn from events alone; --item and --user are not used");
    if (o->pretraining.config.objective == THAW_OBJECTIVE_RATING) cli_refuse("ratings are not replayed; objective must be ranking");
    o->pretraining.config.objective = THAW_OBJECTIVE_RANKING;
    if (o->target_event && !*o->pretraining.config.target &&
        thaw_config_set(&o->pretraining.config, "target", o->target_event) != THAW_OK) {
        cli_refuse("--target-event: %s", thaw_last_error());
    }
}

static int show(const replay_score *scores, const replay_log *log, const replay_options *o)
{
    if (!replay_sum(scores, log->n_periods).tasks) return cli_failf("no event after the first part asks for anything");
    if (o->plot && replay_plot(scores, log, o)) return 1;
    return o->json ? replay_print_json(scores, log, o) : replay_print(scores, log, o);
}

int cmd_replay(int argc, char **argv)
{
    arguments a = {.replay = {.train_part = 0.5, .sample = 1, .updates = 10, .top = 20, .steps = 1}, .positive_min = NAN};
    replay_options *o = &a.replay;
    if (pretraining_init(&o->pretraining)) return 1;
    read_arguments(&a, argc, argv);
    check_arguments(&a);

    thaw_data *data = NULL;
    replay_log log = {0};
    replay_score *scores = cli_alloc((size_t)o->updates, sizeof *scores);
    int bad = tables_read(&data, &a.tables) || pretraining_keep_positives(data, a.positive_min) ||
              replay_log_create(&log, data, o->train_part, o->updates) || pretraining_threads(&o->pretraining) ||
              replay_run(scores, &log, o) || show(scores, &log, o);
    replay_log_free(&log);
    thaw_data_free(data);
    pretraining_end(&o->pretraining);
    free(scores);
    return bad;
}
