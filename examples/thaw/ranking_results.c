/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_results.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "json_out.h"

ranking_run *ranking_results_run(const ranking_results *r, int64_t seed, int method)
{
    return &r->runs[seed * r->n_methods + method];
}

ranking_summary ranking_results_metric(const ranking_results *r, int method, int support, int metric)
{
    ranking_summary s = {0, 0, 0};
    for (int64_t k = 0; k < r->seeds; k++) {
        const ranking_scores *scores = &ranking_results_run(r, k, method)->scores[support];
        s.mean += scores->mean[metric] / (double)r->seeds;
        s.se += scores->se[metric] / (double)r->seeds;
    }
    for (int64_t k = 0; k < r->seeds; k++) {
        const double off = ranking_results_run(r, k, method)->scores[support].mean[metric] - s.mean;
        s.sd += off * off;
    }
    s.sd = r->seeds > 1 ? sqrt(s.sd / (double)(r->seeds - 1)) : NAN;
    return s;
}

int64_t ranking_results_tasks(const ranking_results *r, int support)
{
    int64_t sum = 0;
    for (int64_t k = 0; k < r->seeds; k++) sum += ranking_results_run(r, k, 0)->scores[support].tasks;
    return (sum + r->seeds / 2) / r->seeds;
}

static int has_model(const ranking_results *r)
{
    return strcmp(r->methods[0], "thaw") == 0;
}

/* ---- JSON ---- */

static void put_metrics(json_t *object, const ranking_results *r, int method, int support)
{
    char name[40];
    for (int m = 0; m < N_RANKING_METRICS; m++) {
        const ranking_summary s = ranking_results_metric(r, method, support, m);
        json_out_real(object, ranking_metric_names[m], s.mean);
        snprintf(name, sizeof name, "%s_sd", ranking_metric_names[m]);
        json_out_real(object, name, s.sd);
        snprintf(name, sizeof name, "%s_se", ranking_metric_names[m]);
        json_out_real(object, name, s.se);
    }
    double adapt_us = 0, recommend_us = 0;
    for (int64_t k = 0; k < r->seeds; k++) {
        const ranking_scores *scores = &ranking_results_run(r, k, method)->scores[support];
        adapt_us += scores->adapt_us / (double)r->seeds;
        recommend_us += scores->recommend_us / (double)r->seeds;
    }
    json_out_real(object, "adapt_us", adapt_us);
    json_out_real(object, "recommend_us", recommend_us);
}

/* What each seed's tuning chose; nothing where there was nothing to choose. */
static void put_settings(json_t *object, const ranking_results *r, int method, int support)
{
    json_t *list = json_array();
    for (int64_t k = 0; k < r->seeds; k++) {
        const ranking_run *run = ranking_results_run(r, k, method);
        const rank_setting *setting = &run->settings[support];
        const char *events = run->target_only[support] ? r->options->target_event : "all";
        json_t *one = json_object();
        for (int i = 0; i < setting->n; i++) json_out_real(one, setting->names[i], setting->values[i]);
        if (r->options->target_event) json_out_text(one, "events", events);
        if (json_object_size(one)) json_array_append(list, one);
        json_decref(one);
    }
    if (json_array_size(list)) json_object_set(object, "settings", list);
    json_decref(list);
}

static void put_support(json_t *object, const ranking_results *r, int support)
{
    const support_size *size = &r->supports[support];
    if (size->count >= 0) json_out_integer(object, "support", size->count);
    else json_out_text(object, "support", size->text);
    json_out_integer(object, "tasks", ranking_results_tasks(r, support));
    if (has_model(r)) put_metrics(object, r, 0, support);
    json_t *baselines = json_object();
    for (int m = has_model(r); m < r->n_methods; m++) {
        json_t *one = json_object();
        put_metrics(one, r, m, support);
        put_settings(one, r, m, support);
        json_object_set_new(baselines, r->methods[m], one);
    }
    if (json_object_size(baselines)) json_object_set(object, "baselines", baselines);
    json_decref(baselines);
}

int ranking_results_print_json(const ranking_results *r)
{
    const evaluate_options *o = r->options;
    json_t *object = json_object();
    json_out_text(object, "protocol", "ranking");
    json_out_integer(object, "seeds", r->seeds);
    json_out_real(object, "holdout_users", o->holdout_users);
    json_out_real(object, "positive_min", o->positive_min);
    json_out_real(object, "from_time", o->from_time);
    if (o->target_event) json_out_text(object, "target_event", o->target_event);
    if (o->candidates) json_out_integer(object, "candidates", o->candidates);
    json_t *supports = json_array();
    for (int s = 0; s < r->n_supports; s++) json_array_append_new(supports, json_string(r->supports[s].text));
    json_object_set_new(object, "supports", supports);
    put_support(object, r, 0);
    if (r->n_supports > 1) {
        json_t *all = json_array();
        for (int s = 0; s < r->n_supports; s++) {
            json_t *one = json_object();
            put_support(one, r, s);
            json_array_append_new(all, one);
        }
        json_object_set_new(object, "by_support", all);
    }
    return json_out_print(object);
}

/* ---- a table ---- */

static double best_of(const ranking_results *r, int support, int metric)
{
    double best = -1;
    for (int m = 0; m < r->n_methods; m++) best = fmax(best, ranking_results_metric(r, m, support, metric).mean);
    return best;
}

static void print_cell(const ranking_results *r, int method, int support, int metric)
{
    const double x = ranking_results_metric(r, method, support, metric).mean;
    if (isfinite(x)) printf(" %.3f%c", x, x == best_of(r, support, metric) ? '*' : ' ');
    else printf("     - ");
}

/* Methods down, supports across, two metrics in a cell. */
static void print_metrics(const ranking_results *r, int first, int second)
{
    printf("\n%s %s\n%-11s", ranking_metric_names[first], ranking_metric_names[second], "");
    for (int s = 0; s < r->n_supports; s++) printf("  %-14s", r->supports[s].text);
    putchar('\n');
    for (int m = 0; m < r->n_methods; m++) {
        printf("%-10s", r->methods[m]);
        for (int s = 0; s < r->n_supports; s++) {
            print_cell(r, m, s, first);
            print_cell(r, m, s, second);
            fputs("  ", stdout);
        }
        putchar('\n');
    }
}

static void print_setting(const ranking_run *run, int support, const char *target)
{
    const rank_setting *setting = &run->settings[support];
    for (int i = 0; i < setting->n; i++) printf(" %s %g", setting->names[i], setting->values[i]);
    if (run->target_only[support]) printf(" on %s only", target);
}

/* What tuning chose, seed by seed. */
static void print_settings(const ranking_results *r, int method)
{
    if (!ranking_results_run(r, 0, method)->settings[0].n) return;
    for (int s = 0; s < (r->options->tunes_each ? r->n_supports : 1); s++) {
        printf("%-10s tuned%s%s:", r->methods[method], r->options->tunes_each ? " for " : "",
               r->options->tunes_each ? r->supports[s].text : "");
        for (int64_t k = 0; k < r->seeds; k++) {
            if (k) putchar(';');
            print_setting(ranking_results_run(r, k, method), s, r->options->target_event);
        }
        putchar('\n');
    }
}

int ranking_results_print(const ranking_results *r)
{
    printf("users");
    for (int s = 0; s < r->n_supports; s++) {
        printf("%s %lld (%s)", s ? "," : "", (long long)ranking_results_tasks(r, s), r->supports[s].text);
    }
    printf("; %lld seed%s; * is the best of its column\n", (long long)r->seeds, r->seeds > 1 ? "s" : "");
    print_metrics(r, R20, NDCG10);
    if (r->options->candidates) print_metrics(r, HR10_SAMPLED, NDCG10_SAMPLED);
    putchar('\n');
    for (int m = 0; m < r->n_methods; m++) print_settings(r, m);
    return cli_finish();
}
