/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_baseline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"
#include "top_items.h"

enum { MOST_VALID = 600 };
static const double part_valid = 0.1;

const rank_method *const rank_methods[] = {&rank_popularity, &rank_recent, &rank_itemknn,
#ifdef THAW_CLI_BLAS
                                           &rank_ease, &rank_ials,
#endif
                                           NULL};

void rank_parallel(const thaw_parallel *parallel, thaw_task task, void *arg, int64_t n_tasks)
{
    if (!parallel->run) {
        for (int64_t i = 0; i < n_tasks; i++) task(arg, i, 0);
    } else if (parallel->run(parallel->ctx, task, arg, n_tasks) != 0) {
        exit(cli_failf("the threads do not take the work"));
    }
}

int32_t rank_workers(const thaw_parallel *parallel)
{
    return parallel->run ? parallel->n_workers : 1;
}

/* ---- as a ranker ---- */

static thaw_status adapt(void *ctx, const thaw_event *support, int64_t n)
{
    rank_baseline *b = ctx;
    if (n > b->n_room) {
        free(b->items);
        b->n_room = 2 * n;
        b->items = cli_alloc((size_t)b->n_room, sizeof *b->items);
    }
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (b->marks[support[i].item]) continue;
        b->marks[support[i].item] = 1;
        b->items[found++] = support[i].item;
    }
    for (int64_t i = 0; i < found; i++) b->marks[b->items[i]] = 0;
    const rank_support known = {.events = support, .n_events = n, .items = b->items, .n_items = found};
    b->method->score(b->state, b->scores, &known);
    return THAW_OK;
}

static thaw_status rank(void *ctx, int64_t *items, int64_t *n, const thaw_query *query)
{
    rank_baseline *b = ctx;
    const scored_items from = {.scores = b->scores, .popularity = b->popularity, .n = b->n_items};
    for (int64_t i = 0; i < query->n_exclude; i++) b->marks[query->exclude[i]] = 1;
    *n = top_items(items, query->top, &from, b->marks, query->allow, query->n_allow);
    for (int64_t i = 0; i < query->n_exclude; i++) b->marks[query->exclude[i]] = 0;
    return THAW_OK;
}

ranker rank_baseline_ranker(rank_baseline *baseline)
{
    return (ranker){.ctx = baseline, .adapt = adapt, .rank = rank};
}

/* ---- fitting ---- */

/* Setting k of the grid; with a target the second half of the grid is on its events alone. */
static void choose(rank_baseline *b, int k)
{
    b->target_only = k >= b->method->n_settings;
    k %= b->method->n_settings;
    b->setting = b->method->setting ? b->method->setting(k) : (rank_setting){0};
}

static void forget(rank_baseline *b)
{
    if (b->state) b->method->free(b->state);
    b->state = NULL;
}

/* Fit the setting chosen on these users' events before `until`. */
static int fit(rank_baseline *b, const rank_training *t, const user_list *users, double until)
{
    cells x;
    forget(b);
    cells_create(&x, t->histories, users, b->n_items, b->target_only ? t->protocol->rules.target : -1, until);
    memset(b->popularity, 0, (size_t)b->n_items * sizeof *b->popularity);
    for (int64_t k = 0; k < x.start[x.n_rows]; k++) b->popularity[x.columns[k]]++;
    const int bad = b->method->fit(&b->state, &x, &b->setting, t->parallel);
    cells_free(&x);
    return bad;
}

/* ---- tuning ---- */

/* Part the users: those to fit on and those to judge by. */
static void part_users(user_list *fitted, user_list *valid, const rank_training *t)
{
    fitted->rows = cli_alloc((size_t)t->users->n, sizeof *fitted->rows);
    valid->rows = cli_alloc((size_t)t->users->n, sizeof *valid->rows);
    fitted->n = valid->n = 0;
    for (int64_t i = 0; i < t->users->n; i++) {
        const history *user = &t->histories->users[t->users->rows[i]];
        user_list *to = draw_uniform(t->protocol->seed, draw_key(user->user), 0) < part_valid ? valid : fitted;
        const int qualifies = user->n_items >= t->protocol->rules.min_events &&
                              user->n_items <= t->protocol->rules.max_events;
        if (to == valid && (!qualifies || valid->n >= MOST_VALID)) continue;
        to->rows[to->n++] = t->users->rows[i];
    }
}

/* nDCG@10 by support; NaN where a support has no tasks. */
static int judge(double *out, rank_baseline *b, const rank_training *t, const user_list *valid,
                 const ranking_protocol *protocol)
{
    const ranker r = rank_baseline_ranker(b);
    for (int s = 0; s < t->n_supports; s++) {
        ranking_scores scores;
        if (protocol_ranking_run(&scores, &r, t->histories, valid, protocol, &t->supports[s])) return 1;
        out[s] = scores.mean[NDCG10];
    }
    return 0;
}

/* The mean over the supports that have tasks, in the place of each. */
static void level(double *by_support, int n)
{
    double sum = 0;
    int found = 0;
    for (int s = 0; s < n; s++) {
        if (isnan(by_support[s])) continue;
        sum += by_support[s];
        found++;
    }
    for (int s = 0; s < n; s++) by_support[s] = found ? sum / found : NAN;
}

static void show(const rank_baseline *b, const rank_training *t, int k, int n)
{
    char note[48];
    snprintf(note, sizeof note, "%s, setting %d of %d", b->method->name, k + 1, n);
    progress_show(t->bar, t->done, -1, note);
}

/* Try the grid on a part of the users; b->choices are the best. */
static int tune(rank_baseline *b, const rank_training *t)
{
    const int n = b->method->n_settings * (t->protocol->rules.target >= 0 ? 2 : 1);
    if (n == 1) return 0;
    ranking_protocol protocol = *t->protocol;
    protocol.candidates = 0;
    protocol.rules.from_time -= t->horizon;
    user_list fitted, valid;
    part_users(&fitted, &valid, t);
    double best[MOST_SUPPORTS], found[MOST_SUPPORTS];
    for (int s = 0; s < t->n_supports; s++) best[s] = -1;
    int bad = 0;
    for (int k = 0; k < n && !bad && valid.n; k++) {
        show(b, t, k, n);
        choose(b, k);
        bad = fit(b, t, &fitted, protocol.rules.from_time) || judge(found, b, t, &valid, &protocol);
        if (!t->each_support) level(found, t->n_supports);
        for (int s = 0; s < t->n_supports && !bad; s++) {
            if (!(found[s] > best[s])) continue;
            best[s] = found[s];
            b->choices[s] = k;
        }
    }
    forget(b);
    free(fitted.rows);
    free(valid.rows);
    return bad;
}

int rank_baseline_create(rank_baseline *out, const rank_method *method, const rank_training *t)
{
    memset(out, 0, sizeof *out);
    out->method = method;
    out->n_items = t->protocol->n_items;
    out->popularity = cli_alloc((size_t)out->n_items, sizeof *out->popularity);
    out->scores = cli_alloc((size_t)out->n_items, sizeof *out->scores);
    out->marks = cli_alloc((size_t)out->n_items, 1);
    const int bad = tune(out, t);
    if (bad) rank_baseline_free(out);
    return bad;
}

int rank_baseline_fit(rank_baseline *b, const rank_training *t, int support)
{
    if (b->state && b->fitted == b->choices[support]) return 0;
    b->fitted = b->choices[support];
    choose(b, b->fitted);
    return fit(b, t, t->users, t->protocol->rules.from_time);
}

void rank_baseline_free(rank_baseline *b)
{
    forget(b);
    free(b->popularity);
    free(b->scores);
    free(b->items);
    free(b->marks);
    memset(b, 0, sizeof *b);
}
