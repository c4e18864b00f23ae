/* SPDX-License-Identifier: Apache-2.0 */

/* thaw update: add new items and the new events of users to a trained model (docs/ranking-updates.md). */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "item_catalogue.h"
#include "output.h"
#include "pretraining.h"
#include "progress.h"
#include "tables.h"

static const char *const help[] = {
    "usage: thaw update --model OLD --inter TABLE --since T --out NEW [option…]\n"
    "Add to a trained model what happened since T, in a small part of the time of a training. Items that the model\n"
    "does not have are added first. Then the users who have events at or after T are updated: of a ranking, their\n"
    "earlier events are subtracted from its statistics and their complete histories are added.\n\n"
    "  --model OLD        written by thaw pretrain or thaw update\n"
    "  --since T          a number or a date: OLD has learned from the events before T\n"
    "  --out NEW          where to save, atomically; may be OLD, which is replaced when NEW is complete\n",
    TABLES_HELP,
    "\n"
    "--inter must have the complete histories of users with events since T; other users in it are not used. Ratings:\n"
    "of all users that OLD has learned from, because a step of them needs to know its part of the whole.\n"
    "A table without a user's earlier events makes a known user count as a new one.\n\n"
    "  --positive-min X   first drop events with a value below X, as in the training\n"
    "  --threads N        threads to work on (all cores); the model does not depend on it\n\n"
    "  thaw update --model shop.thaw --inter shop.inter --since 2024-03-01 --out shop.thaw\n"
    "  thaw update --model shop.thaw --inter active.csv --item shop.item --since 1709251200 --out new.thaw\n",
    NULL,
};

typedef struct update {
    tables tables;
    const char *model_path, *out, *since_text;
    double since;
    double positive_min; /* NaN: keep all */
    pretraining training;
    thaw_model *model;
    thaw_data *data;
    key_index keys;         /* of users with events: their rows in data */
    int64_t *users;         /* [n_users] rows of users with events since then */
    int64_t n_users, n_old; /* n_old of them have earlier events too */
    int64_t n_events;       /* since then */
} update;

static void read_arguments(update *u, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"since", required_argument, NULL, 's'},
        {"out", required_argument, NULL, 'o'},
        {"positive-min", required_argument, NULL, '+'},
        {"threads", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'm': u->model_path = optarg; break;
        case 's': u->since_text = optarg; break;
        case 'o': u->out = optarg; break;
        case '+': u->positive_min = cli_number("--positive-min", optarg, -1e30, 1e30); break;
        case 't': u->training.n_threads = (int32_t)cli_integer("--threads", optarg, 1, 1024); break;
        default: tables_option(&u->tables, o, optarg);
        }
    }
    cli_require("--model", u->model_path);
    cli_require("--inter", u->tables.inter);
    cli_require("--since", u->since_text);
    cli_require("--out", u->out);
    u->since = cli_time("--since", u->since_text);
}

/* The model is no input here: it is read before the output replaces it. */
static int check_files(const update *u)
{
    file_list files = {0};
    files_add_tables(&files, &u->tables);
    files_add_output(&files, "--out", u->out);
    return files_check(&files);
}

/* ---- users ------------------------------------------------------------------------------------------------------- */

/* Users are numbered in the order in which their keys arrive. Cleaning keeps the rows. */
static int number_users(update *u)
{
    thaw_event_view event;
    const int64_t n = thaw_data_n_events(u->data);
    for (int64_t i = 0; i < n; i++) {
        if (thaw_data_event(u->data, &event, i) != THAW_OK) return cli_fail();
        key_index_add(&u->keys, event.user);
    }
    return 0;
}

enum { BEFORE = 1, SINCE = 2 };

/* Mark in when[row] whether a user has events before `since` and since then. */
static int mark_users(update *u, char *when)
{
    thaw_event_view event;
    const int64_t n = thaw_data_n_events(u->data);
    int64_t n_without_time = 0;
    for (int64_t i = 0; i < n; i++) {
        if (thaw_data_event(u->data, &event, i) != THAW_OK) return cli_fail();
        const int is_new = event.time >= u->since;
        when[key_index_find(&u->keys, event.user)] |= (char)(is_new ? SINCE : BEFORE);
        u->n_events += is_new;
        n_without_time += isnan(event.time);
    }
    if (!n_without_time) return 0;
    return cli_failf("%lld of %lld events of --inter have no time; --since needs one of each",
                     (long long)n_without_time, (long long)n);
}

static int find_users(update *u)
{
    char *when = cli_alloc((size_t)u->keys.n, 1);
    const int bad = mark_users(u, when);
    u->users = cli_alloc((size_t)u->keys.n, sizeof *u->users);
    for (int64_t k = 0; k < u->keys.n && !bad; k++) {
        if (!(when[k] & SINCE)) continue;
        u->users[u->n_users++] = k;
        u->n_old += when[k] & BEFORE;
    }
    free(when);
    if (bad || u->n_users) return bad;
    return cli_failf("no event of --inter is at or after --since %s", u->since_text);
}

/* ---- update ------------------------------------------------------------------------------------------------------ */

static int read_all(update *u)
{
    if (pretraining_threads(&u->training)) return 1;
    if (thaw_model_load(&u->model, u->model_path, &u->training.config) != THAW_OK) return cli_fail_at(u->model_path);
    return tables_read(&u->data, &u->tables) || number_users(u) ||
           pretraining_keep_positives(u->data, u->positive_min) || find_users(u);
}

/* A step of ratings takes the sums of its users for those of all users of the data. */
static int check_ratings(const update *u, const thaw_model_info *before)
{
    if (u->keys.n >= before->trained_users) return 0;
    return cli_failf("--inter has events of %lld users and the model has learned from %lld: a model of ratings is "
                     "updated from the complete table, or trained again",
                     (long long)u->keys.n, (long long)before->trained_users);
}

static int add_items(update *u, const thaw_model_info *before)
{
    int64_t n_added;
    if (thaw_model_add_items(u->model, &n_added, u->data) != THAW_OK) return cli_fail();
    cli_say("%lld items are new; the model had %lld", (long long)n_added, (long long)before->items);
    return 0;
}

static int update_users(update *u, int32_t objective)
{
    cli_say("%lld events of %lld users since %s: %lld of the users have earlier events in --inter, %lld have none",
            (long long)u->n_events, (long long)u->n_users, u->since_text, (long long)u->n_old,
            (long long)(u->n_users - u->n_old));
    if (!u->n_old) {
        cli_say("if some of them are known to the model, give their complete histories: without earlier events they "
                "count as new users");
    }
    const thaw_status st = objective == THAW_OBJECTIVE_RANKING
                               ? thaw_pretrain_update(u->model, NULL, u->data, u->users, u->n_users, u->since)
                               : thaw_pretrain_step(u->model, NULL, u->data, u->users, u->n_users);
    return st == THAW_OK ? 0 : cli_fail();
}

static int save(const update *u, const thaw_model_info *before, double seconds)
{
    thaw_model_info after;
    if (cli_model_info(&after, u->model)) return 1;
    if (thaw_model_save(u->model, u->out) != THAW_OK) return cli_fail_at(u->out);
    if (after.objective == THAW_OBJECTIVE_RATING) cli_say("one step of training: %.2f s", seconds);
    else {
        cli_say("the model has learned from %lld events of %lld users; before, from %lld of %lld; %.2f s",
                (long long)after.trained_events, (long long)after.trained_users, (long long)before->trained_events,
                (long long)before->trained_users, seconds);
    }
    cli_say("saved %s", u->out);
    return 0;
}

static int run(update *u)
{
    thaw_model_info before;
    if (read_all(u) || cli_model_info(&before, u->model)) return 1;
    if (before.objective == THAW_OBJECTIVE_RATING && check_ratings(u, &before)) return 1;
    const double start = progress_clock();
    return add_items(u, &before) || update_users(u, before.objective) || save(u, &before, progress_clock() - start);
}

int cmd_update(int argc, char **argv)
{
    update u = {.positive_min = NAN};
    if (pretraining_init(&u.training)) return 1;
    read_arguments(&u, argc, argv);
    if (check_files(&u)) return 1;
    const int bad = run(&u);
    free(u.users);
    key_index_free(&u.keys);
    thaw_data_free(u.data);
    thaw_model_free(u.model);
    pretraining_end(&u.training);
    return bad;
}
