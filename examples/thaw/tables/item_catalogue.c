/* SPDX-License-Identifier: Apache-2.0 */
#include "item_catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"

/* ---- names ---- */

/* The slot where text is or belongs. */
static int64_t slot_of(const names *set, const char *text)
{
    int64_t s = (int64_t)(draw_key(text) & (uint64_t)(set->n_slots - 1));
    while (set->slots[s] && strcmp(set->texts[set->slots[s] - 1], text) != 0) s = (s + 1) & (set->n_slots - 1);
    return s;
}

static void grow(names *set)
{
    const int64_t n_slots = set->n_slots ? 2 * set->n_slots : 64;
    const char **texts = cli_alloc((size_t)n_slots / 2, sizeof *texts);
    if (set->n) memcpy(texts, set->texts, (size_t)set->n * sizeof *texts);
    free(set->texts);
    free(set->slots);
    set->texts = texts;
    set->slots = cli_alloc((size_t)n_slots, sizeof *set->slots);
    set->n_slots = n_slots;
    for (int64_t row = 0; row < set->n; row++) set->slots[slot_of(set, texts[row])] = row + 1;
}

int64_t names_find(const names *set, const char *text)
{
    return set->n ? set->slots[slot_of(set, text)] - 1 : -1;
}

int64_t names_add(names *set, const char *text)
{
    if (2 * set->n >= set->n_slots) grow(set);
    const int64_t s = slot_of(set, text);
    if (!set->slots[s]) {
        set->texts[set->n++] = text;
        set->slots[s] = set->n;
    }
    return set->slots[s] - 1;
}

void names_free(names *set)
{
    free(set->texts);
    free(set->slots);
    memset(set, 0, sizeof *set);
}

/* ---- catalogue ---- */

int catalogue_of_model(catalogue *out, const thaw_model *model)
{
    memset(out, 0, sizeof *out);
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    const char *text;
    for (int64_t row = 0; row < info.items; row++) {
        if (thaw_model_item_key(model, &text, row) != THAW_OK) return cli_fail();
        names_add(&out->items, text);
    }
    for (int32_t event = 0; event < info.events; event++) {
        if (thaw_model_event_name(model, &text, event) != THAW_OK) return cli_fail();
        names_add(&out->events, text);
    }
    return 0;
}

/* items: NULL, or where their names go too. */
static int add_names(names *items, names *events, const thaw_data *data)
{
    const int64_t n = thaw_data_n_events(data);
    thaw_event_view view;
    for (int64_t i = 0; i < n; i++) {
        if (thaw_data_event(data, &view, i) != THAW_OK) return cli_fail();
        if (items) names_add(items, view.item);
        names_add(events, view.event);
    }
    return 0;
}

int catalogue_add_data(catalogue *c, const thaw_data *data)
{
    return add_names(&c->items, &c->events, data);
}

int catalogue_add_events(catalogue *c, const thaw_data *data)
{
    return add_names(NULL, &c->events, data);
}

void catalogue_free(catalogue *c)
{
    names_free(&c->items);
    names_free(&c->events);
}
