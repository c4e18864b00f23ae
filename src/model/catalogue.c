/* SPDX-License-Identifier: Apache-2.0
 * The catalogue: keys, features, retired items. */
#include "catalogue.h"

#include <string.h>

#include "status.h"

void thaw__catalogue_init(thaw__catalogue *c, const thaw_allocator *a)
{
    *c = (thaw__catalogue){0};
    thaw__keymap_init(&c->items, a);
}

void thaw__catalogue_free(thaw__catalogue *c, const thaw_allocator *a)
{
    thaw__keymap_free(&c->items);
    thaw__prior_free(&c->prior);
    thaw__codes_free(&c->codes, a);
}

void thaw__catalogue_params(thaw__catalogue *c, thaw__params *out)
{
    const int64_t n = c->items.n, values = thaw__params_entries(c->features.start, n);
    const thaw__param rows[] = {
        {"item.feature.start", THAW__I64, n + 1, 0, &c->features.start, 0, 0, 0},
        {"item.feature.column", THAW__I32, values, 0, &c->features.column, 0, 0, 0},
        {"item.feature.value", THAW__F32, values, 0, &c->features.value, 0, 0, THAW__PARAM_MOST},
        {"item.retired", THAW__U8, c->n_retired, 0, &c->retired, THAW__OPTIONAL, 0, 1},
    };
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
    if (c->prior.dim) thaw__prior_params(&c->prior, 0, THAW__IN_ID, out);
}

thaw_status thaw__catalogue_copy_names(thaw__catalogue *to, const thaw__catalogue *from, const thaw_allocator *a)
{
    THAW__TRY(thaw__keymap_copy(&to->items, &from->items, a));
    THAW__TRY(thaw__prior_copy_features(&to->prior, &from->prior, a));
    to->features.n = from->features.n;
    to->n_retired = from->n_retired;
    return THAW_OK;
}

/* Append the keys that are new; rows[0 … *n - 1] = their rows in the table they come from. */
static thaw_status add_keys(thaw__catalogue *c, const thaw__keymap *keys, int64_t *rows, int64_t *n)
{
    for (int64_t r = 0; r < keys->n; r++) {
        const char *key = thaw__keymap_key(keys, r);
        int64_t before = c->items.n, row;
        THAW__TRY(thaw__keymap_add(&c->items, &row, key, strlen(key)));
        if (c->items.n > before) rows[(*n)++] = r;
    }
    return THAW_OK;
}

thaw_status thaw__catalogue_add(thaw__catalogue *c, int64_t *n_added, const thaw__table *items, const thaw_allocator *a)
{
    const int64_t n_old = c->items.n;
    thaw__sparse added = {0};
    int64_t *rows = thaw__alloc(a, (size_t)items->keys.n, sizeof *rows);
    *n_added = 0;
    thaw_status st = rows ? add_keys(c, &items->keys, rows, n_added) : THAW_E_NOMEM;
    if (st == THAW_OK) st = thaw__features_encode(&c->prior.features, &added, items, rows, *n_added);
    if (st == THAW_OK) st = thaw__sparse_append(&c->features, &added, a);
    if (st != THAW_OK) thaw__keymap_truncate(&c->items, n_old);
    thaw__sparse_free(&added, a);
    thaw__free(a, rows);
    return st;
}

thaw_status thaw__catalogue_retire(thaw__catalogue *c, const int64_t *rows, int64_t n, int retired,
                                   const thaw_allocator *a)
{
    if (c->n_retired < c->items.n) {
        uint8_t *marks = thaw__alloc0(a, (size_t)c->items.n, 1);
        if (!marks) return THAW_E_NOMEM;
        if (c->retired) memcpy(marks, c->retired, (size_t)c->n_retired);
        thaw__free(a, c->retired);
        c->retired = marks;
        c->n_retired = c->items.n;
    }
    for (int64_t k = 0; k < n; k++) c->retired[rows[k]] = (uint8_t)retired;
    return THAW_OK;
}

int thaw__catalogue_is_sound(const thaw__catalogue *c)
{
    const thaw__sparse *f = &c->features;
    if (f->start[0] != 0) return 0;
    for (int64_t r = 0; r < f->n; r++)
        if (f->start[r] > f->start[r + 1]) return 0;
    for (int64_t k = 0; k < f->start[f->n]; k++)
        if (f->column[k] < 0 || f->column[k] >= c->prior.features.width) return 0;
    return 1;
}
