/* SPDX-License-Identifier: Apache-2.0 */

/* thaw recommend: adapt to one user and print recommendations. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "json_output.h"
#include "tables.h"

static const char *const help[] = {
    "usage: thaw recommend --model MODEL [option…]\n"
    "Adapt to one user from a few events and print the items with the best predicted ratings. Without events, the\n"
    "predictions are those of the prior, given the features.\n\n"
    "  --model MODEL        written by thaw pretrain\n"
    "  --features K=V,…     user features, with the column names of the training; may repeat\n"
    "  --event EVENT        ITEM[:NAME[:VALUE[:TIME]]], may repeat; an empty NAME is the first event name of the\n"
    "                       model; \\: is a colon in ITEM\n"
    "  --item TABLE         item features: print title or name of items, and add items that are not in the model\n"
    "  --top N              number of recommendations (10)\n"
    "  --json               print one object: events, recommendations of item, title, mean, sd\n\n"
    "Prints the predicted rating and its standard deviation. Items of the events are not recommended.\n\n"
    "  thaw recommend --model ml.thaw --item ml-100k.item\n"
    "  thaw recommend --model ml.thaw --item ml-100k.item  --event 50::5 --event 181:rating:4\n"
    "  thaw recommend --model ml.thaw --features gender=F,age=31 --json\n",
    NULL,
};

enum { MAX = 1000 };

typedef struct recommend {
    const char *model_path;
    tables tables;
    const char *names[MAX], *values[MAX]; /* features */
    int n_features;
    char *event_texts[MAX];
    int n_events;
    int64_t top;
    int json;

    thaw_model *model;
    thaw_data *data; /* NULL without --item */
    thaw_user *user;
    thaw_event events[MAX];
} recommend;

static void add_features(recommend *r, char *text)
{
    char *pairs[MAX];
    const int n = cli_list("--features", text, pairs, MAX);
    for (int i = 0; i < n; i++) {
        if (r->n_features == MAX) cli_refuse("more than %d features", MAX);
        r->values[r->n_features] = cli_pair("--features", pairs[i]);
        r->names[r->n_features++] = pairs[i];
    }
}

static void read_arguments(recommend *r, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"features", required_argument, NULL, 'f'},
        {"event", required_argument, NULL, 'e'},
        {"top", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'm': r->model_path = optarg; break;
        case 'f': add_features(r, optarg); break;
        case 'e':
            if (r->n_events == MAX) cli_refuse("more than %d events", MAX);
            r->event_texts[r->n_events++] = optarg;
            break;
        case 't': r->top = cli_integer("--top", optarg, 1, 1000000); break;
        case 'j': r->json = 1; break;
        default: tables_option(&r->tables, o, optarg);
        }
    }
    cli_require("--model", r->model_path);
    tables_refuse(&r->tables, TABLES_INTER, "events of the user are given by --event");
    tables_refuse(&r->tables, TABLES_USER, "features of the user are given by --features");
    tables_refuse(&r->tables, TABLES_WHERE, "it selects events of --inter");
}

/* Split the part before the next colon off *rest, in place; NULL after the last part. "\\:" is a colon of the part. */
static char *split_off(char **rest)
{
    char *part = *rest;
    if (!part) return NULL;
    char *to = part;
    for (char *from = part;; from++) {
        if (from[0] == '\\' && from[1] == ':') from++;
        else if (*from == ':' || *from == '\0') {
            *rest = *from ? from + 1 : NULL;
            *to = '\0';
            return part;
        }
        *to++ = *from;
    }
}

/* Parse ITEM[:NAME[:VALUE[:TIME]]] with the rows of the model: 0, or 1 with a message. */
static int read_event(thaw_event *out, const thaw_model *model, int ranks, char *text)
{
    char *rest = text;
    const char *item = split_off(&rest), *name = split_off(&rest), *value = split_off(&rest), *time = rest;
    memset(out, 0, sizeof *out);
    if (thaw_model_item_row(model, &out->item, item) != THAW_OK ||
        (name && *name && thaw_model_event_id(model, &out->event, name) != THAW_OK))
        return cli_failf("--event %s: %s", item, thaw_last_error());
    if (value && *value) out->value = (float)cli_number("VALUE of --event", value, -1e30, 1e30);
    else if (ranks) out->value = NAN;
    else cli_refuse("--event %s has no value; a rating model needs one: %s::VALUE", item, item);
    out->time = time && *time ? cli_time("TIME of --event", time) : 0;
    return 0;
}

static int prepare(recommend *r)
{
    if (thaw_model_map(&r->model, r->model_path, NULL) != THAW_OK) return cli_fail_at(r->model_path);
    if (r->tables.item) {
        if (tables_read(&r->data, &r->tables)) return 1;
        if (thaw_model_add_items(r->model, NULL, r->data) != THAW_OK) return cli_fail();
    }
    thaw_model_info info;
    if (cli_model_info(&info, r->model)) return 1;
    for (int i = 0; i < r->n_events; i++) {
        if (read_event(&r->events[i], r->model, info.objective == THAW_OBJECTIVE_RANKING, r->event_texts[i])) return 1;
    }
    if (thaw_user_create(&r->user, r->model) != THAW_OK) return cli_fail();
    if (r->n_features && thaw_user_set_features(r->model, r->user, r->names, r->values, r->n_features) != THAW_OK)
        return cli_failf("--features: %s", thaw_last_error());
    if (thaw_adapt(r->model, r->user, r->events, r->n_events) == THAW_OK) return 0;
    return cli_failf("--event: %s", thaw_last_error());
}

/* Get the title of an item, "" if it has none. */
static void find_title(char *out, int64_t capacity, const thaw_data *data, const char *key)
{
    *out = '\0';
    if (!data) return;
    if (thaw_data_feature(data, out, capacity, THAW_TABLE_ITEMS, key, "title") == THAW_OK && *out) return;
    *out = '\0';
    if (thaw_data_feature(data, out, capacity, THAW_TABLE_ITEMS, key, "name") != THAW_OK) *out = '\0';
}

/* Two decimals, or as many as show two digits of the first prediction and tell apart neighbours in the list with
 * different ones; at most nine. */
static int decimals_of(const thaw_hit *hits, int64_t n)
{
    char text[2][48];
    int decimals = 2;
    const double first = n ? fabs((double)hits[0].mean) : 0;
    while (first > 0 && first < pow(10, 1 - decimals) && decimals < 9) decimals++;
    for (int64_t i = 1; i < n; i++) {
        for (; hits[i].mean != hits[i - 1].mean && decimals < 9; decimals++) {
            for (int k = 0; k < 2; k++) snprintf(text[k], sizeof *text, "%.*f", decimals, (double)hits[i - k].mean);
            if (strcmp(text[0], text[1]) != 0) break;
        }
    }
    return decimals;
}

static int print_hits(const recommend *r, const thaw_hit *hits, int64_t n)
{
    const int decimals = decimals_of(hits, n);
    json_t *list = r->json ? json_array() : NULL;
    char title[512];
    for (int64_t i = 0; i < n; i++) {
        const char *key;
        if (thaw_model_item_key(r->model, &key, hits[i].item) != THAW_OK) {
            json_decref(list);
            return cli_fail();
        }
        const double sd = sqrt((double)hits[i].variance);
        find_title(title, sizeof title, r->data, key);
        if (!r->json) {
            printf("%*.*f ± %.*f  %-10s %s\n", 4 + decimals, decimals, (double)hits[i].mean, decimals, sd, key, title);
            continue;
        }
        json_t *one = json_object();
        json_out_text(one, "item", key);
        if (*title) json_out_text(one, "title", title);
        json_out_float(one, "mean", hits[i].mean);
        json_out_real(one, "sd", sd);
        json_array_append_new(list, one);
    }
    if (!r->json) return cli_finish();
    json_t *object = json_object();
    json_out_integer(object, "events", r->n_events);
    json_object_set_new(object, "recommendations", list);
    return json_out_print(object);
}

static int print_recommendations(const recommend *r)
{
    int64_t known[MAX];
    for (int i = 0; i < r->n_events; i++) known[i] = r->events[i].item;
    qsort(known, (size_t)r->n_events, sizeof *known, compare_int64);
    thaw_query query;
    if (thaw_query_init(&query, sizeof query) != THAW_OK) return cli_fail();
    query.top = r->top;
    query.exclude = known;
    query.n_exclude = r->n_events;

    thaw_hit *hits = cli_alloc((size_t)r->top, sizeof *hits);
    int64_t n = 0;
    const thaw_status st = thaw_recommend(r->model, r->user, hits, &n, &query);
    const int bad = st == THAW_OK ? print_hits(r, hits, n) : cli_fail();
    free(hits);
    return bad;
}

int cmd_recommend(int argc, char **argv)
{
    static recommend r; /* static because it is large; the process runs one verb */
    r.top = 10;
    read_arguments(&r, argc, argv);
    int bad = prepare(&r);
    if (!bad) bad = print_recommendations(&r);
    thaw_user_free(r.user);
    thaw_data_free(r.data);
    thaw_model_free(r.model);
    return bad;
}
