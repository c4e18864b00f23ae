/* SPDX-License-Identifier: Apache-2.0
 * A deep copy of a model. The original is only from_params, so other threads may use it; arrays in a mapped file are
 * copied to the heap. The copy is zeroed first and filled part by part, so that thaw__model_free() can free it at any
 * point.
 */
#include <string.h>

#include "model.h"
#include "status.h"

/* Set every array of the table to NULL: the state was copied as bytes and still points to the original's arrays. */
static void detach_arrays(thaw_model *m)
{
    thaw__params t;
    thaw__model_params(m, &t);
    for (int k = 0; k < t.n; k++)
        if (t.row[k].rows != THAW__NUMBER) thaw__param_set(&t.row[k], NULL);
}

static thaw_status copy_names(thaw_model *to, const thaw_model *from)
{
    const thaw_allocator *a = &to->config.allocator;
    THAW__TRY(thaw__keymap_copy(&to->events, &from->events, a));
    THAW__TRY(thaw__prior_copy_features(&to->user_prior, &from->user_prior, a));
    return thaw__catalogue_copy_names(to->catalogue, from->catalogue, a);
}

static thaw_status copy_numbers(thaw_model *to, const thaw_model *from)
{
    thaw__params to_params, from_params;
    thaw__model_params(to, &to_params);
    thaw__model_params_read(from, &from_params);
    return thaw__params_copy(&to_params, &from_params, &to->config.allocator);
}

thaw_status thaw__model_copy(thaw_model **out, const thaw_model *from)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    THAW__TRY(thaw__model_begin(&m, &from->config, from->type, from->rank));
    memcpy(m->state, from->state, from->type->state_bytes);
    detach_arrays(m);
    m->id = from->id;
    THAW__TRY_GOTO(copy_names(m, from));
    THAW__TRY_GOTO(copy_numbers(m, from));
    THAW__TRY_GOTO(thaw__codes_copy(&m->catalogue->codes, &from->catalogue->codes, &m->config.allocator));
    *out = m;
    return THAW_OK;
fail:
    thaw__model_free(m);
    return st;
}
