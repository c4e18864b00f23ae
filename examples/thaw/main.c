/* SPDX-License-Identifier: Apache-2.0 */

/* The command line of thaw: one verb per file, everything through include/thaw/thaw.h. */

#include <stdio.h>
#include <string.h>

#include "blas_threads.h"
#include "cli.h"
#include "interrupt.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} verbs[] = {
    {"split", cmd_split, "split a table of events by user or by time"},
    {"pretrain", cmd_pretrain, "train a model on the events of many users"},
    {"evaluate", cmd_evaluate, "measure a model and baselines on users outside the training"},
    {"replay", cmd_replay, "replay a log in the order of time, with and without model updates"},
    {"update", cmd_update, "add new items and events to a trained model"},
    {"recommend", cmd_recommend, "adapt to users and print recommendations"},
    {"similar", cmd_similar, "print the items most similar to an item"},
    {"explain", cmd_explain, "print which events of a user an item's score comes from"},
    {"info", cmd_info, "print the properties of a model and of this build"},
};
enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

static void print_help(FILE *to)
{
    fputs("usage: thaw VERB [option…]\n"
          "Few-shot recommendations for new users and items.\n\n",
          to);
    for (int i = 0; i < N_VERBS; i++) fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
    fputs("\n"
          "  thaw VERB --help   the options of a verb, with examples\n"
          "  thaw --version     how this thaw was built\n"
          "\n"
          "From ratings to recommendations:\n"
          "  thaw split     --inter shop.inter --train train.inter --test test.inter\n"
          "  thaw pretrain  --inter train.inter --item shop.item --out shop.thaw\n"
          "  thaw evaluate  --model shop.thaw --inter test.inter --support 1,3,all --baselines --train train.inter\n"
          "  thaw recommend --model shop.thaw --item shop.item --event sku-7:rating:5\n"
          "\n"
          "Exit status: 0 success, 1 failure, 2 invalid arguments.\n",
          to);
}

static int run(int argc, char **argv)
{
    blas_set_threads(1); /* thaw calls BLAS from its own threads */
    for (int i = 0; i < N_VERBS; i++) {
        if (strcmp(argv[0], verbs[i].name) == 0) {
            cli_begin(verbs[i].name);
            interrupt_begin(verbs[i].name);
            return verbs[i].run(argc, argv);
        }
    }
    cli_refuse("unknown verb %s", argv[0]);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    const char *word = argv[1];
    if (strcmp(word, "--version") == 0) {
        puts(thaw_build_info());
        return cli_finish();
    }
    if (strcmp(word, "help") == 0 && argc > 2) {
        char flag[] = "--help";
        char *as_option[] = {argv[2], flag, NULL};
        return run(2, as_option);
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_help(stdout);
        return cli_finish();
    }
    return run(argc - 1, argv + 1);
}
