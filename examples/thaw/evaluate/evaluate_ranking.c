/* SPDX-License-Identifier: Apache-2.0 */

/* thaw evaluate --protocol ranking: how well a model and baselines rank the catalogue for users outside the training.
 *
 * With --model, or --no-model and --train, there is one split, and seeds only draw candidates. With --holdout-users
 * there is a split for each seed. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "evaluate.h"
#include "model_ranker.h"
#include "ranking_baseline.h"
#include "ranking_split.h"
#include "ranking_results.h"

enum { MIN_EVENTS = 5 }; /* default */

typedef struct work {
    evaluate_options *options;
    const baseline_method *methods[MAX_BASELINES];
    int n_methods;
    ranking_results results;
    const ranking_split *split; /* the current split */
    ranking_protocol protocol;
    int64_t first_seed, n_seeds; /* seeds of the current split */
    progress bar;
    int64_t done, all; /* runs of a method at a support */
} work;

/* ---- options ---- */

static const baseline_method *find_method(const char *name)
{
    for (int k = 0; ranking_baselines[k]; k++) {
        if (strcmp(ranking_baselines[k]->name, name) == 0) return ranking_baselines[k];
    }
    if (strcmp(name, "ease") == 0 || strcmp(name, "ials") == 0) {
        exit(cli_failf("this build of thaw has no BLAS for %s", name));
    }
    cli_refuse("the ranking protocol has no baseline %s; it has popularity, recent, itemknn, ease, ials", name);
}

static void choose_methods(work *w)
{
    const evaluate_options *o = w->options;
    for (int i = 0; i < o->n_baselines; i++) w->methods[w->n_methods++] = find_method(o->baselines[i]);
    for (int k = 0; o->with_baselines && !o->n_baselines && ranking_baselines[k]; k++) {
        /* Without a target, support items are not ranked: recent equals popularity. */
        if (ranking_baselines[k] == &baseline_recent && !o->target_event) continue;
        w->methods[w->n_methods++] = ranking_baselines[k];
    }
    ranking_results *r = &w->results;
    if (!o->no_model) r->methods[r->n_methods++] = "thaw";
    if (r->n_methods + w->n_methods > MAX_METHODS) cli_refuse("--baselines has a duplicate");
    for (int i = 0; i < w->n_methods; i++) r->methods[r->n_methods++] = w->methods[i]->name;
    if (!r->n_methods) cli_refuse("--no-model needs --baselines");
}

static void choose_supports(ranking_results *r, const evaluate_options *o)
{
    static const char *const defaults[] = {"1", "3", "5", "10", "80%"};
    if (!isnan(o->from_time)) {
        if (o->n_supports) cli_refuse("--support and --from-time both define the support; give one");
        r->n_supports = 1;
        support_size_read(&r->supports[0], "all");
        return;
    }
    r->n_supports = o->n_supports ? o->n_supports : 5;
    memcpy(r->supports, o->supports, sizeof r->supports);
    for (int i = 0; i < r->n_supports; i++) {
        if (!o->n_supports) support_size_read(&r->supports[i], defaults[i]);
        if (r->supports[i].count < 0 && r->supports[i].part >= 1) {
            cli_refuse("--support %s leaves no relevant item", r->supports[i].text);
        }
    }
}

static void check_options(work *w)
{
    evaluate_options *o = w->options;
    const int holds_out = !isnan(o->holdout_users);
    if (o->query) cli_refuse("--query is an option of the rating protocol");
    if (o->model_path && holds_out) cli_refuse("--holdout-users and --model exclude each other");
    if (o->known_event && !holds_out) cli_refuse("--known-event pretrains a model: it needs --holdout-users");
    if (o->model_path && o->no_model) cli_refuse("--no-model contradicts --model");
    if (!o->model_path && !holds_out && !o->no_model) cli_refuse("--model or --holdout-users is required");
    if (holds_out && o->holdout_users <= 0 && isnan(o->from_time)) {
        cli_refuse("--holdout-users 0 needs --from-time: without it there are no training events");
    }
    if (holds_out && o->train.inter) cli_refuse("--holdout-users trains on --inter; --train is for --model");
    if (!o->min_events) o->min_events = MIN_EVENTS;
    if (!o->max_events) o->max_events = INT64_MAX;
    if (!o->seeds) o->seeds = holds_out ? 3 : 1;
    if (o->max_events < o->min_events) {
        cli_refuse("--max-events is %lld; must be at least --min-events %lld", (long long)o->max_events,
                   (long long)o->min_events);
    }
    choose_methods(w);
    choose_supports(&w->results, o);
    if (w->n_methods && !holds_out && !o->train.inter) cli_refuse("--baselines needs --train or --holdout-users");
}

/* ---- measuring ---- */

/* Run one ranker at one support, under all seeds of the split. */
static int run(work *w, const ranker *r, int method, int support)
{
    progress_show(&w->bar, (double)w->done / (double)w->all, w->results.methods[method]);
    for (int64_t seed = w->first_seed; seed < w->first_seed + w->n_seeds; seed++) {
        ranking_scores *out = &ranking_results_run(&w->results, seed, method)->scores[support];
        ranking_protocol protocol = w->protocol;
        protocol.seed = (uint64_t)seed + 1;
        const support_size *size = &w->results.supports[support];
        if (ranking_protocol_run(out, r, &w->split->test_histories, NULL, &protocol, size)) return 1;
        w->done++;
    }
    return 0;
}

static int run_model(work *w)
{
    model_ranker m;
    int bad = model_ranker_init(&m, w->split->model, ranking_split_test_data(w->split));
    const ranker r = model_ranker_as_ranker(&m);
    for (int s = 0; s < w->results.n_supports && !bad; s++) bad = run(w, &r, 0, s);
    model_ranker_free(&m);
    return bad;
}

static double last_time(const histories *h)
{
    double last = -INFINITY;
    for (int64_t i = 0; i < h->n_events; i++) last = fmax(last, h->events[i].time);
    return last;
}

/* Store the setting that was chosen for one support. */
static void store_setting(work *w, const ranking_baseline *b, int method, int support)
{
    for (int64_t seed = w->first_seed; seed < w->first_seed + w->n_seeds; seed++) {
        ranking_run *out = ranking_results_run(&w->results, seed, method);
        out->settings[support] = b->setting;
        out->target_only[support] = b->target_only;
    }
}

static int run_baseline(work *w, int k)
{
    const int method = k + !w->options->no_model;
    const double from = w->protocol.rules.from_time;
    const baseline_training training = {.histories = &w->split->train_histories,
                                        .users = &w->split->train_users,
                                        .protocol = &w->protocol,
                                        .supports = w->results.supports,
                                        .n_supports = w->results.n_supports,
                                        .each_support = w->options->tune_each_support,
                                        .horizon = isnan(from) ? 0 : last_time(&w->split->test_histories) - from,
                                        .parallel = &w->options->pretraining.config.parallel,
                                        .bar = &w->bar,
                                        .done = (double)w->done / (double)w->all};
    ranking_baseline b;
    if (ranking_baseline_create(&b, w->methods[k], &training)) return 1;
    const ranker r = ranking_baseline_as_ranker(&b);
    int bad = 0;
    for (int s = 0; s < training.n_supports && !bad; s++) {
        bad = ranking_baseline_fit(&b, &training, s) || run(w, &r, method, s);
        store_setting(w, &b, method, s);
    }
    ranking_baseline_free(&b);
    return bad;
}

static int set_protocol(work *w)
{
    const evaluate_options *o = w->options;
    w->protocol = (ranking_protocol){
        .rules = {.min_events = o->min_events, .max_events = o->max_events, .target = -1, .from_time = o->from_time},
        .n_items = w->split->catalogue.items.n,
        .candidates = o->candidates,
        .seed = (uint64_t)w->first_seed + 1};
    if (!o->target_event) return 0;
    w->protocol.rules.target = (int32_t)key_index_find(&w->split->catalogue.events, o->target_event);
    return w->protocol.rules.target < 0 ? cli_failf("--target-event: there is no event %s", o->target_event) : 0;
}

/* Run all methods on one split. */
static int measure_split(work *w, const ranking_split *split, int64_t first_seed, int64_t n_seeds)
{
    w->split = split;
    w->first_seed = first_seed;
    w->n_seeds = n_seeds;
    if (set_protocol(w)) return 1;
    progress_begin(&w->bar, "evaluating");
    int bad = split->model && run_model(w);
    for (int k = 0; k < w->n_methods && !bad; k++) bad = run_baseline(w, k);
    progress_end(&w->bar);
    return bad;
}

static int measure(work *w)
{
    evaluate_options *o = w->options;
    thaw_data *all = NULL;
    ranking_split split = {0};
    int bad = 0;
    if (isnan(o->holdout_users)) {
        bad = ranking_split_load(&split, o) || measure_split(w, &split, 0, o->seeds);
        ranking_split_free(&split);
        return bad;
    }
    bad = ranking_split_read(&all, &o->tables, o);
    for (int64_t seed = 0; seed < o->seeds && !bad; seed++) {
        bad = ranking_split_holdout(&split, all, o, seed + 1) || measure_split(w, &split, seed, 1);
        ranking_split_free(&split);
    }
    thaw_data_free(all);
    return bad;
}

static int check_tasks(const ranking_results *r, const evaluate_options *o)
{
    for (int s = 0; s < r->n_supports; s++) {
        if (ranking_results_tasks(r, s) > 0) return 0;
    }
    return cli_failf("no user of %s has %lld or more distinct items and a relevant one", o->tables.inter,
                     (long long)o->min_events);
}

int evaluate_ranking(evaluate_options *o)
{
    work w = {.options = o, .results = {.options = o}};
    check_options(&w);
    ranking_results *r = &w.results;
    r->seeds = o->seeds;
    r->runs = cli_alloc((size_t)(o->seeds * r->n_methods), sizeof *r->runs);
    w.all = o->seeds * r->n_methods * r->n_supports;
    int bad = pretraining_threads(&o->pretraining);
    if (!bad) bad = measure(&w);
    if (!bad) bad = check_tasks(r, o);
    if (!bad && o->plot) bad = ranking_results_plot(r, o->plot);
    if (!bad) bad = o->json ? ranking_results_print_json(r) : ranking_results_print(r);
    pretraining_end(&o->pretraining);
    free(r->runs);
    return bad;
}
