/* SPDX-License-Identifier: Apache-2.0 */

/* thaw evaluate --protocol rating: how well a model predicts the ratings of users outside the training. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "evaluate.h"
#include "json_output.h"
#include "progress.h"
#include "rating_protocol.h"
#include "rating_baseline.h"
#include "user_features.h"

typedef struct evaluate {
    const char *model_path;
    tables tables, train;
    rating_protocol protocol;
    support_size supports[MAX_SUPPORTS];
    int n_supports;
    int baselines[N_RATING_BASELINES];
    int json;

    thaw_model *model;
    thaw_data *data, *train_data;
    rating_tasks tasks, train_tasks;
    thaw_user *user;
    user_features features;
} evaluate;

/* The results at one support. */
typedef struct result {
    rating_scores model, baseline[N_RATING_BASELINES];
    double damping_item[N_RATING_BASELINES], damping_user[N_RATING_BASELINES];
} result;

/* ---- arguments ---- */

static void choose_baselines(evaluate *e, const evaluate_options *o)
{
    for (int k = 0; k < N_RATING_BASELINES; k++) e->baselines[k] = o->with_baselines && !o->n_baselines;
    for (int i = 0; i < o->n_baselines; i++) {
        int k = 0;
        while (k < N_RATING_BASELINES && strcmp(o->baselines[i], rating_baseline_names[k]) != 0) k++;
        if (k == N_RATING_BASELINES) {
            cli_refuse("the rating protocol has no baseline %s; it has popularity, bias", o->baselines[i]);
        }
        e->baselines[k] = 1;
    }
    if (o->with_baselines && !o->train.inter) cli_refuse("--baselines needs --train");
}

static void copy_options(evaluate *e, const evaluate_options *o)
{
    cli_require("--model", o->model_path);
    e->model_path = o->model_path;
    e->tables = o->tables;
    e->train = o->train;
    e->json = o->json;
    e->n_supports = o->n_supports ? o->n_supports : 1;
    memcpy(e->supports, o->supports, sizeof e->supports);
    if (!o->n_supports) support_size_read(&e->supports[0], "all");

    rating_protocol *p = &e->protocol;
    p->query = o->query ? o->query : 10;
    p->min_events = o->min_events ? o->min_events : 13;
    p->max_events = o->max_events ? o->max_events : 100;
    p->seeds = o->seeds ? o->seeds : 5;
    if (p->min_events < p->query) {
        cli_refuse("--min-events is %lld; must be at least --query %lld", (long long)p->min_events,
                   (long long)p->query);
    }
    if (p->max_events < p->min_events) {
        cli_refuse("--max-events is %lld; must be at least --min-events %lld", (long long)p->max_events,
                   (long long)p->min_events);
    }
    choose_baselines(e, o);
}

/* ---- the model as a predictor ---- */

static thaw_status begin_user(void *ctx, const char *key)
{
    evaluate *e = ctx;
    return user_features_apply(&e->features, e->model, e->user, e->data, key);
}

static thaw_status adapt_user(void *ctx, const thaw_event *support, int64_t n)
{
    evaluate *e = ctx;
    return thaw_adapt(e->model, e->user, support, n);
}

static thaw_status predict_user(void *ctx, float *mean, float *variance, const int64_t *items, int64_t n)
{
    evaluate *e = ctx;
    return thaw_score(e->model, e->user, mean, variance, items, n);
}

/* ---- reading ---- */

/* Read a table of events as tasks. Items that are not in the model are added to it and scored by their features. */
static int read_tasks(rating_tasks *tasks, thaw_data **data, thaw_model *model, const tables *source)
{
    int64_t added = 0;
    if (tables_read(data, source)) return 1;
    if (thaw_model_add_items(model, &added, *data) != THAW_OK) return cli_fail();
    if (added) cli_say("%lld items of %s are not in the model; they are added to it", (long long)added, source->inter);
    return rating_tasks_create(tasks, model, *data);
}

static int prepare(evaluate *e)
{
    if (thaw_model_load(&e->model, e->model_path, NULL) != THAW_OK) return cli_fail_at(e->model_path);
    if (read_tasks(&e->tasks, &e->data, e->model, &e->tables)) return 1;
    if (e->train.inter && read_tasks(&e->train_tasks, &e->train_data, e->model, &e->train)) return 1;
    if (rating_protocol_tasks(&e->protocol, &e->tasks) == 0) {
        return cli_failf("no user of %s has %lld … %lld ratings", e->tables.inter, (long long)e->protocol.min_events,
                         (long long)e->protocol.max_events);
    }
    thaw_model_info info;
    if (cli_model_info(&info, e->model)) return 1;
    e->protocol.lowest = (double)info.rating_min;
    e->protocol.highest = (double)info.rating_max;
    if (thaw_user_create(&e->user, e->model) != THAW_OK) return cli_fail();
    user_features_find(&e->features, e->model, e->user, e->data);
    return 0;
}

/* ---- measuring ---- */

static int measure_baseline(result *out, int kind, const evaluate *e, const support_size *support)
{
    thaw_model_info info;
    if (cli_model_info(&info, e->model)) return 1;
    rating_baseline b;
    if (rating_baseline_create(&b, kind, &e->train_tasks, info.items, &e->protocol, support)) return 1;
    out->damping_item[kind] = b.damping_item;
    out->damping_user[kind] = b.damping_user;
    const rating_predictor p = rating_baseline_predictor(&b);
    const int bad = rating_protocol_run(&out->baseline[kind], &p, &e->tasks, &e->protocol, support);
    rating_baseline_free(&b);
    return bad;
}

static int measure(result *results, evaluate *e)
{
    const rating_predictor model = {
        .ctx = e, .begin = begin_user, .adapt = adapt_user, .predict = predict_user, .has_variance = 1};
    progress bar = {0};
    int bad = 0, done = 0, all = e->n_supports;
    for (int k = 0; k < N_RATING_BASELINES; k++) all += e->baselines[k] * e->n_supports;
    progress_begin(&bar, "evaluating");
    for (int s = 0; s < e->n_supports && !bad; s++) {
        for (int k = -1; k < N_RATING_BASELINES && !bad; k++) {
            if (k >= 0 && !e->baselines[k]) continue;
            progress_show(&bar, (double)done++ / all, k < 0 ? "thaw" : rating_baseline_names[k]);
            bad = k < 0 ? rating_protocol_run(&results[s].model, &model, &e->tasks, &e->protocol, &e->supports[s])
                        : measure_baseline(&results[s], k, e, &e->supports[s]);
        }
    }
    progress_end(&bar);
    return bad;
}

/* ---- printing ---- */

static void put_scores(json_t *object, const rating_scores *s)
{
    json_out_real(object, "mae", s->mae);
    json_out_real(object, "mae_sd", s->mae_sd);
    json_out_real(object, "mae_se", s->mae_se);
    json_out_real(object, "rmse", s->rmse);
    json_out_real(object, "ndcg@1", s->ndcg1);
    json_out_real(object, "ndcg@3", s->ndcg3);
    json_out_real(object, "ndcg@5", s->ndcg5);
    json_out_real(object, "coverage90", s->coverage90);
}

/* All results at one support. */
static void put_result(json_t *object, const evaluate *e, const support_size *support, const result *r)
{
    support_size_to_json(object, support);
    put_scores(object, &r->model);
    json_out_real(object, "adapt_us", r->model.adapt_us);
    json_t *baselines = json_object();
    for (int k = 0; k < N_RATING_BASELINES; k++) {
        if (!e->baselines[k]) continue;
        json_t *one = json_object();
        put_scores(one, &r->baseline[k]);
        json_out_real(one, "damping_item", r->damping_item[k]);
        if (k == RATING_BIAS) json_out_real(one, "damping_user", r->damping_user[k]);
        json_object_set_new(baselines, rating_baseline_names[k], one);
    }
    if (json_object_size(baselines)) json_object_set(object, "baselines", baselines);
    json_decref(baselines);
}

static int print_json(const evaluate *e, const result *results)
{
    json_t *object = json_object();
    json_out_text(object, "protocol", "rating");
    json_out_integer(object, "tasks", results[0].model.tasks);
    json_out_integer(object, "seeds", e->protocol.seeds);
    json_out_integer(object, "query", e->protocol.query);
    put_result(object, e, &e->supports[0], &results[0]);
    if (e->n_supports > 1) {
        json_t *all = json_array();
        for (int s = 0; s < e->n_supports; s++) {
            json_t *one = json_object();
            put_result(one, e, &e->supports[s], &results[s]);
            json_array_append_new(all, one);
        }
        json_object_set_new(object, "by_support", all);
    }
    return json_out_print(object);
}

static void print_error(double error)
{
    if (isfinite(error)) printf(" ± %.4f", error);
    else printf(" %8s", "-");
}

static void print_scores(const char *support, const char *name, const rating_scores *s)
{
    printf("%7s  %-10s  %.4f", support, name, s->mae);
    print_error(s->mae_se);
    print_error(s->mae_sd);
    printf("  %.4f  %.4f  %.4f  %.4f", s->rmse, s->ndcg1, s->ndcg3, s->ndcg5);
    if (isfinite(s->coverage90)) printf("  %8.1f %%  %6.2f us", 100 * s->coverage90, s->adapt_us);
    putchar('\n');
}

static int print_table(const evaluate *e, const result *results)
{
    printf("%lld users, %lld random draws, %lld ratings of each to predict\n"
           "MAE ± standard error over users ± standard deviation over draws\n\n",
           (long long)results[0].model.tasks, (long long)e->protocol.seeds, (long long)e->protocol.query);
    printf("%7s  %-10s  %-24s  %6s  %6s  %6s  %6s  %10s  %9s\n", "support", "", "   MAE   users    draws", "RMSE",
           "nDCG@1", "nDCG@3", "nDCG@5", "in 90 %", "adapt");
    for (int s = 0; s < e->n_supports; s++) {
        print_scores(e->supports[s].text, "thaw", &results[s].model);
        for (int k = N_RATING_BASELINES - 1; k >= 0; k--) {
            if (e->baselines[k]) print_scores("", rating_baseline_names[k], &results[s].baseline[k]);
        }
    }
    return cli_finish();
}

int evaluate_rating(const evaluate_options *options)
{
    evaluate e = {0};
    copy_options(&e, options);

    result results[MAX_SUPPORTS];
    int bad = prepare(&e);
    if (!bad) bad = measure(results, &e);
    if (!bad) bad = e.json ? print_json(&e, results) : print_table(&e, results);
    user_features_free(&e.features);
    thaw_user_free(e.user);
    rating_tasks_free(&e.tasks);
    rating_tasks_free(&e.train_tasks);
    thaw_data_free(e.train_data);
    thaw_data_free(e.data);
    thaw_model_free(e.model);
    return bad;
}
