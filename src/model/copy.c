/* SPDX-License-Identifier: Apache-2.0
 * A deep copy of a model. It reads the original and writes nothing of it, so others may go on scoring; what lies in a mapped
 * file comes onto the heap. The copy is zeroed first and filled part by part: thaw__model_free() ends it wherever it stops. */
#include <string.h>

#include "model.h"
#include "status.h"

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

/* What the shapes of the table come from. */
static thaw_status copy_names(thaw_model *to, const thaw_model *from)
{
    const thaw_allocator *a = &to->config.allocator;
    THAW__TRY(thaw__keymap_copy(&to->items, &from->items, a));
    THAW__TRY(thaw__keymap_copy(&to->events, &from->events, a));
    THAW__TRY(copy_features(&to->item_prior.features, &from->item_prior.features, a));
    THAW__TRY(copy_features(&to->user_prior.features, &from->user_prior.features, a));
    to->item_prior.dim = from->item_prior.dim;
    to->user_prior.dim = from->user_prior.dim;
    to->features.n = from->features.n;
    to->n_retired = from->n_retired;
    return from->ranking ? thaw__ranking_create(&to->ranking, from->ranking->n_kinds, a) : THAW_OK;
}

static thaw_status copy_numbers(thaw_model *to, const thaw_model *from)
{
    thaw__params made, read;
    thaw__model_params(to, &made);
    thaw__model_params_read(from, &read);
    return thaw__params_copy(&made, &read, &to->config.allocator);
}

thaw_status thaw__model_copy(thaw_model **out, const thaw_model *from)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    THAW__TRY(thaw__model_begin(&m, &from->config, from->rank));
    m->objective = from->objective;
    m->link = from->link;
    m->noise2 = from->noise2;
    m->id = from->id;
    THAW__TRY_GOTO(copy_names(m, from));
    THAW__TRY_GOTO(copy_numbers(m, from));
    THAW__TRY_GOTO(copy_codes(&m->codes, &from->codes, &m->config.allocator));
    *out = m;
    return THAW_OK;
fail:
    thaw__model_free(m);
    return st;
}
