/* SPDX-License-Identifier: Apache-2.0 */

/* thaw recommend: adapt to one user and print recommendations. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "json_output.h"
#include "one_user.h"
#include "titled_model.h"

static const char *const help[] = {
    "usage: thaw recommend --model MODEL [option…]\n"
    "Adapt to one user from a few events and print the items with the best predicted ratings. Without events, the\n"
    "predictions are those of the prior, given the features.\n\n"
    "  --model MODEL        written by thaw pretrain\n",
    ONE_USER_HELP,
    "  --item TABLE         item features: print title or name of items, and add items that are not in the model\n"
    "  --top N              number of recommendations (10)\n"
    "  --json               print one object: events, recommendations of item, title, mean, sd\n\n"
    "Prints the predicted rating and its standard deviation. Items of the events are not recommended.\n\n"
    "  thaw recommend --model ml.thaw --item ml-100k.item\n"
    "  thaw recommend --model ml.thaw --item ml-100k.item  --event 50::5 --event 181:rating:4\n"
    "  thaw recommend --model ml.thaw --features gender=F,age=31 --json\n",
    NULL,
};

typedef struct recommend {
    const char *model_path;
    tables tables;
    int64_t top;
    int json;
    one_user user;
    titled_model titled;
} recommend;

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
        case 'f': one_user_add_features(&r->user, optarg); break;
        case 'e': one_user_add_event(&r->user, optarg); break;
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

static int prepare(recommend *r)
{
    if (titled_model_open(&r->titled, r->model_path, &r->tables) || one_user_open(&r->user, r->titled.model)) return 1;
    if (thaw_adapt(r->titled.model, r->user.user, r->user.events, r->user.n_events) == THAW_OK) return 0;
    return cli_failf("--event: %s", thaw_last_error());
}

/* Two decimals, or as many as show two digits of the first prediction and tell apart neighbours in the list with
 * different ones; at most nine. */
static int decimals_of(const thaw_hit *hits, int64_t n)
{
    char text[2][48];
    int decimals = decimals_for(n ? (double)hits[0].mean : 0);
    for (int64_t i = 1; i < n; i++) {
        for (; hits[i].mean != hits[i - 1].mean && decimals < 9; decimals++) {
            for (int k = 0; k < 2; k++) snprintf(text[k], sizeof *text, "%.*f", decimals, (double)hits[i - k].mean);
            if (strcmp(text[0], text[1]) != 0) break;
        }
    }
    return decimals;
}

static int print_table(const recommend *r, const thaw_hit *hits, int64_t n)
{
    const int decimals = decimals_of(hits, n);
    for (int64_t i = 0; i < n; i++) {
        const char *key;
        char title[TITLE_BYTES];
        if (titled_model_item(&key, title, &r->titled, hits[i].item)) return 1;
        printf("%*.*f ± %.*f  %-10s %s\n", 4 + decimals, decimals, (double)hits[i].mean, decimals,
               sqrt((double)hits[i].variance), key, title);
    }
    return cli_finish();
}

static int print_json(const recommend *r, const thaw_hit *hits, int64_t n)
{
    json_t *object = json_object(), *list = json_array();
    for (int64_t i = 0; i < n; i++) {
        json_t *one = titled_model_json(&r->titled, hits[i].item);
        json_out_float(one, "mean", hits[i].mean);
        json_out_real(one, "sd", sqrt((double)hits[i].variance));
        json_array_append_new(list, one);
    }
    json_out_integer(object, "events", r->user.n_events);
    json_object_set_new(object, "recommendations", list);
    return json_out_print(object);
}

static int print_recommendations(const recommend *r)
{
    int64_t known[ONE_USER_MOST];
    for (int i = 0; i < r->user.n_events; i++) known[i] = r->user.events[i].item;
    qsort(known, (size_t)r->user.n_events, sizeof *known, compare_int64);
    thaw_query query;
    if (thaw_query_init(&query, sizeof query) != THAW_OK) return cli_fail();
    query.top = r->top;
    query.exclude = known;
    query.n_exclude = r->user.n_events;

    thaw_hit *hits = cli_alloc((size_t)r->top, sizeof *hits);
    int64_t n = 0;
    int bad = thaw_recommend(r->titled.model, r->user.user, hits, &n, &query) == THAW_OK ? 0 : cli_fail();
    if (!bad) bad = r->json ? print_json(r, hits, n) : print_table(r, hits, n);
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
    one_user_close(&r.user);
    titled_model_close(&r.titled);
    return bad;
}
