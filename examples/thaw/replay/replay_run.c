/* SPDX-License-Identifier: Apache-2.0 */

/* Runs a replay. Within a period the models do not change and users are independent, so the users are replayed one
 * after the other; the results equal those of a replay in the order of time. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"
#include "list_metrics.h"
#include "progress.h"
#include "replay.h"

const char *const replay_arm_names[N_ARMS] = {"frozen", "following", "updated"};

typedef struct arm {
    const thaw_model *model;
    thaw_user *user;
    int64_t n_items;        /* of the model: rows are below it */
    const history *history; /* the user is adapted to its first n_events; NULL: not adapted */
    int64_t n_events;
} arm;

typedef struct replay {
    const replay_log *log;
    const replay_options *options;
    thaw_model *first, *updated; /* the model of the first part; the model after all updates so far */
    int64_t *rows;               /* [items] row in the updated model, -1: none; the first model has the first rows */
    int32_t *event_ids;          /* [event names] id in the model, -1: none */
    int32_t target;              /* catalogue row of the target event, -1: none */
    arm arms[N_ARMS];
    int n_arms;
    /* one user */
    thaw_event *events;            /* [longest] with the rows of the model */
    int64_t *seen, n_seen;         /* [longest] item rows of the user's events so far, ascending; empty with a target */
    int64_t *fresh, n_fresh;       /* [longest] catalogue items that are new to the user at the current time */
    int64_t *relevant, n_relevant; /* [longest] catalogue items to predict at the current time */
    int64_t *last;                 /* [items] 1 + the last user who has the item */
    thaw_hit *hits;                /* [top] */
} replay;

/* ---- models ---- */

static int find_rows(replay *r)
{
    for (int64_t i = 0; i < r->log->catalogue.items.n; i++) {
        const thaw_status st = thaw_model_item_row(r->updated, &r->rows[i], r->log->catalogue.items.texts[i]);
        if (st == THAW_E_UNKNOWN) r->rows[i] = -1;
        else if (st != THAW_OK) return cli_fail();
    }
    return 0;
}

static int find_event_ids(replay *r)
{
    const key_index *events = &r->log->catalogue.events;
    for (int64_t k = 0; k < events->n; k++) {
        r->event_ids[k] = -1;
        if (!r->log->trained[k]) continue;
        if (thaw_model_event_id(r->updated, &r->event_ids[k], events->texts[k]) != THAW_OK) return cli_fail();
    }
    r->target = -1;
    if (!r->options->target_event) return 0;
    r->target = (int32_t)key_index_find(events, r->options->target_event);
    return r->target < 0 ? cli_failf("--target-event: there is no event %s", r->options->target_event) : 0;
}

static int set_arm(replay *r, int which, const thaw_model *model)
{
    thaw_model_info info;
    arm *a = &r->arms[which];
    if (cli_model_info(&info, model)) return 1;
    thaw_user_free(a->user);
    *a = (arm){.model = model, .n_items = info.items};
    return thaw_user_create(&a->user, model) == THAW_OK ? 0 : cli_fail();
}

static int pretrain(replay *r)
{
    thaw_data *data = NULL;
    int bad = replay_log_histories(&data, r->log, -INFINITY, r->log->edges[0]) ||
              pretraining_run(&r->first, &r->options->pretraining, data, "pretraining", r->options->json, NULL);
    thaw_data_free(data);
    if (!bad && thaw_model_copy(&r->updated, r->first) != THAW_OK) bad = cli_fail();
    return bad || find_rows(r) || find_event_ids(r) || set_arm(r, FROZEN, r->first) ||
           set_arm(r, FOLLOWING, r->first) || set_arm(r, UPDATED, r->updated);
}

/* Update a copy of the model with the full histories of users active in period p, then replace the model by the
 * copy. */
static int update(replay *r, replay_score *out, int64_t p)
{
    thaw_data *data = NULL;
    thaw_model *next = NULL;
    int bad = replay_log_histories(&data, r->log, r->log->edges[p], r->log->edges[p + 1]);
    const double start = progress_clock();
    if (!bad) {
        bad = thaw_model_copy(&next, r->updated) != THAW_OK ||
              thaw_model_add_items(next, &out->new_items, data) != THAW_OK ||
              thaw_pretrain_update(next, NULL, data, NULL, 0, r->log->edges[p]) != THAW_OK;
        if (bad) cli_fail();
    }
    out->seconds = progress_clock() - start;
    out->users = data ? thaw_data_n_users(data) : 0;
    thaw_data_free(data);
    if (bad) {
        thaw_model_free(next);
        return 1;
    }
    thaw_model_free(r->updated);
    r->updated = next;
    return find_rows(r) || set_arm(r, UPDATED, next);
}

/* ---- one task ---- */

/* Adapt the arm to the first n events of a user, if it is not adapted to them already. */
static int adapt_arm(replay *r, arm *a, const history *user, int64_t n)
{
    if (a->history == user && a->n_events == n) return 0;
    const thaw_event *events = r->log->histories.events + user->first;
    int64_t n_kept = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = r->rows[events[i].item];
        if (row < 0 || row >= a->n_items || r->event_ids[events[i].event] < 0) continue;
        r->events[n_kept] = events[i];
        r->events[n_kept].item = row;
        r->events[n_kept++].event = r->event_ids[events[i].event];
    }
    a->history = user;
    a->n_events = n;
    return thaw_adapt(a->model, a->user, r->events, n_kept) == THAW_OK ? 0 : cli_fail();
}

/* Recommend for the adapted user and compare with the relevant items. */
static int evaluate_arm(replay *r, int which, replay_score *out)
{
    thaw_query query;
    arm *a = &r->arms[which];
    int64_t n = 0, n_exclude = 0;
    if (thaw_query_init(&query, sizeof query) != THAW_OK) return cli_fail();
    while (n_exclude < r->n_seen && r->seen[n_exclude] < a->n_items) n_exclude++; /* ascending */
    query.top = r->options->top;
    query.exclude = r->seen;
    query.n_exclude = n_exclude;
    if (thaw_recommend(a->model, a->user, r->hits, &n, &query) != THAW_OK) return cli_fail();
    for (int64_t w = 0; w < r->n_relevant; w++) {
        const int64_t row = r->rows[r->relevant[w]];
        int64_t place = 0;
        out->unknown[which] += row < 0 || row >= a->n_items;
        while (place < n && r->hits[place].item != row) place++;
        if (place == n) continue;
        out->hits[which]++;
        out->gain[which] += metric_discounted(1, place + 1);
    }
    return 0;
}

/* ---- one user ---- */

static void add_seen(replay *r, int64_t item)
{
    const int64_t row = r->rows[item];
    if (row < 0) return;
    int64_t at = r->n_seen++;
    for (; at > 0 && r->seen[at - 1] > row; at--) r->seen[at] = r->seen[at - 1];
    r->seen[at] = row;
}

/* 1 if event i of the user is in the sample of --sample. */
static int is_sampled(const replay *r, const history *user, int64_t i)
{
    return r->options->sample >= 1 || draw_uniform(1, draw_key(user->user), (uint32_t)i) < r->options->sample;
}

/* 1 if the event is to be predicted: a target event, or without a target an event of an item that is new to the
 * user. */
static int is_predicted(replay *r, int64_t u, const thaw_event *e)
{
    if (r->target >= 0) return e->event == r->target;
    if (r->last[e->item] == u + 1) return 0;
    r->last[e->item] = u + 1;
    r->fresh[r->n_fresh++] = e->item;
    return 1;
}

/* Collect the distinct relevant items of events first … end - 1 of user u, which have equal times. */
static void collect_relevant(replay *r, int64_t u, int64_t first, int64_t end)
{
    const history *user = &r->log->histories.users[u];
    const thaw_event *events = r->log->histories.events + user->first;
    r->n_relevant = r->n_fresh = 0;
    for (int64_t i = first; i < end; i++) {
        if (!is_predicted(r, u, &events[i]) || !is_sampled(r, user, i)) continue;
        int64_t w = 0;
        while (w < r->n_relevant && r->relevant[w] != events[i].item) w++;
        r->relevant[w] = events[i].item;
        r->n_relevant += w == r->n_relevant;
    }
}

/* Evaluate every arm after the first n events, of which n_before are before the first period. */
static int evaluate_arms(replay *r, replay_score *out, const history *user, int64_t n, int64_t n_before)
{
    out->tasks += r->n_relevant;
    for (int a = 0; a < r->n_arms; a++)
        if (adapt_arm(r, &r->arms[a], user, a == FROZEN ? n_before : n) || evaluate_arm(r, a, out)) return 1;
    return 0;
}

static int replay_user(replay *r, replay_score *out, int64_t u, int64_t p)
{
    const history *user = &r->log->histories.users[u];
    const thaw_event *events = r->log->histories.events + user->first;
    int64_t n_before = 0;
    r->n_seen = 0;
    while (n_before < user->n && events[n_before].time < r->log->edges[0]) n_before++;
    for (int64_t i = 0, end; i < user->n && events[i].time < r->log->edges[p + 1]; i = end) {
        for (end = i; end < user->n && events[end].time == events[i].time;) end++;
        collect_relevant(r, u, i, end);
        if (r->n_relevant && events[i].time >= r->log->edges[p] && evaluate_arms(r, out, user, i, n_before)) return 1;
        for (int64_t k = 0; k < r->n_fresh; k++) add_seen(r, r->fresh[k]);
    }
    return 0;
}

/* ---- all ---- */

static int64_t longest(const histories *h)
{
    int64_t longest_n = 0;
    for (int64_t u = 0; u < h->n; u++)
        if (h->users[u].n > longest_n) longest_n = h->users[u].n;
    return longest_n;
}

static void open_replay(replay *r, const replay_log *log, const replay_options *options)
{
    const size_t max_events = (size_t)longest(&log->histories), items = (size_t)log->catalogue.items.n;
    *r = (replay){.log = log, .options = options, .n_arms = options->steps ? N_ARMS : UPDATED};
    r->rows = cli_alloc(items, sizeof *r->rows);
    r->event_ids = cli_alloc((size_t)log->catalogue.events.n, sizeof *r->event_ids);
    r->events = cli_alloc(max_events, sizeof *r->events);
    r->seen = cli_alloc(max_events, sizeof *r->seen);
    r->fresh = cli_alloc(max_events, sizeof *r->fresh);
    r->relevant = cli_alloc(max_events, sizeof *r->relevant);
    r->last = cli_alloc(items, sizeof *r->last);
    r->hits = cli_alloc((size_t)options->top, sizeof *r->hits);
}

static void close_replay(replay *r)
{
    for (int a = 0; a < N_ARMS; a++) thaw_user_free(r->arms[a].user);
    thaw_model_free(r->first);
    thaw_model_free(r->updated);
    free(r->rows);
    free(r->event_ids);
    free(r->events);
    free(r->seen);
    free(r->fresh);
    free(r->relevant);
    free(r->last);
    free(r->hits);
}

static int replay_period(replay *r, replay_score *out, int64_t p, progress *bar)
{
    const int64_t n = r->log->histories.n;
    memset(r->last, 0, (size_t)r->log->catalogue.items.n * sizeof *r->last);
    for (int64_t u = 0; u < n; u++) {
        if (replay_user(r, out, u, p)) return 1;
        progress_show(bar, ((double)p + (double)u / (double)n) / (double)r->log->n_periods, NULL);
    }
    out->seconds = NAN;
    return r->options->steps && p + 1 < r->log->n_periods && update(r, out, p);
}

int replay_run(replay_score *scores, const replay_log *log, const replay_options *options)
{
    replay r;
    progress bar = {0};
    open_replay(&r, log, options);
    int bad = pretrain(&r);
    progress_begin(&bar, "replaying");
    for (int64_t p = 0; p < log->n_periods && !bad; p++) bad = replay_period(&r, &scores[p], p, &bar);
    progress_end(&bar);
    close_replay(&r);
    return bad;
}
