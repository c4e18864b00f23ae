/* SPDX-License-Identifier: Apache-2.0 */

/* thaw evaluate --protocol ranking: how well does a model rank the catalogue for users it has not seen, and simple baselines?
 *
 * With --model (or --no-model and --train) there is one part, and seeds draw only candidates; with --holdout-users every seed
 * makes a part of its own. */

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

enum { MIN_EVENTS = 5 };

typedef struct work {
    evaluate_options *options;
    const rank_method *methods[MOST_BASELINES];
    int n_methods;
    ranking_results results;
    const ranking_part *part;   /* that is measured now, */
    ranking_protocol protocol;
    int64_t first_seed, n_seeds; /* under these seeds */
    progress bar;
    int64_t done, all; /* runs of a method at a support */
    double start;
} work;

/* ---- options ---- */

static const rank_method *find_method(const char *name)
{
    for (int k = 0; rank_methods[k]; k++) {
        if (strcmp(rank_methods[k]->name, name) == 0) return rank_methods[k];
    }
    if (strcmp(name, "ease") == 0 || strcmp(name, "ials") == 0) {
        exit(cli_failf("this build of thaw has no BLAS for %s", name));
    }
    cli_refuse("baseline %s is none of the ranking protocol: popularity, recent, itemknn, ease, ials", name);
}

static void choose_methods(work *w)
{
    const evaluate_options *o = w->options;
    for (int i = 0; i < o->n_baselines; i++) w->methods[w->n_methods++] = find_method(o->baselines[i]);
    for (int k = 0; o->wants_baselines && !o->n_baselines && rank_methods[k]; k++) {
        /* Where seen items are not ranked, recent is popularity. */
        if (rank_methods[k] != &rank_recent || o->target_event) w->methods[w->n_methods++] = rank_methods[k];
    }
    ranking_results *r = &w->results;
    if (!o->no_model) r->methods[r->n_methods++] = "thaw";
    if (r->n_methods + w->n_methods > MOST_METHODS) cli_refuse("--baselines names one twice");
    for (int i = 0; i < w->n_methods; i++) r->methods[r->n_methods++] = w->methods[i]->name;
    if (!r->n_methods) cli_refuse("--no-model needs --baselines");
}

static void choose_supports(ranking_results *r, const evaluate_options *o)
{
    static const char *const usual[] = {"1", "3", "5", "10", "80%"};
    if (!isnan(o->from_time)) {
        if (o->n_supports) cli_refuse("--support and --from-time both say what is known; give one");
        r->n_supports = 1;
        support_size_read(&r->supports[0], "all");
        return;
    }
    r->n_supports = o->n_supports ? o->n_supports : 5;
    memcpy(r->supports, o->supports, sizeof r->supports);
    for (int i = 0; i < r->n_supports; i++) {
        if (!o->n_supports) support_size_read(&r->supports[i], usual[i]);
        if (r->supports[i].count < 0 && r->supports[i].part >= 1) {
            cli_refuse("--support %s leaves nothing to rank", r->supports[i].text);
        }
    }
}

static void check_options(work *w)
{
    evaluate_options *o = w->options;
    const int holds_out = !isnan(o->holdout_users);
    if (o->query) cli_refuse("--query is an option of the rating protocol");
    if (o->model_path && holds_out) cli_refuse("--holdout-users pretrains a model of its own; give it or --model");
    if (o->known_event && !holds_out) cli_refuse("--known-event teaches a model of its own: it needs --holdout-users");
    if (o->model_path && o->no_model) cli_refuse("--no-model contradicts --model");
    if (!o->model_path && !holds_out && !o->no_model) cli_refuse("--model or --holdout-users is required");
    if (holds_out && o->holdout_users <= 0 && isnan(o->from_time)) {
        cli_refuse("--holdout-users 0 needs --from-time: there must be something to learn from");
    }
    if (holds_out && o->train.inter) cli_refuse("--holdout-users learns from --inter; --train goes with --model");
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

static void show(work *w, const char *note)
{
    const double left = w->done ? (progress_clock() - w->start) / (double)w->done * (double)(w->all - w->done) : -1;
    progress_show(&w->bar, (double)w->done / (double)w->all, left, note);
}

/* One ranker at one support. */
static int run(work *w, const ranker *r, int method, int support)
{
    show(w, w->results.methods[method]);
    for (int64_t seed = w->first_seed; seed < w->first_seed + w->n_seeds; seed++) {
        ranking_scores *out = &ranking_results_run(&w->results, seed, method)->scores[support];
        ranking_protocol protocol = w->protocol;
        protocol.seed = (uint64_t)seed + 1;
        if (protocol_ranking_run(out, r, &w->part->asked, NULL, &protocol, &w->results.supports[support])) return 1;
        w->done++;
    }
    return 0;
}

static int run_model(work *w)
{
    model_ranker m;
    int bad = model_ranker_init(&m, w->part->model, ranking_part_test(w->part), w->options->tables.user);
    const ranker r = model_ranker_of(&m);
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

/* Keep what was tuned for one support. */
static void note_setting(work *w, const rank_baseline *b, int method, int support)
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
    const rank_training training = {.histories = &w->part->known, .users = &w->part->known_users,
                                    .protocol = &w->protocol, .supports = w->results.supports,
                                    .n_supports = w->results.n_supports, .each_support = w->options->tunes_each,
                                    .horizon = isnan(from) ? 0 : last_time(&w->part->asked) - from,
                                    .parallel = &w->options->pretraining.config.parallel,
                                    .bar = &w->bar, .done = (double)w->done / (double)w->all};
    rank_baseline b;
    if (rank_baseline_create(&b, w->methods[k], &training)) return 1;
    const ranker r = rank_baseline_ranker(&b);
    int bad = 0;
    for (int s = 0; s < training.n_supports && !bad; s++) {
        bad = rank_baseline_fit(&b, &training, s) || run(w, &r, method, s);
        note_setting(w, &b, method, s);
    }
    rank_baseline_free(&b);
    return bad;
}

static int set_protocol(work *w)
{
    const evaluate_options *o = w->options;
    w->protocol = (ranking_protocol){.rules = {.min_events = o->min_events, .max_events = o->max_events, .target = -1,
                                               .from_time = o->from_time},
                                     .n_items = w->part->catalogue.items.n, .candidates = o->candidates,
                                     .seed = (uint64_t)w->first_seed + 1};
    if (!o->target_event) return 0;
    w->protocol.rules.target = (int32_t)names_find(&w->part->catalogue.events, o->target_event);
    return w->protocol.rules.target < 0 ? cli_failf("there is no event %s", o->target_event) : 0;
}

/* All methods on one part. */
static int measure_part(work *w, const ranking_part *p, int64_t first_seed, int64_t n_seeds)
{
    w->part = p;
    w->first_seed = first_seed;
    w->n_seeds = n_seeds;
    if (set_protocol(w)) return 1;
    progress_begin(&w->bar, "evaluating");
    int bad = p->model && run_model(w);
    for (int k = 0; k < w->n_methods && !bad; k++) bad = run_baseline(w, k);
    progress_end(&w->bar);
    return bad;
}

static int measure(work *w)
{
    evaluate_options *o = w->options;
    thaw_data *whole = NULL;
    ranking_part p = {0};
    int bad = 0;
    if (isnan(o->holdout_users)) {
        bad = ranking_part_load(&p, o) || measure_part(w, &p, 0, o->seeds);
        ranking_part_free(&p);
        return bad;
    }
    bad = ranking_part_read(&whole, &o->tables, o);
    for (int64_t seed = 0; seed < o->seeds && !bad; seed++) {
        bad = ranking_part_make(&p, whole, o, seed + 1) || measure_part(w, &p, seed, 1);
        ranking_part_free(&p);
    }
    thaw_data_free(whole);
    return bad;
}

static int check_tasks(const ranking_results *r, const evaluate_options *o)
{
    for (int s = 0; s < r->n_supports; s++) {
        if (ranking_results_tasks(r, s) > 0) return 0;
    }
    return cli_failf("no user of %s has %lld or more distinct items and one to rank", o->tables.inter,
                     (long long)o->min_events);
}

int evaluate_ranking(evaluate_options *o)
{
    work w = {.options = o, .results = {.options = o}, .start = progress_clock()};
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
