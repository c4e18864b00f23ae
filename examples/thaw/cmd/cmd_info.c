/* SPDX-License-Identifier: Apache-2.0 */

/* thaw info: print the properties of a model and of this build. */

#include <inttypes.h>
#include <stdio.h>

#include "cli.h"
#include "json_output.h"

static const char *const help[] = {
    "usage: thaw info [--model MODEL] [--json]\n"
    "Print the properties of a model and of this build.\n\n"
    "  --model MODEL   written by thaw pretrain; without it, print the build only\n"
    "  --json          print one object\n\n"
    "  thaw info --model ml.thaw\n",
    NULL,
};

static json_t *weighting_to_json(const thaw_event_weighting *w)
{
    json_t *object = json_object();
    json_out_float(object, "weight", w->weight);
    json_out_float(object, "target", w->target);
    json_out_float(object, "exponent", w->exponent);
    return object;
}

static json_t *params_to_json(const thaw_model *model)
{
    json_t *list = json_array();
    thaw_param_info p;
    thaw_param_info_init(&p, sizeof p);
    for (int64_t k = 0; thaw_model_get_param(model, &p, k) == THAW_OK; k++) {
        json_t *object = json_object();
        json_out_text(object, "name", p.name);
        json_out_text(object, "type", p.type);
        if (p.is_number) {
            json_out_real(object, "value", p.value);
        } else {
            json_out_integer(object, "rows", p.rows);
            json_out_integer(object, "columns", p.columns);
            json_out_integer(object, "bytes", p.bytes);
        }
        json_array_append_new(list, object);
    }
    return list;
}

static void print_params(const thaw_model *model)
{
    thaw_param_info p;
    thaw_param_info_init(&p, sizeof p);
    puts("parameters");
    for (int64_t k = 0; thaw_model_get_param(model, &p, k) == THAW_OK; k++) {
        if (p.is_number) {
            printf("  %-22s %s %g\n", p.name, p.type, p.value);
        } else if (p.columns) {
            printf("  %-22s %s [%" PRId64 ", %" PRId64 "]\n", p.name, p.type, p.rows, p.columns);
        } else {
            printf("  %-22s %s [%" PRId64 "]\n", p.name, p.type, p.rows);
        }
    }
}

static int print_json(const thaw_model_info *m, const thaw_model *model)
{
    json_t *object = json_object();
    json_out_text(object, "build", thaw_build_info());
    json_out_integer(object, "version", thaw_version());
    if (!model) return json_out_print(object);

    char id[17];
    snprintf(id, sizeof id, "%016" PRIx64, m->id);
    json_out_text(object, "id", id);
    json_out_integer(object, "rank", m->rank);
    json_out_integer(object, "items", m->items);
    json_out_integer(object, "item_features", m->item_features);
    json_out_integer(object, "user_features", m->user_features);
    json_out_integer(object, "trained_users", m->trained_users);
    json_out_integer(object, "trained_events", m->trained_events);
    json_out_integer(object, "steps", m->steps);
    json_out_real(object, "mean", m->mean);
    json_out_real(object, "noise", m->noise);
    json_out_float(object, "rating_min", m->rating_min);
    json_out_float(object, "rating_max", m->rating_max);
    json_out_float(object, "half_life", m->half_life);
    json_out_text(object, "objective", m->objective == THAW_OBJECTIVE_RATING ? "rating" : "ranking");
    json_t *events = json_array(), *weightings = json_array();
    for (int32_t i = 0; i < m->events; i++) {
        const char *name;
        thaw_event_weighting w;
        if (thaw_model_event_name(model, &name, i) == THAW_OK) json_array_append_new(events, json_string(name));
        if (thaw_model_get_event_weighting(model, i, &w) != THAW_OK) continue;
        json_array_append_new(weightings, weighting_to_json(&w));
    }
    json_object_set_new(object, "events", events);
    json_object_set_new(object, "parameters", params_to_json(model));
    if (json_array_size(weightings)) json_object_set(object, "weightings", weightings);
    json_decref(weightings);
    return json_out_print(object);
}

static void print_event(const thaw_model *model, int32_t event)
{
    const char *name;
    thaw_event_weighting w;
    if (thaw_model_event_name(model, &name, event) != THAW_OK) return;
    printf("event          %s", name);
    if (thaw_model_get_event_weighting(model, event, &w) == THAW_OK) {
        printf(": weight %.3g, target %.3g, exponent of values %.3g", (double)w.weight, (double)w.target,
               (double)w.exponent);
    }
    putchar('\n');
}

static int print_text(const thaw_model_info *m, const thaw_model *model)
{
    if (model) {
        printf("id             %016" PRIx64 "\n", m->id);
        printf("rank           %" PRId32 "\n", m->rank);
        printf("items          %" PRId64 "\n", m->items);
        printf("item features  %" PRId64 "\n", m->item_features);
        printf("user features  %" PRId64 "\n", m->user_features);
        printf("trained on     %" PRId64 " events of %" PRId64 " users, %" PRId64 " steps\n", m->trained_events,
               m->trained_users, m->steps);
        if (m->objective == THAW_OBJECTIVE_RATING) {
            printf("ratings        %g … %g, mean %.4f, noise %.4f\n", (double)m->rating_min, (double)m->rating_max,
                   m->mean, m->noise);
        }
        if (m->half_life > 0) printf("half-life      %g\n", (double)m->half_life);
        for (int32_t i = 0; i < m->events; i++) print_event(model, i);
        print_params(model);
    }
    printf("build          %s\n", thaw_build_info());
    return cli_finish();
}

int cmd_info(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    const char *path = NULL;
    int json = 0;
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        if (o == 'm') path = optarg;
        if (o == 'j') json = 1;
    }

    thaw_model *model = NULL;
    thaw_model_info info;
    if (thaw_model_info_init(&info, sizeof info) != THAW_OK) return cli_fail();
    if (path && thaw_model_map(&model, path, NULL) != THAW_OK) return cli_fail_at(path);
    int bad = model && thaw_model_get_info(model, &info) != THAW_OK ? cli_fail() : 0;
    if (!bad) bad = json ? print_json(&info, model) : print_text(&info, model);
    thaw_model_free(model);
    return bad;
}
