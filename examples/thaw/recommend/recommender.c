/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "recommend.h"

/* ---- events ------------------------------------------------------------------------------------------------------ */

static int is_used(const recommender *r, const thaw_event *e)
{
    return e->event < r->info.events && !(r->info.objective == THAW_OBJECTIVE_RATING && isnan(e->value));
}

/* Move the events that the model can use to the front of a history; returns their number. */
static int64_t partition(recommender *r, const history *h)
{
    thaw_event *events = r->histories.events + h->first;
    int64_t n = 0;
    for (int64_t i = 0; i < h->n; i++) {
        if (!is_used(r, &events[i])) continue;
        const thaw_event used = events[i];
        events[i] = events[n];
        events[n++] = used;
    }
    return n;
}

static int group_events(recommender *r)
{
    if (catalogue_from_model(&r->catalogue, r->model) || catalogue_add_events(&r->catalogue, r->data) ||
        histories_create(&r->histories, &r->catalogue, r->data))
        return 1;
    int64_t n_unused = r->histories.n_events;
    r->n_used = cli_alloc((size_t)r->histories.n, sizeof *r->n_used);
    for (int64_t u = 0; u < r->histories.n; u++) n_unused -= r->n_used[u] = partition(r, &r->histories.users[u]);
    if (n_unused) {
        cli_say("%lld of %lld events are not used: the model does not know their names, or a model of ratings finds no "
                "value; their items are left out of the lists as those of other events",
                (long long)n_unused, (long long)r->histories.n_events);
    }
    return 0;
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

static int has_titles(const thaw_data *data)
{
    for (int64_t i = 0; i < thaw_data_n_features(data, THAW_TABLE_ITEMS); i++) {
        const char *name = thaw_data_feature_name(data, THAW_TABLE_ITEMS, i);
        if (strcmp(name, "title") == 0 || strcmp(name, "name") == 0) return 1;
    }
    return 0;
}

static int read_tables(recommender *r, const tables *t)
{
    int64_t n_added;
    if (tables_read(&r->data, t)) return 1;
    if (thaw_model_add_items(r->model, &n_added, r->data) != THAW_OK) return cli_fail();
    r->has_titles = has_titles(r->data);
    if (n_added) {
        cli_say("%lld items of the tables are not in the model; they are scored by their features", (long long)n_added);
    }
    return t->inter ? group_events(r) : 0;
}

int recommender_open(recommender *r, const char *model_path, const tables *t, const filter_options *options)
{
    memset(r, 0, sizeof *r);
    if (thaw_model_map(&r->model, model_path, NULL) != THAW_OK) return cli_fail_at(model_path);
    if (cli_model_info(&r->info, r->model)) return 1;
    if ((t->inter || t->item || t->user) && read_tables(r, t)) return 1;
    if (thaw_user_create(&r->user, r->model) != THAW_OK) return cli_fail();
    if (t->user) user_features_find(&r->features, r->model, r->user, r->data);
    return filters_open(&r->filters, options, r->model, r->data);
}

void recommender_close(recommender *r)
{
    filters_close(&r->filters);
    user_features_free(&r->features);
    thaw_user_free(r->user);
    histories_free(&r->histories);
    free(r->n_used);
    catalogue_free(&r->catalogue);
    thaw_data_free(r->data);
    thaw_model_free(r->model);
    memset(r, 0, sizeof *r);
}

/* ---- users ------------------------------------------------------------------------------------------------------- */

static int compare_user(const void *key, const void *element)
{
    return strcmp(key, ((const history *)element)->user);
}

const history *recommender_history(const recommender *r, const char *user)
{
    if (!r->histories.n) return NULL;
    return bsearch(user, r->histories.users, (size_t)r->histories.n, sizeof *r->histories.users, compare_user);
}

thaw_status recommender_set_features(recommender *r, thaw_user *user, const char *key)
{
    return r->features.n ? user_features_apply(&r->features, r->model, user, r->data, key) : THAW_OK;
}
