/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_baseline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"
#include "top_items.h"

enum { MAX_VALID = 600 };
static const double valid_part = 0.1;

const baseline_method *const ranking_baselines[] = {&baseline_popularity,
                                                    &baseline_recent,
                                                    &baseline_item_knn,
#ifdef THAW_CLI_BLAS
                                                    &baseline_ease,
                                                    &baseline_ials,
#endif
                                                    NULL};

void baseline_parallel(const thaw_parallel *parallel, thaw_task task, void *arg, int64_t n_tasks)
{
    if (!parallel->run) {
        for (int64_t i = 0; i < n_tasks; i++) task(arg, i, 0);
    } else if (parallel->run(parallel->ctx, task, arg, n_tasks) != 0) {
        exit(cli_failf("the thread pool failed to run a task"));
    }
}

int32_t baseline_workers(const thaw_parallel *parallel)
{
    return parallel->run ? parallel->n_workers : 1;
}

/* ---- as a ranker ---- */

static thaw_status adapt(void *ctx, const thaw_event *support, int64_t n)
{
    ranking_baseline *b = ctx;
    if (n > b->capacity) {
        free(b->items);
        b->capacity = 2 * n;
        b->items = cli_alloc((size_t)b->capacity, sizeof *b->items);
    }
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (b->marks[support[i].item]) continue;
        b->marks[support[i].item] = 1;
        b->items[found++] = support[i].item;
    }
    for (int64_t i = 0; i < found; i++) b->marks[b->items[i]] = 0;
    const baseline_support known = {.events = support, .n_events = n, .items = b->items, .n_items = found};
    b->method->score(b->state, b->scores, &known);
    return THAW_OK;
}

static thaw_status rank(void *ctx, int64_t *items, int64_t *n, const thaw_query *query)
{
    ranking_baseline *b = ctx;
    const scored_items from = {.scores = b->scores, .popularity = b->popularity, .n = b->n_items};
    for (int64_t i = 0; i < query->n_exclude; i++) b->marks[query->exclude[i]] = 1;
    *n = top_items(items, query->top, &from, b->marks, query->allow, query->n_allow);
    for (int64_t i = 0; i < query->n_exclude; i++) b->marks[query->exclude[i]] = 0;
    return THAW_OK;
}

ranker ranking_baseline_as_ranker(ranking_baseline *baseline)
{
    return (ranker){.ctx = baseline, .adapt = adapt, .rank = rank};
}

/* ---- fitting ---- */

/* Take setting k of the grid; with a target event, the second half of the grid is fitted on target events only. */
static void choose_setting(ranking_baseline *b, int k)
{
    b->target_only = k >= b->method->n_settings;
    k %= b->method->n_settings;
    b->setting = b->method->setting ? b->method->setting(k) : (baseline_setting){0};
}

static void free_state(ranking_baseline *b)
{
    if (b->state) b->method->free(b->state);
    b->state = NULL;
}

/* Fit the current setting on the events of these users before `until`. */
static int fit(ranking_baseline *b, const baseline_training *t, const user_list *users, double until)
{
    interactions x;
    free_state(b);
    interactions_create(&x, t->histories, users, b->n_items, b->target_only ? t->protocol->rules.target : -1, until);
    memset(b->popularity, 0, (size_t)b->n_items * sizeof *b->popularity);
    for (int64_t k = 0; k < x.start[x.n_rows]; k++) b->popularity[x.columns[k]]++;
    const int bad = b->method->fit(&b->state, &x, &b->setting, t->parallel);
    interactions_free(&x);
    return bad;
}

/* ---- tuning ---- */

/* Split the training users into users to fit on and validation users. */
static void split_users(user_list *fitted, user_list *valid, const baseline_training *t)
{
    fitted->rows = cli_alloc((size_t)t->users->n, sizeof *fitted->rows);
    valid->rows = cli_alloc((size_t)t->users->n, sizeof *valid->rows);
    fitted->n = valid->n = 0;
    for (int64_t i = 0; i < t->users->n; i++) {
        const history *user = &t->histories->users[t->users->rows[i]];
        user_list *to = draw_uniform(t->protocol->seed, draw_key(user->user), 0) < valid_part ? valid : fitted;
        const int qualifies =
            user->n_items >= t->protocol->rules.min_events && user->n_items <= t->protocol->rules.max_events;
        if (to == valid && (!qualifies || valid->n >= MAX_VALID)) continue;
        to->rows[to->n++] = t->users->rows[i];
    }
}

/* Evaluate on the validation users: nDCG@10 by support, NaN if a support has no tasks. */
static int validate(double *out, ranking_baseline *b, const baseline_training *t, const user_list *valid,
                    const ranking_protocol *protocol)
{
    const ranker r = ranking_baseline_as_ranker(b);
    for (int s = 0; s < t->n_supports; s++) {
        ranking_scores scores;
        if (ranking_protocol_run(&scores, &r, t->histories, valid, protocol, &t->supports[s])) return 1;
        out[s] = scores.mean[NDCG10];
    }
    return 0;
}

/* Replace the value of each support by the mean over supports that have tasks. */
static void average_supports(double *by_support, int n)
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

static void show_progress(const ranking_baseline *b, const baseline_training *t, int k, int n)
{
    char note[48];
    snprintf(note, sizeof note, "%s, setting %d of %d", b->method->name, k + 1, n);
    progress_show(t->bar, t->done, note);
}

/* Evaluate all settings of the grid; sets b->choices to the best ones. */
static int tune(ranking_baseline *b, const baseline_training *t)
{
    const int n = b->method->n_settings * (t->protocol->rules.target >= 0 ? 2 : 1);
    if (n == 1) return 0;
    ranking_protocol protocol = *t->protocol;
    protocol.candidates = 0;
    protocol.rules.from_time -= t->horizon;
    user_list fitted, valid;
    split_users(&fitted, &valid, t);
    double best[MAX_SUPPORTS], found[MAX_SUPPORTS];
    for (int s = 0; s < t->n_supports; s++) best[s] = -1;
    int bad = 0;
    for (int k = 0; k < n && !bad && valid.n; k++) {
        show_progress(b, t, k, n);
        choose_setting(b, k);
        bad = fit(b, t, &fitted, protocol.rules.from_time) || validate(found, b, t, &valid, &protocol);
        if (!t->each_support) average_supports(found, t->n_supports);
        for (int s = 0; s < t->n_supports && !bad; s++) {
            if (!(found[s] > best[s])) continue;
            best[s] = found[s];
            b->choices[s] = k;
        }
    }
    free_state(b);
    free(fitted.rows);
    free(valid.rows);
    return bad;
}

int ranking_baseline_create(ranking_baseline *out, const baseline_method *method, const baseline_training *t)
{
    memset(out, 0, sizeof *out);
    out->method = method;
    out->n_items = t->protocol->n_items;
    out->popularity = cli_alloc((size_t)out->n_items, sizeof *out->popularity);
    out->scores = cli_alloc((size_t)out->n_items, sizeof *out->scores);
    out->marks = cli_alloc((size_t)out->n_items, 1);
    const int bad = tune(out, t);
    if (bad) ranking_baseline_free(out);
    return bad;
}

int ranking_baseline_fit(ranking_baseline *b, const baseline_training *t, int support)
{
    if (b->state && b->fitted == b->choices[support]) return 0;
    b->fitted = b->choices[support];
    choose_setting(b, b->fitted);
    return fit(b, t, t->users, t->protocol->rules.from_time);
}

void ranking_baseline_free(ranking_baseline *b)
{
    free_state(b);
    free(b->popularity);
    free(b->scores);
    free(b->items);
    free(b->marks);
    memset(b, 0, sizeof *b);
}
