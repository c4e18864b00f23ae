/* SPDX-License-Identifier: Apache-2.0
 * Sparse rows: memory and concatenation. */
#include "sparse.h"

#include <string.h>

#include "status.h"

void thaw__sparse_free(thaw__sparse *m, const thaw_allocator *a)
{
    thaw__free(a, m->start);
    thaw__free(a, m->column);
    thaw__free(a, m->value);
    *m = (thaw__sparse){0};
}

static thaw_status allocate(thaw__sparse *m, int64_t n, int64_t nonzeros, const thaw_allocator *a)
{
    m->n = n;
    m->start = thaw__alloc0(a, (size_t)n + 1, sizeof *m->start);
    m->column = thaw__alloc(a, (size_t)nonzeros, sizeof *m->column);
    m->value = thaw__alloc(a, (size_t)nonzeros, sizeof *m->value);
    if (m->start && m->column && m->value) return THAW_OK;
    thaw__sparse_free(m, a);
    return THAW_E_NOMEM;
}

thaw_status thaw__sparse_append(thaw__sparse *a, const thaw__sparse *b, const thaw_allocator *allocator)
{
    thaw__sparse both;
    int64_t na = a->n ? a->start[a->n] : 0, nb = b->n ? b->start[b->n] : 0;
    THAW__TRY(allocate(&both, a->n + b->n, na + nb, allocator));
    for (int64_t r = 0; r < a->n; r++) both.start[r + 1] = a->start[r + 1];
    for (int64_t r = 0; r < b->n; r++) both.start[a->n + r + 1] = na + b->start[r + 1];
    if (na) memcpy(both.column, a->column, (size_t)na * sizeof *a->column);
    if (na) memcpy(both.value, a->value, (size_t)na * sizeof *a->value);
    if (nb) memcpy(both.column + na, b->column, (size_t)nb * sizeof *b->column);
    if (nb) memcpy(both.value + na, b->value, (size_t)nb * sizeof *b->value);
    thaw__sparse_free(a, allocator);
    *a = both;
    return THAW_OK;
}
