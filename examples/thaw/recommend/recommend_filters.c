/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend_filters.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "text_lines.h"

void filters_check(const filter_options *o, int has_items)
{
    const int uses = o->group_cap > 0 || o->n_allow_groups > 0;
    if (uses && !o->group) cli_refuse("%s needs --group COLUMN", o->group_cap ? "--group-cap" : "--allow-group");
    if (o->group && !uses) cli_refuse("--group has no effect without --group-cap or --allow-group");
    if (o->group && !has_items) cli_refuse("--group needs --item, the table of its column");
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

static void add_row(filters *f, int64_t row)
{
    if (f->n_exclude == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->exclude = realloc(f->exclude, (size_t)f->room * sizeof *f->exclude);
        if (!f->exclude) exit(cli_failf("out of memory"));
    }
    f->exclude[f->n_exclude++] = row;
}

/* Items of the file that the model does not have cannot be recommended anyway: they are counted. */
static int add_file(filters *f, const thaw_model *model, const char *path)
{
    text_lines lines;
    int64_t row, unknown = 0;
    if (text_lines_read(&lines, path)) return 1;
    for (int64_t i = 0; i < lines.n; i++) {
        if (thaw_model_item_row(model, &row, lines.lines[i]) == THAW_OK) add_row(f, row);
        else unknown++;
    }
    if (unknown)
        cli_say("--exclude-file: %lld of %lld items are not in the model", (long long)unknown, (long long)lines.n);
    text_lines_free(&lines);
    return 0;
}

static int add_items(filters *f, const thaw_model *model)
{
    const filter_options *o = f->options;
    for (int i = 0; i < o->n_exclude; i++) {
        int64_t row;
        if (thaw_model_item_row(model, &row, o->exclude[i]) != THAW_OK)
            return cli_failf("--exclude %s: %s", o->exclude[i], thaw_last_error());
        add_row(f, row);
    }
    if (o->exclude_file && add_file(f, model, o->exclude_file)) return 1;
    if (f->n_exclude) qsort(f->exclude, (size_t)f->n_exclude, sizeof *f->exclude, compare_int64);
    f->query.exclude = f->exclude;
    f->query.n_exclude = f->n_exclude;
    return 0;
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

enum { TEXT = 4096 };

static int begins_with(const char *text, const char *value)
{
    const size_t n = strlen(value);
    return strncmp(text, value, n) == 0 && text[n] == ' ';
}

/* The text of the column for an item that has a group: 1, or 0 if it has none. */
static int group_text(char text[TEXT], const filters *f, const thaw_model *model, const thaw_data *data, int64_t item)
{
    const char *key;
    return f->groups[item] >= 0 && thaw_model_item_key(model, &key, item) == THAW_OK &&
           thaw_data_feature(data, text, TEXT, THAW_TABLE_ITEMS, key, f->options->group) == THAW_OK;
}

/* The group of a value; -1: none. It is the group of an item whose text is the value. In a column of several values
 * it may be the first of them only: then a group has items of different texts, which all begin with the value. */
static int32_t find_group(const filters *f, const thaw_model *model, const thaw_data *data, const char *value)
{
    char text[TEXT], first[TEXT] = "";
    int32_t group = -1;
    int different = 0;
    for (int64_t i = 0; i < f->n_items; i++) {
        if (!group_text(text, f, model, data, i)) continue;
        if (strcmp(text, value) == 0) return f->groups[i];
        if (!begins_with(text, value)) continue;
        if (group < 0) strcpy(first, text);
        if (group < 0) group = f->groups[i];
        different |= f->groups[i] == group && strcmp(text, first) != 0;
    }
    return different ? group : -1;
}

static int add_groups(filters *f, const thaw_model *model, const thaw_data *data)
{
    const filter_options *o = f->options;
    int64_t n_groups;
    if (!o->group) return 0;
    f->groups = cli_alloc((size_t)f->n_items, sizeof *f->groups);
    if (thaw_model_item_groups(model, f->groups, &n_groups, data, o->group) != THAW_OK)
        return cli_failf("--group %s: %s", o->group, thaw_last_error());
    f->allow_groups = cli_alloc((size_t)o->n_allow_groups, sizeof *f->allow_groups);
    for (int k = 0; k < o->n_allow_groups; k++) {
        f->allow_groups[k] = find_group(f, model, data, o->allow_groups[k]);
        if (f->allow_groups[k] < 0)
            return cli_failf("--allow-group %s: no item has it as its first %s", o->allow_groups[k], o->group);
    }
    f->query.groups = f->groups;
    f->query.n_groups = f->n_items;
    f->query.group_cap = o->group_cap;
    f->query.allow_groups = o->n_allow_groups ? f->allow_groups : NULL;
    f->query.n_allow_groups = o->n_allow_groups;
    return 0;
}

/* ---- query ------------------------------------------------------------------------------------------------------- */

int filters_open(filters *f, const filter_options *options, const thaw_model *model, const thaw_data *data)
{
    thaw_model_info info;
    memset(f, 0, sizeof *f);
    f->options = options;
    if (cli_model_info(&info, model)) return 1;
    if (thaw_query_init(&f->query, sizeof f->query) != THAW_OK) return cli_fail();
    f->n_items = info.items;
    f->query.top = options->top;
    return add_items(f, model) || add_groups(f, model, data);
}

void filters_close(filters *f)
{
    free(f->exclude);
    free(f->all_exclude);
    free(f->groups);
    free(f->allow_groups);
    memset(f, 0, sizeof *f);
}

thaw_query filters_exclude_history(filters *f, const thaw_event *events, int64_t n)
{
    thaw_query query = f->query;
    if (f->options->repeat || n == 0) return query;
    if (f->n_exclude + n > f->all_room) {
        free(f->all_exclude);
        f->all_room = 2 * (f->n_exclude + n);
        f->all_exclude = cli_alloc((size_t)f->all_room, sizeof *f->all_exclude);
    }
    if (f->n_exclude) memcpy(f->all_exclude, f->exclude, (size_t)f->n_exclude * sizeof *f->exclude);
    for (int64_t i = 0; i < n; i++) f->all_exclude[f->n_exclude + i] = events[i].item;
    query.exclude = f->all_exclude;
    query.n_exclude = f->n_exclude + n;
    qsort(f->all_exclude, (size_t)query.n_exclude, sizeof *f->all_exclude, compare_int64);
    return query;
}
