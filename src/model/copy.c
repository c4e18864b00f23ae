/* SPDX-License-Identifier: Apache-2.0
 * A deep copy of a model. It reads the original and writes nothing of it, so others may go on scoring; what lies in a mapped
 * file comes onto the heap. The copy is zeroed first and filled part by part: thaw__model_free() ends it wherever it stops. */
#include <string.h>

#include "model.h"
#include "status.h"

static thaw_status dup_array(void *to, const void *from, size_t count, size_t size, const thaw_allocator *a)
{
    void *made;
    if (!from) return THAW_OK;
    made = thaw__dup(a, from, count, size);
    if (!made) return THAW_E_NOMEM;
    memcpy(to, &made, sizeof made);
    return THAW_OK;
}

static thaw_status copy_ranking(thaw__ranking **out, const thaw_model *m, const thaw_allocator *a)
{
    const thaw__ranking *from = m->ranking;
    THAW__TRY(thaw__ranking_create(out, m->stride, from->n_kinds, a));
    thaw__ranking *r = *out, made = *r;
    *r = *from;
    r->silent = made.silent;
    r->pull = made.pull;
    r->kinds = made.kinds;
    r->rule = made.rule;
    r->reach = r->popular = r->again = NULL; /* arrays of items follow */
    for (int k = 0; k < THAW__RULE_KNOTS; k++) r->offset[k] = NULL;
    r->near = (thaw__lists){0};
    memcpy(r->silent, from->silent, (size_t)m->stride * sizeof *r->silent);
    memcpy(r->pull, from->pull, (size_t)m->stride * sizeof *r->pull);
    memcpy(r->kinds, from->kinds, (size_t)r->n_kinds * sizeof *r->kinds);
    memcpy(r->rule, from->rule, THAW__N_RULES * sizeof *r->rule);
    const size_t n = from->near.start ? (size_t)from->near.start[m->items.n] : 0;
    THAW__TRY(dup_array(&r->near.start, from->near.start, (size_t)m->items.n + 1, sizeof *r->near.start, a));
    THAW__TRY(dup_array(&r->near.item, from->near.item, n, sizeof *r->near.item, a));
    return dup_array(&r->near.tie, from->near.tie, n, sizeof *r->near.tie, a);
}

static thaw_status copy_features(thaw__features *out, const thaw__features *from, const thaw_allocator *a)
{
    out->allocator = *a;
    out->width = from->width;
    if (!from->columns) return THAW_OK;
    out->columns = thaw__alloc0(a, from->n, sizeof *out->columns);
    if (!out->columns) return THAW_E_NOMEM;
    for (; out->n < from->n; out->n++) {
        thaw__feature *to = &out->columns[out->n];
        *to = from->columns[out->n];
        thaw__keymap_init(&to->tokens, a);
        THAW__TRY(thaw__keymap_copy(&to->tokens, &from->columns[out->n].tokens, a));
    }
    return THAW_OK;
}

static thaw_status copy_prior(thaw__prior *out, const thaw__prior *from, const thaw_allocator *a)
{
    const size_t n = from->features.n, width = (size_t)from->features.width, dim = (size_t)from->dim;
    out->dim = from->dim;
    THAW__TRY(copy_features(&out->features, &from->features, a));
    THAW__TRY(dup_array(&out->centre, from->centre, dim, sizeof(float), a));
    THAW__TRY(dup_array(&out->weights, from->weights, width * dim, sizeof(float), a));
    THAW__TRY(dup_array(&out->column_mean, from->column_mean, n * dim, sizeof(float), a));
    THAW__TRY(dup_array(&out->mass, from->mass, width, sizeof(float), a));
    return dup_array(&out->ridge, from->ridge, n, sizeof(float), a);
}

static thaw_status copy_codes(thaw__codes *out, const thaw__codes *from, const thaw_allocator *a)
{
    THAW__TRY(thaw__codes_reserve(out, from->n, from->d, from->stride, a));
    uint8_t *coarse = out->coarse, *fine = out->fine;
    const size_t size = (size_t)((from->n + THAW__TILE - 1) / THAW__TILE * thaw__tile_bytes(from->stride));
    *out = *from;
    out->coarse = coarse;
    out->fine = fine;
    if (!from->n) return THAW_OK;
    memcpy(coarse, from->coarse, size);
    memcpy(fine, from->fine, size);
    return THAW_OK;
}

static thaw_status copy_items(thaw_model *to, const thaw_model *from)
{
    thaw_model reading = *from; /* the list of arrays is made of a model that may be written to; this one is not */
    thaw__item_array arrays[THAW__ITEM_ARRAYS], made[THAW__ITEM_ARRAYS];
    const int n = thaw__model_item_arrays(&reading, arrays);
    thaw__model_item_arrays(to, made);
    for (int k = 0; k < n; k++)
        THAW__TRY(dup_array(made[k].at, *arrays[k].at, (size_t)(from->items.n * arrays[k].columns), sizeof(float),
                            &to->config.allocator));
    return dup_array(&to->retired, from->retired, (size_t)from->n_retired, 1, &to->config.allocator);
}

static thaw_status copy_names(thaw_model *to, const thaw_model *from)
{
    const thaw_allocator *a = &to->config.allocator;
    const size_t nonzeros = from->features.n ? (size_t)from->features.start[from->features.n] : 0;
    THAW__TRY(thaw__keymap_copy(&to->items, &from->items, a));
    THAW__TRY(thaw__keymap_copy(&to->events, &from->events, a));
    THAW__TRY(copy_prior(&to->item_prior, &from->item_prior, a));
    THAW__TRY(copy_prior(&to->user_prior, &from->user_prior, a));
    to->features.n = from->features.n;
    THAW__TRY(dup_array(&to->features.start, from->features.start, (size_t)from->features.n + 1, sizeof(int64_t), a));
    THAW__TRY(dup_array(&to->features.column, from->features.column, nonzeros, sizeof(int32_t), a));
    return dup_array(&to->features.value, from->features.value, nonzeros, sizeof(float), a);
}

thaw_status thaw__model_copy(thaw_model **out, const thaw_model *from)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    THAW__TRY(thaw__model_begin(&m, &from->config, from->rank));
    const thaw_allocator *a = &m->config.allocator;
    m->objective = from->objective;
    m->mean = from->mean;
    m->scale = from->scale;
    m->mean_surplus = from->mean_surplus;
    m->noise2 = from->noise2;
    m->link = from->link;
    m->rating_min = from->rating_min;
    m->rating_max = from->rating_max;
    m->half_life = from->half_life;
    m->steps = from->steps;
    m->trained_users = from->trained_users;
    m->trained_events = from->trained_events;
    m->mass = from->mass;
    m->id = from->id;
    m->n_retired = from->n_retired;
    memcpy(m->gamma, from->gamma, (size_t)m->dim * (size_t)m->dim * sizeof *m->gamma);
    memcpy(m->moment, from->moment, (size_t)m->rank * (size_t)m->rank * sizeof *m->moment);
    if (from->ranking) THAW__TRY_GOTO(copy_ranking(&m->ranking, from, a));
    THAW__TRY_GOTO(copy_names(m, from));
    THAW__TRY_GOTO(copy_items(m, from));
    THAW__TRY_GOTO(copy_codes(&m->codes, &from->codes, a));
    *out = m;
    return THAW_OK;
fail:
    thaw__model_free(m);
    return st;
}
