/* SPDX-License-Identifier: Apache-2.0 */

/* thaw similar: the items that are most like an item. */

#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "json_output.h"
#include "titled_model.h"

static const char *const help[] = {
    "usage: thaw similar --model MODEL --to ITEM [option…]\n"
    "Print the items most similar to an item: the cosine of their vectors in the model, 1 for the same direction.\n\n"
    "  --model MODEL        written by thaw pretrain\n"
    "  --to ITEM            key of the item\n"
    "  --item TABLE         item features: print title or name of items, and add items that are not in the model\n"
    "  --top N              number of items (10)\n"
    "  --json               print one object: item, title, similar, an array of item, title, cosine\n\n"
    "Of ratings, similar items are liked by the same users; of a ranking, they follow on the same items. What follows\n"
    "on the item itself: thaw recommend --event ITEM\n\n"
    "  thaw similar --model ml.thaw --item ml-100k.item --to 50\n",
    NULL,
};

typedef struct similar {
    const char *model_path, *key;
    tables tables;
    int64_t top;
    int json;
} similar;

static void read_arguments(similar *s, int argc, char **argv)
{
    static const struct option options[] = {
        TABLES_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {"model", required_argument, NULL, 'm'},
        {"to", required_argument, NULL, 'i'},
        {"top", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = cli_option(argc, argv, options, help)) != -1;) {
        switch (o) {
        case 'm': s->model_path = optarg; break;
        case 'i': s->key = optarg; break;
        case 't': s->top = cli_integer("--top", optarg, 1, 1000000); break;
        case 'j': s->json = 1; break;
        default: tables_option(&s->tables, o, optarg);
        }
    }
    cli_require("--model", s->model_path);
    cli_require("--to", s->key);
    tables_refuse(&s->tables, TABLES_INTER, "the model has learned from events");
    tables_refuse(&s->tables, TABLES_USER, "items are compared, not users");
    tables_refuse(&s->tables, TABLES_WHERE, "it selects events of --inter");
}

static int print_table(const titled_model *m, const thaw_hit *hits, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const char *key;
        char title[TITLE_BYTES];
        if (item_names(&key, title, m->model, m->data, hits[i].item)) return 1;
        printf("%8.4f  %-10s %s\n", (double)hits[i].mean, key, title);
    }
    return cli_finish();
}

static int print_json(const titled_model *m, int64_t row, const thaw_hit *hits, int64_t n)
{
    json_t *object = titled_model_json(m, row), *list = json_array();
    for (int64_t i = 0; i < n; i++) {
        json_t *one = titled_model_json(m, hits[i].item);
        json_out_float(one, "cosine", hits[i].mean);
        json_array_append_new(list, one);
    }
    json_object_set_new(object, "similar", list);
    return json_out_print(object);
}

static int print_similar(const similar *s, const titled_model *m)
{
    int64_t row, n = 0;
    thaw_query query;
    if (titled_model_row(&row, m, "--to", s->key)) return 1;
    if (thaw_query_init(&query, sizeof query) != THAW_OK) return cli_fail();
    query.top = s->top;
    thaw_hit *hits = cli_alloc((size_t)s->top, sizeof *hits);
    int bad = thaw_similar_items(m->model, hits, &n, row, &query) == THAW_OK ? 0 : cli_fail();
    if (!bad) bad = s->json ? print_json(m, row, hits, n) : print_table(m, hits, n);
    free(hits);
    return bad;
}

int cmd_similar(int argc, char **argv)
{
    similar s = {.top = 10};
    titled_model m = {0};
    read_arguments(&s, argc, argv);
    int bad = titled_model_open(&m, s.model_path, &s.tables);
    if (!bad) bad = print_similar(&s, &m);
    titled_model_close(&m);
    return bad;
}
