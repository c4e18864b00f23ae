/* SPDX-License-Identifier: Apache-2.0 */

/* The list of one user, from events of the command line and from those of the table. */

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json_output.h"
#include "recommend.h"

/* The events of one user: those that the model can use, and after them others, whose items are known all the same. */
typedef struct one_user {
    thaw_event *events;
    int64_t n_used, n;
} one_user;

static int read_events(one_user *out, const one_options *o, const recommender *r)
{
    const history *h = o->user_id ? recommender_history(r, o->user_id) : NULL;
    if (o->has_inter && !h) return cli_failf("--user-id %s: no event of --inter is of this user", o->user_id);
    const thaw_event *past = h ? r->histories.events + h->first : NULL;
    const int64_t n_past = h ? r->n_used[h - r->histories.users] : 0, n_other = h ? h->n - n_past : 0;
    out->n_used = n_past + o->given.n_events;
    out->n = out->n_used + n_other;
    out->events = cli_alloc((size_t)out->n, sizeof *out->events);
    if (n_past) memcpy(out->events, past, (size_t)n_past * sizeof *past);
    if (n_other) memcpy(out->events + out->n_used, past + n_past, (size_t)n_other * sizeof *past);
    return user_options_events(out->events + n_past, &o->given, r->model);
}

static int adapt(const one_options *o, recommender *r, const one_user *user)
{
    if (user_options_set_features(&o->given, r->model, r->user)) return 1;
    if (o->has_features && recommender_set_features(r, r->user, o->user_id) != THAW_OK)
        return cli_failf("--user: %s", thaw_last_error());
    if (thaw_adapt(r->model, r->user, user->events, user->n_used) == THAW_OK) return 0;
    return cli_failf("%s: %s", o->has_inter ? "--inter or --event" : "--event", thaw_last_error());
}

static int print_json(const one_options *o, const recommender *r, const one_user *user, const thaw_hit *hits, int64_t n)
{
    json_t *list = hits_json(r, hits, n);
    if (!list) return 1;
    json_t *object = json_object();
    if (o->user_id) json_out_text(object, "user", o->user_id);
    json_out_integer(object, "events", user->n_used);
    json_object_set_new(object, "recommendations", list);
    return json_out_print(object);
}

int recommend_one(recommender *r, const one_options *o)
{
    one_user user = {0};
    int64_t n = 0;
    thaw_hit *hits = cli_alloc((size_t)r->filters.query.top, sizeof *hits);
    int bad = read_events(&user, o, r) || adapt(o, r, &user);
    if (!bad) {
        const thaw_query query = filters_exclude_history(&r->filters, user.events, user.n);
        if (thaw_recommend(r->model, r->user, hits, &n, &query) != THAW_OK) bad = cli_fail();
    }
    if (!bad) bad = o->json ? print_json(o, r, &user, hits, n) : hits_print(r, hits, n);
    free(hits);
    free(user.events);
    return bad;
}
