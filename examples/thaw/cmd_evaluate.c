/* SPDX-License-Identifier: Apache-2.0 */

/* thaw evaluate: how good is a model for users it has not seen, and how good are simple baselines? */

#include <math.h>
#include <string.h>

#include "cli.h"
#include "evaluate.h"

static const char *const help[] = {
    "usage: thaw evaluate --model MODEL --inter TABLE [option…]\n"
    "       thaw evaluate --protocol ranking --inter TABLE --holdout-users P [option…]\n"
    "Adapt to each user from some of their events and predict others.\n\n"
    "  --model MODEL      from thaw pretrain\n" TABLES_HELP
    "\n"
    "  --protocol rating|ranking        predict ratings (the default), or rank the whole catalogue\n"
    "  --support K,…      events known of a user: a number, all, or a part such as 80% (all; 1,3,5,10,80% to rank)\n"
    "  --min-events N, --max-events N   users with so many are tasks (13 … 100 ratings; 5 distinct items or more)\n"
    "  --seeds N          random draws (5; to rank: 3 with --holdout-users, else 1)\n"
    "  --baselines[=NAME,…]             also measure these, fitted on --train and tuned on users left out:\n"
    "                     popularity, bias; to rank: popularity, recent, itemknn, ease, ials\n"
    "  --train TABLE      what the model was trained on; --train-where NAME=VALUE: only those rows\n"
    "  --json             print one object\n\n"
    "Rating: K ratings drawn at random are known, others predicted.\n"
    "  --query N          ratings to predict (10)\n"
    "  Prints mae, mae_sd, rmse, ndcg@1, ndcg@3, ndcg@5, coverage90, adapt_us. MAE and RMSE are means over users, then over\n"
    "  seeds; mae_sd is the standard deviation over seeds; coverage90 the part of the ratings inside the 90 % interval;\n"
    "  adapt_us the median time to adapt, in microseconds.\n\n"
    "Ranking: the first K distinct items are known, all others of the catalogue ranked, later new items relevant.\n"
    "  --positive-min X   drop events with a value below X\n"
    "  --target-event E   any event is known, only items with a later event E are relevant\n"
    "  --known-event E    the model learns from events E alone and is shown no others; with --holdout-users\n"
    "  --from-time T      instead of --support: what was before T is known\n"
    "  --candidates N     also rank the next item among N random unseen ones: hr@10_sampled, ndcg@10_sampled\n"
    "  --holdout-users P  without --model: for each seed hold out users, pretrain on the others, fit the baselines on them;\n"
    "                     0 with --from-time: everybody, learned from what was before\n",
    PRETRAINING_EVENT_HELP,
    PRETRAINING_SET_HELP,
    "  --no-model         only the baselines\n"
    "  --tune-each-support   tune the baselines for each support alone, not for the mean of all\n"
    "  --threads N        threads to pretrain and fit on (all cores)\n"
    "  --plot FILE.svg    r@20 and ndcg@10 by support size\n"
    "  Prints r@20, ndcg@10, ndcg@100, hr@10, mrr and their _sd (over seeds) and _se (over users), adapt_us,\n"
    "  recommend_us, and for baselines the settings chosen.\n\n"
    "  thaw evaluate --model ml.thaw --inter ml-1m.inter --where split=user_cold --support 5 --json\n"
    "  thaw evaluate --model shop.thaw --inter test.inter --support 1,3,all --baselines --train train.inter\n"
    "  thaw evaluate --protocol ranking --inter ml-1m.inter --positive-min 4 --holdout-users 0.1 --baselines --plot ml.svg\n"
    "  thaw evaluate --protocol ranking --inter log.inter --holdout-users 0.1 --target-event purchase --baselines=recent\n",
    NULL,
};

static void set_supports(evaluate_options *e, char *text)
{
    char *parts[MOST_SUPPORTS];
    e->n_supports = cli_list("--support", text, parts, MOST_SUPPORTS);
    for (int i = 0; i < e->n_supports; i++) {
        if (support_size_read(&e->supports[i], parts[i])) {
            cli_refuse("--support is \"%s\"; must be a number, all, or a part such as 80%%", parts[i]);
        }
    }
}

static void set_baselines(evaluate_options *e, char *text)
{
    char *names[MOST_BASELINES];
    e->wants_baselines = 1;
    e->n_baselines = text ? cli_list("--baselines", text, names, MOST_BASELINES) : 0;
    for (int i = 0; i < e->n_baselines; i++) e->baselines[i] = names[i];
}

/* Take an option of the ranking protocol alone: 1, or 0 if it is another. */
static int take_ranking(evaluate_options *e, int option, char *value)
{
    switch (option) {
    case '+': e->positive_min = cli_number("--positive-min", value, -1e30, 1e30); return 1;
    case 'e': e->target_event = value; return 1;
    case 'o': e->known_event = value; return 1;
    case 'f': e->from_time = cli_number("--from-time", value, -1e300, 1e300); return 1;
    case 'c': e->candidates = cli_integer("--candidates", value, 1, 1000000); return 1;
    case 'u': e->holdout_users = cli_number("--holdout-users", value, 0, 0.999); return 1;
    case 'v':
        e->sets_seed |= strncmp(value, "seed=", 5) == 0;
        pretraining_set(&e->pretraining, value);
        return 1;
    case 'l': pretraining_read_event(&e->pretraining, value); return 1;
    case 'n': e->no_model = 1; return 1;
    case 'i': e->tunes_each = 1; return 1;
    case 'd': e->pretraining.n_threads = (int32_t)cli_integer("--threads", value, 1, 1024); return 1;
    case 'g': e->plot = value; return 1;
    default: return 0;
    }
}

/* Returns 1 for the ranking protocol. */
static int read_arguments(evaluate_options *e, int argc, char **argv)
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
    const char *protocol = "rating";
    int of_ranking = 0;
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'm': e->model_path = optarg; break;
        case 'p': protocol = optarg; break;
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
            if (take_ranking(e, o, optarg)) of_ranking |= o != '+';
            else tables_option(&e->tables, o, optarg);
        }
    }
    cli_require("--inter", e->tables.inter);
    const int ranking = strcmp(protocol, "ranking") == 0;
    if (!ranking && strcmp(protocol, "rating") != 0) {
        cli_refuse("--protocol is \"%s\"; must be rating or ranking", protocol);
    }
    if (!ranking && of_ranking) cli_refuse("an option of --protocol ranking is given to the rating protocol");
    return ranking;
}

int cmd_evaluate(int argc, char **argv)
{
    evaluate_options e = {.positive_min = NAN, .holdout_users = NAN, .from_time = NAN};
    if (pretraining_init(&e.pretraining)) return 1;
    return read_arguments(&e, argc, argv) ? evaluate_ranking(&e) : evaluate_rating(&e);
}
