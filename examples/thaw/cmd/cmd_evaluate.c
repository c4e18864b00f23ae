/* SPDX-License-Identifier: Apache-2.0 */

/* thaw evaluate: measure a model and baselines on users outside the training. */

#include <math.h>
#include <string.h>

#include "cli.h"
#include "evaluate.h"
#include "output.h"

static const char *const help[] = {
    "usage: thaw evaluate --model MODEL --inter TABLE [option…]\n"
    "       thaw evaluate --inter TABLE --holdout-users P [option…]\n"
    "Adapt to each user with some of the user's events and predict the others.\n\n"
    "  --model MODEL      written by thaw pretrain\n",
    TABLES_HELP,
    "\n"
    "  --protocol rating|ranking        predict ratings, or rank the whole catalogue (what the model is of; ranking\n"
    "                     without --model)\n"
    "  --support K,…      known events of a user: a number, all, or a part such as 80%\n"
    "                     (rating: all; ranking: 1,3,5,10,80%)\n"
    "  --min-events N, --max-events N   users with so many events are tasks (rating: 13 … 100; ranking: 5 distinct\n"
    "                     items or more)\n"
    "  --seeds N          random draws (rating: 5; ranking: 3 with --holdout-users, else 1)\n"
    "  --baselines[=NAME,…]             also measure baselines, fitted on --train, tuned on validation users of it\n"
    "                     rating: popularity, bias; ranking: popularity, recent, itemknn, ease, ials\n"
    "  --train TABLE      the training events of the model; --train-where NAME=VALUE: only these rows\n"
    "  --json             print one object\n\n"
    "Rating: the support is K ratings drawn at random; other ratings are predicted.\n"
    "  --query N          ratings to predict for each user (10)\n"
    "  Prints mae, mae_sd, rmse, ndcg@1, ndcg@3, ndcg@5, coverage90, adapt_us. Metrics are means over users, then\n"
    "  over seeds; mae_sd is the standard deviation over seeds; coverage90 is the part of ratings within the 90 %\n"
    "  interval; adapt_us is the median time of adapting, in microseconds.\n\n"
    "Ranking: the support is the first K distinct items; all other items are ranked; later new items are relevant.\n"
    "  --positive-min X   drop events with a value below X\n"
    "  --target-event E   the support has all events; only items with a later event E are relevant\n"
    "  --known-event E    train and adapt the model on events E only; with --holdout-users\n"
    "  --from-time T      instead of --support: the support is the events before T, a number or a date\n"
    "  --candidates N     also rank the next item among N random unseen items: hr@10_sampled, ndcg@10_sampled\n"
    "  --holdout-users P  without --model: for each seed, hold out this part of the users; pretrain the model and fit\n"
    "                     the baselines on the others; 0 with --from-time: test all users, train on events before T\n",
    PRETRAINING_EVENT_HELP,
    PRETRAINING_SET_HELP,
    "  --no-model         measure baselines only\n"
    "  --tune-each-support   tune baselines for each support, not for the mean of all supports\n"
    "  --threads N        threads of training and fitting (all cores)\n"
    "  --plot FILE.svg    plot r@20 and ndcg@10 by support\n"
    "  Prints r@20, ndcg@10, ndcg@100, hr@10, mrr and their _sd (over seeds) and _se (over users), adapt_us,\n"
    "  recommend_us, and for baselines the tuned settings.\n\n"
    "  thaw evaluate --model ml.thaw --inter ml-1m.inter --where split=user_cold --support 5 --json\n"
    "  thaw evaluate --model shop.thaw --inter test.inter --support 1,3,all --baselines --train train.inter\n"
    "  thaw evaluate --inter ml-1m.inter --positive-min 4 --holdout-users 0.1 --baselines --plot ml.svg\n"
    "  thaw evaluate --inter log.inter --holdout-users 0.1 --target-event purchase --baselines=recent\n",
    NULL,
};

static void set_supports(evaluate_options *e, char *text)
{
    char *parts[MAX_SUPPORTS];
    e->n_supports = cli_list("--support", text, parts, MAX_SUPPORTS);
    for (int i = 0; i < e->n_supports; i++) {
        if (support_size_read(&e->supports[i], parts[i])) {
            cli_refuse("--support is \"%s\"; must be a number, all, or a part such as 80%%", parts[i]);
        }
    }
}

static void set_baselines(evaluate_options *e, char *text)
{
    char *names[MAX_BASELINES];
    e->with_baselines = 1;
    e->n_baselines = text ? cli_list("--baselines", text, names, MAX_BASELINES) : 0;
    for (int i = 0; i < e->n_baselines; i++) e->baselines[i] = names[i];
}

/* Handle an option of the ranking protocol: 1, or 0 if the option is another one. */
static int ranking_option(evaluate_options *e, int option, char *value)
{
    switch (option) {
    case '+': e->positive_min = cli_number("--positive-min", value, -1e30, 1e30); return 1;
    case 'e': e->target_event = value; return 1;
    case 'o': e->known_event = value; return 1;
    case 'f': e->from_time = cli_time("--from-time", value); return 1;
    case 'c': e->candidates = cli_integer("--candidates", value, 1, 1000000); return 1;
    case 'u': e->holdout_users = cli_number("--holdout-users", value, 0, 0.999); return 1;
    case 'v':
        e->seed_is_set |= strncmp(value, "seed=", 5) == 0;
        pretraining_set(&e->pretraining, value);
        return 1;
    case 'l': pretraining_weight_event(&e->pretraining, value); return 1;
    case 'n': e->no_model = 1; return 1;
    case 'i': e->tune_each_support = 1; return 1;
    case 'd': e->pretraining.n_threads = (int32_t)cli_integer("--threads", value, 1, 1024); return 1;
    case 'g': e->plot = value; return 1;
    default: return 0;
    }
}

/* The name of an option, by the number that getopt_long() returns. */
static const char *name_of(const struct option *options, int number)
{
    while (options->val != number) options++;
    return options->name;
}

typedef struct protocol {
    const char *given;        /* NULL: that of the model */
    const char *ranking_only; /* an option that was given and is of the ranking protocol alone; NULL: none */
    int ranks;
} protocol;

static void read_arguments(evaluate_options *e, protocol *p, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"protocol", required_argument, NULL, 'p'},
        {"support", required_argument, NULL, 'k'},
        {"query", required_argument, NULL, 'q'},
        {"min-events", required_argument, NULL, 'a'},
        {"max-events", required_argument, NULL, 'z'},
        {"seeds", required_argument, NULL, 's'},
        {"baselines", optional_argument, NULL, 'b'},
        {"train", required_argument, NULL, 't'},
        {"train-where", required_argument, NULL, 'w'},
        {"json", no_argument, NULL, 'j'},
        {"positive-min", required_argument, NULL, '+'},
        {"target-event", required_argument, NULL, 'e'},
        {"known-event", required_argument, NULL, 'o'},
        {"from-time", required_argument, NULL, 'f'},
        {"candidates", required_argument, NULL, 'c'},
        {"holdout-users", required_argument, NULL, 'u'},
        {"set", required_argument, NULL, 'v'},
        {"event-weight", required_argument, NULL, 'l'},
        {"no-model", no_argument, NULL, 'n'},
        {"tune-each-support", no_argument, NULL, 'i'},
        {"threads", required_argument, NULL, 'd'},
        {"plot", required_argument, NULL, 'g'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'm': e->model_path = optarg; break;
        case 'p': p->given = optarg; break;
        case 'k': set_supports(e, optarg); break;
        case 'q': e->query = cli_integer("--query", optarg, 1, 100000); break;
        case 'a': e->min_events = cli_integer("--min-events", optarg, 1, INT32_MAX); break;
        case 'z': e->max_events = cli_integer("--max-events", optarg, 1, INT32_MAX); break;
        case 's': e->seeds = cli_integer("--seeds", optarg, 1, 1000); break;
        case 'b': set_baselines(e, optarg); break;
        case 't': e->train.inter = optarg; break;
        case 'w': tables_option(&e->train, TABLES_WHERE, optarg); break;
        case 'j': e->json = 1; break;
        default:
            if (!ranking_option(e, o, optarg)) tables_option(&e->tables, o, optarg);
            else if (o != '+') p->ranking_only = name_of(options, o);
        }
    }
    cli_require("--inter", e->tables.inter);
    if (e->plot) files_check_plot("--plot", e->plot);
}

static int check_files(const evaluate_options *e)
{
    file_list files = {0};
    files_add_tables(&files, &e->tables);
    files_add_input(&files, "--train", e->train.inter);
    files_add_input(&files, "--model", e->model_path);
    files_add_output(&files, "--plot", e->plot);
    return files_check(&files);
}

/* Find what the model file is of: 0, or 1 with a message. */
static int read_objective(int *ranks, const char *path)
{
    thaw_model *model;
    thaw_model_info info;
    if (thaw_model_map(&model, path, NULL) != THAW_OK) return cli_fail_at(path);
    const int bad = cli_model_info(&info, model);
    *ranks = !bad && info.objective == THAW_OBJECTIVE_RANKING;
    thaw_model_free(model);
    return bad;
}

/* As given, or that of the model; a model to be pretrained and baselines alone rank. */
static int choose_protocol(protocol *p, const evaluate_options *e)
{
    p->ranks = 1;
    if (p->given) {
        p->ranks = strcmp(p->given, "ranking") == 0;
        if (!p->ranks && strcmp(p->given, "rating") != 0)
            cli_refuse("--protocol is \"%s\"; must be rating or ranking", p->given);
    } else if (e->model_path && read_objective(&p->ranks, e->model_path)) return 1;
    if (p->ranks || !p->ranking_only) return 0;
    cli_refuse("--%s is an option of --protocol ranking; the protocol is rating%s", p->ranking_only,
               p->given ? "" : ", that of the model");
}

int cmd_evaluate(int argc, char **argv)
{
    evaluate_options e = {.positive_min = NAN, .holdout_users = NAN, .from_time = NAN};
    protocol p = {0};
    if (pretraining_init(&e.pretraining)) return 1;
    read_arguments(&e, &p, argc, argv);
    if (check_files(&e) || choose_protocol(&p, &e)) return 1;
    return p.ranks ? evaluate_ranking(&e) : evaluate_rating(&e);
}
