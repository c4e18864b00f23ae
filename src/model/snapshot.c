/* SPDX-License-Identifier: Apache-2.0
 * Taking and restoring snapshots. */
#include "snapshot.h"

#include <string.h>

#include "status.h"

static thaw_status take_row(thaw__snapshot *s, int k, const thaw__param *p, const thaw_allocator *a)
{
    const size_t bytes = thaw__param_bytes(p);
    if (!s->copy[k] || s->bytes[k] != bytes) {
        thaw__free(a, s->copy[k]);
        s->copy[k] = thaw__alloc(a, bytes, 1);
        if (!s->copy[k]) return THAW_E_NOMEM;
        s->bytes[k] = bytes;
    }
    if (bytes) memcpy(s->copy[k], thaw__param_data(p), bytes);
    return THAW_OK;
}

thaw_status thaw__snapshot_take(thaw__snapshot *s, thaw_model *m, unsigned roles)
{
    thaw__params t;
    thaw__model_params(m, &t);
    for (int k = 0; k < t.n; k++)
        if (t.row[k].role & roles) THAW__TRY(take_row(s, k, &t.row[k], &m->config.allocator));
    s->n = t.n;
    s->id = m->id;
    return THAW_OK;
}

static void restore_row(thaw__snapshot *s, int k, const thaw__param *p, thaw_model *m)
{
    if (s->bytes[k] == thaw__param_bytes(p)) {
        if (s->bytes[k]) memcpy(thaw__param_data(p), s->copy[k], s->bytes[k]);
        return;
    }
    thaw__param_release(p, &m->map, &m->config.allocator);
    thaw__param_set(p, s->copy[k]);
    s->copy[k] = NULL;
}

void thaw__snapshot_restore(thaw__snapshot *s, thaw_model *m)
{
    thaw__params t;
    if (!s->n) return;
    thaw__model_params(m, &t);
    for (int k = 0; k < s->n; k++)
        if (s->copy[k]) restore_row(s, k, &t.row[k], m);
    thaw__model_code_rows(m);
    m->id = s->id;
}

void thaw__snapshot_free(thaw__snapshot *s, const thaw_allocator *a)
{
    for (int k = 0; k < THAW__PARAMS; k++) thaw__free(a, s->copy[k]);
    *s = (thaw__snapshot){0};
}
