/* SPDX-License-Identifier: Apache-2.0 */

/* The results of the ranking protocol as JSON. */

#include <stdio.h>

#include "json_output.h"
#include "ranking_results.h"

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

/* The tuned settings of each seed; no key for a method without hyper-parameters. */
static void put_settings(json_t *object, const ranking_results *r, int method, int support)
{
    json_t *list = json_array();
    for (int64_t k = 0; k < r->seeds; k++) {
        const ranking_run *run = ranking_results_run(r, k, method);
        const baseline_setting *setting = &run->settings[support];
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
    support_size_to_json(object, &r->supports[support]);
    json_out_integer(object, "tasks", ranking_results_tasks(r, support));
    if (ranking_results_has_model(r)) put_metrics(object, r, 0, support);
    json_t *baselines = json_object();
    for (int m = ranking_results_has_model(r); m < r->n_methods; m++) {
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
    if (o->known_event) json_out_text(object, "known_event", o->known_event);
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
