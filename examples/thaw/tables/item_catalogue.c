/* SPDX-License-Identifier: Apache-2.0 */
#include "item_catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"

/* ---- key index ---- */

/* The slot that holds text, or the free slot where it is to be inserted. */
static int64_t slot_of(const key_index *index, const char *text)
{
    int64_t s = (int64_t)(draw_key(text) & (uint64_t)(index->n_slots - 1));
    while (index->slots[s] && strcmp(index->texts[index->slots[s] - 1], text) != 0) s = (s + 1) & (index->n_slots - 1);
    return s;
}

static void grow(key_index *index)
{
    const int64_t n_slots = index->n_slots ? 2 * index->n_slots : 64;
    const char **texts = cli_alloc((size_t)n_slots / 2, sizeof *texts);
    if (index->n) memcpy(texts, index->texts, (size_t)index->n * sizeof *texts);
    free(index->texts);
    free(index->slots);
    index->texts = texts;
    index->slots = cli_alloc((size_t)n_slots, sizeof *index->slots);
    index->n_slots = n_slots;
    for (int64_t row = 0; row < index->n; row++) index->slots[slot_of(index, texts[row])] = row + 1;
}

int64_t key_index_find(const key_index *index, const char *text)
{
    return index->n ? index->slots[slot_of(index, text)] - 1 : -1;
}

int64_t key_index_add(key_index *index, const char *text)
{
    if (2 * index->n >= index->n_slots) grow(index);
    const int64_t s = slot_of(index, text);
    if (!index->slots[s]) {
        index->texts[index->n++] = text;
        index->slots[s] = index->n;
    }
    return index->slots[s] - 1;
}

void key_index_free(key_index *index)
{
    free(index->texts);
    free(index->slots);
    memset(index, 0, sizeof *index);
}

/* ---- catalogue ---- */

int catalogue_from_model(catalogue *out, const thaw_model *model)
{
    memset(out, 0, sizeof *out);
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    const char *text;
    for (int64_t row = 0; row < info.items; row++) {
        if (thaw_model_item_key(model, &text, row) != THAW_OK) return cli_fail();
        key_index_add(&out->items, text);
    }
    for (int32_t event = 0; event < info.events; event++) {
        if (thaw_model_event_name(model, &text, event) != THAW_OK) return cli_fail();
        key_index_add(&out->events, text);
    }
    return 0;
}

/* Add the event names of data, and with items the item keys. */
static int add_names(key_index *items, key_index *events, const thaw_data *data)
{
    const int64_t n = thaw_data_n_events(data);
    thaw_event_view view;
    for (int64_t i = 0; i < n; i++) {
        if (thaw_data_event(data, &view, i) != THAW_OK) return cli_fail();
        if (items) key_index_add(items, view.item);
        key_index_add(events, view.event);
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
    key_index_free(&c->items);
    key_index_free(&c->events);
}
