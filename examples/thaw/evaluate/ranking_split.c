/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void ranking_part_free(ranking_part *p)
{
    histories_free(&p->known);
    histories_free(&p->asked);
    free(p->known_users.rows);
    catalogue_free(&p->catalogue);
    thaw_model_free(p->model);
    thaw_data_free(p->train);
    thaw_data_free(p->lesson);
    thaw_data_free(p->test);
    memset(p, 0, sizeof *p);
}

const thaw_data *ranking_part_test(const ranking_part *p)
{
    return p->whole ? p->whole : p->test;
}

int ranking_part_read(thaw_data **out, const tables *source, const evaluate_options *o)
{
    return tables_read(out, source) || pretraining_keep_positives(*out, o->positive_min);
}

/* The events of one name. */
static int keep_event(thaw_data **out, const thaw_data *data, const char *name)
{
    thaw_event_view view;
    thaw_event_columns one;
    if (thaw_data_create(out, NULL) != THAW_OK || thaw_event_columns_init(&one, sizeof one) != THAW_OK) return cli_fail();
    one.users = &view.user, one.items = &view.item, one.events = &view.event, one.values = &view.value, one.times = &view.time;
    for (int64_t i = 0; i < thaw_data_n_events(data); i++) {
        if (thaw_data_event(data, &view, i) != THAW_OK) return cli_fail();
        if (strcmp(view.event, name) == 0 && thaw_data_add_events(*out, &one, 1) != THAW_OK) return cli_fail();
    }
    return thaw_data_n_events(*out) ? 0 : cli_failf("there is no event %s to learn from", name);
}

/* Rows, histories and users of a part whose data and model are there. */
static int arrange(ranking_part *p)
{
    const thaw_data *test = ranking_part_test(p);
    if (p->model) {
        if (catalogue_of_model(&p->catalogue, p->model)) return 1;
        if (p->lesson && (catalogue_add_events(&p->catalogue, test) || catalogue_add_events(&p->catalogue, p->train))) return 1;
    } else {
        if (p->train && catalogue_add_data(&p->catalogue, p->train)) return 1;
        if (catalogue_add_data(&p->catalogue, test)) return 1;
    }
    if (histories_create(&p->asked, &p->catalogue, test)) return 1;
    if (!p->train) return 0;
    if (histories_create(&p->known, &p->catalogue, p->train)) return 1;
    p->known_users.n = p->known.n;
    p->known_users.rows = cli_alloc((size_t)p->known.n, sizeof *p->known_users.rows);
    for (int64_t u = 0; u < p->known.n; u++) p->known_users.rows[u] = u;
    return 0;
}

int ranking_part_load(ranking_part *p, const evaluate_options *o)
{
    if (ranking_part_read(&p->test, &o->tables, o)) return 1;
    if (o->train.inter && ranking_part_read(&p->train, &o->train, o)) return 1;
    if (o->model_path) {
        if (thaw_model_load(&p->model, o->model_path, NULL) != THAW_OK) return cli_fail_at(o->model_path);
        if (thaw_model_add_items(p->model, NULL, p->test) != THAW_OK) return cli_fail();
        if (p->train && thaw_model_add_items(p->model, NULL, p->train) != THAW_OK) return cli_fail();
    }
    return arrange(p);
}

/* Hold out users, then what comes after the time from the others. */
static int split(ranking_part *p, thaw_data *whole, const evaluate_options *o, int64_t seed)
{
    thaw_split_options options;
    if (thaw_split_options_init(&options, sizeof options) != THAW_OK) return cli_fail();
    options.seed = (uint64_t)seed;
    options.holdout_users = (float)o->holdout_users;
    options.from_time = isnan(o->from_time) ? 0 : o->from_time;
    if (thaw_data_split(whole, &p->train, &p->test, &options) != THAW_OK) return cli_fail();
    if (o->holdout_users <= 0) p->whole = whole; /* everybody is asked, with all that is known of them */
    if (isnan(o->from_time) || p->whole) return 0;

    thaw_data *before, *after;
    options.holdout_users = 0;
    if (thaw_data_split(p->train, &before, &after, &options) != THAW_OK) return cli_fail();
    thaw_data_free(p->train);
    thaw_data_free(after);
    p->train = before;
    return 0;
}

static int pretrain(ranking_part *p, evaluate_options *o, int64_t seed)
{
    if (!o->sets_seed) o->pretraining.config.seed = (uint64_t)seed;
    if (o->known_event && keep_event(&p->lesson, p->train, o->known_event)) return 1;
    int interrupted = 0;
    const thaw_data *lesson = p->lesson ? p->lesson : p->train;
    if (pretraining_run(&p->model, &o->pretraining, lesson, "pretraining", o->json, &interrupted)) return 1;
    if (interrupted) return cli_failf("interrupted");
    if (!p->lesson) return 0;
    return thaw_model_add_items(p->model, NULL, ranking_part_test(p)) == THAW_OK ? 0 : cli_fail();
}

int ranking_part_make(ranking_part *p, thaw_data *whole, evaluate_options *o, int64_t seed)
{
    if (split(p, whole, o, seed)) return 1;
    if (!o->no_model && pretrain(p, o, seed)) return 1;
    return arrange(p);
}
