/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void ranking_split_free(ranking_split *p)
{
    histories_free(&p->train_histories);
    histories_free(&p->test_histories);
    free(p->train_users.rows);
    catalogue_free(&p->catalogue);
    thaw_model_free(p->model);
    thaw_data_free(p->train);
    thaw_data_free(p->model_train);
    thaw_data_free(p->test);
    memset(p, 0, sizeof *p);
}

const thaw_data *ranking_split_test_data(const ranking_split *p)
{
    return p->all ? p->all : p->test;
}

int ranking_split_read(thaw_data **out, const tables *source, const evaluate_options *o)
{
    return tables_read(out, source) || pretraining_keep_positives(*out, o->positive_min);
}

/* A new data set of the events with one name. */
static int copy_events(thaw_data **out, const thaw_data *data, const char *name)
{
    thaw_event_view view;
    thaw_event_columns one;
    if (thaw_data_create(out, NULL) != THAW_OK) return cli_fail();
    if (thaw_event_columns_init(&one, sizeof one) != THAW_OK) return cli_fail();
    one.users = &view.user, one.items = &view.item, one.events = &view.event;
    one.values = &view.value, one.times = &view.time;
    for (int64_t i = 0; i < thaw_data_n_events(data); i++) {
        if (thaw_data_event(data, &view, i) != THAW_OK) return cli_fail();
        if (strcmp(view.event, name) == 0 && thaw_data_add_events(*out, &one, 1) != THAW_OK) return cli_fail();
    }
    return thaw_data_n_events(*out) ? 0 : cli_failf("--known-event: there is no event %s to learn from", name);
}

/* Make the catalogue and the histories from the data and the model. */
static int make_histories(ranking_split *p)
{
    const thaw_data *test = ranking_split_test_data(p);
    if (p->model) {
        if (catalogue_from_model(&p->catalogue, p->model)) return 1;
        if (p->model_train && catalogue_add_events(&p->catalogue, test)) return 1;
        if (p->model_train && catalogue_add_events(&p->catalogue, p->train)) return 1;
    } else {
        if (p->train && catalogue_add_data(&p->catalogue, p->train)) return 1;
        if (catalogue_add_data(&p->catalogue, test)) return 1;
    }
    if (histories_create(&p->test_histories, &p->catalogue, test)) return 1;
    if (!p->train) return 0;
    if (histories_create(&p->train_histories, &p->catalogue, p->train)) return 1;
    p->train_users.n = p->train_histories.n;
    p->train_users.rows = cli_alloc((size_t)p->train_histories.n, sizeof *p->train_users.rows);
    for (int64_t u = 0; u < p->train_histories.n; u++) p->train_users.rows[u] = u;
    return 0;
}

int ranking_split_load(ranking_split *p, const evaluate_options *o)
{
    if (ranking_split_read(&p->test, &o->tables, o)) return 1;
    if (o->train.inter && ranking_split_read(&p->train, &o->train, o)) return 1;
    if (o->model_path) {
        if (thaw_model_load(&p->model, o->model_path, NULL) != THAW_OK) return cli_fail_at(o->model_path);
        if (thaw_model_add_items(p->model, NULL, p->test) != THAW_OK) return cli_fail();
        if (p->train && thaw_model_add_items(p->model, NULL, p->train) != THAW_OK) return cli_fail();
    }
    return make_histories(p);
}

/* Hold out users, then drop the events of the other users at or after --from-time. */
static int split(ranking_split *p, thaw_data *all, const evaluate_options *o, int64_t seed)
{
    thaw_split_options options;
    if (thaw_split_options_init(&options, sizeof options) != THAW_OK) return cli_fail();
    options.seed = (uint64_t)seed;
    options.holdout_users = (float)o->holdout_users;
    options.from_time = isnan(o->from_time) ? 0 : o->from_time;
    if (thaw_data_split(all, &p->train, &p->test, &options) != THAW_OK) return cli_fail();
    if (o->holdout_users <= 0) p->all = all; /* all users are test users, with all their events */
    if (isnan(o->from_time) || p->all) return 0;

    thaw_data *before, *after;
    options.holdout_users = 0;
    if (thaw_data_split(p->train, &before, &after, &options) != THAW_OK) return cli_fail();
    thaw_data_free(p->train);
    thaw_data_free(after);
    p->train = before;
    return 0;
}

/* Say that the model is of ratings, if the data decided so. */
static int say_objective(const thaw_model *model, const evaluate_options *o)
{
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    if (info.objective == THAW_OBJECTIVE_RATING && o->pretraining.config.objective != THAW_OBJECTIVE_RATING)
        cli_say("by the data this is a model of ratings; --set objective=ranking trains a ranking");
    return 0;
}

static int pretrain(ranking_split *p, evaluate_options *o, int64_t seed)
{
    if (!o->seed_is_set) o->pretraining.config.seed = (uint64_t)seed;
    if (o->known_event && copy_events(&p->model_train, p->train, o->known_event)) return 1;
    const thaw_data *train = p->model_train ? p->model_train : p->train;
    if (pretraining_run(&p->model, &o->pretraining, train, "pretraining", o->json, NULL)) return 1;
    if (say_objective(p->model, o)) return 1;
    if (!p->model_train) return 0;
    return thaw_model_add_items(p->model, NULL, ranking_split_test_data(p)) == THAW_OK ? 0 : cli_fail();
}

int ranking_split_holdout(ranking_split *p, thaw_data *all, evaluate_options *o, int64_t seed)
{
    if (split(p, all, o, seed)) return 1;
    if (!o->no_model && pretrain(p, o, seed)) return 1;
    return make_histories(p);
}
