/* SPDX-License-Identifier: Apache-2.0
 * Similar items: every row is compared, so the result is exact. */
#include "similar.h"

#include <math.h>

#include "method.h"
#include "score.h"
#include "status.h"

typedef struct comparison {
    const thaw_model *m;
    const float *rows; /* [items, stride] */
    const float *row;  /* of the item */
    int64_t item;
    float length; /* |row| */
    float least;  /* cosine of a hit */
    thaw__filter filter;
    thaw__topn best;
} comparison;

static float length_of(const comparison *c, const float *row)
{
    return sqrtf(c->m->kernels->dot(c->m->stride, row, row));
}

/* Put a row on the list, if it belongs there. A zero row is similar to nothing. */
static void compare(comparison *c, int64_t j)
{
    const float *row = c->rows + j * c->m->stride, lengths = c->length * length_of(c, row);
    if (j == c->item || !(lengths > 0)) return;
    const float cosine = fmaxf(-1, fminf(1, c->m->kernels->dot(c->m->stride, c->row, row) / lengths));
    const int64_t key = thaw__topn_key(cosine, j);
    if (cosine < c->least || !thaw__topn_accepts(&c->best, key) || !thaw__passes(&c->filter, j)) return;
    thaw__topn_push(&c->best, key);
}

thaw_status thaw__similar(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, int64_t item, const thaw_query *query)
{
    if (!m->type->scored)
        return thaw__fail(THAW_E_UNSUPPORTED, "items of objective %s have no vectors to compare", m->type->name);
    const float *rows = m->type->scored(m);
    comparison c = {.m = m,
                    .rows = rows,
                    .row = rows + item * m->stride,
                    .item = item,
                    .least = query->min_score,
                    .filter = thaw__filter_of(m, query),
                    .best = {.hits = hits, .top = query->top, .groups = query->groups, .cap = query->group_cap}};
    c.length = length_of(&c, c.row);
    if (!query->allow)
        for (int64_t j = 0; j < thaw__n_items(m); j++) compare(&c, j);
    else
        for (int64_t k = 0; k < query->n_allow; k++)
            if (k == 0 || query->allow[k] != query->allow[k - 1]) compare(&c, query->allow[k]);
    thaw__topn_sort(&c.best);
    *n_hits = c.best.n;
    return THAW_OK;
}
