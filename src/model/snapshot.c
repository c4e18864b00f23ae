/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"

#include <string.h>

enum { PRIOR_ARRAYS = 5, N_ARRAYS = THAW__ITEM_ARRAYS + 2 + 2 * PRIOR_ARRAYS };

typedef struct array {
    float *at;
    size_t size;
} array;

static void arrays_of_prior(const thaw__prior *p, array *a)
{
    const size_t dim = (size_t)p->dim, width = (size_t)p->features.width, columns = p->features.n;
    const array all[PRIOR_ARRAYS] = {
        {p->centre, dim}, {p->weights, width * dim}, {p->column_mean, columns * dim}, {p->mass, width}, {p->ridge, columns},
    };
    memcpy(a, all, sizeof all);
}

/* Every learned array of a model, in one order. */
static void arrays_of(thaw_model *m, array *a)
{
    const size_t d = (size_t)m->rank, dim = (size_t)m->dim;
    thaw__item_array items[THAW__ITEM_ARRAYS];
    const int n = thaw__model_item_arrays(m, items);
    for (int k = 0; k < THAW__ITEM_ARRAYS; k++)
        *a++ = k < n ? (array){*items[k].at, (size_t)thaw__n_items(m) * (size_t)items[k].columns} : (array){NULL, 0};
    *a++ = (array){m->gamma, dim * dim};
    *a++ = (array){m->moment, d * d};
    arrays_of_prior(&m->item_prior, a);
    arrays_of_prior(&m->user_prior, a + PRIOR_ARRAYS);
}

thaw_status thaw__snapshot_take(thaw__snapshot *s, thaw_model *m)
{
    array a[N_ARRAYS];
    size_t size = 0;
    arrays_of(m, a);
    for (int k = 0; k < N_ARRAYS; k++) size += a[k].size;
    if (s->size != size) {
        thaw__snapshot_free(s, &m->config.allocator);
        s->block = thaw__alloc(&m->config.allocator, size, sizeof(float));
        if (!s->block) return THAW_E_NOMEM;
        s->size = size;
    }
    s->numbers = *m;
    float *at = s->block;
    for (int k = 0; k < N_ARRAYS; at += a[k].size, k++)
        if (a[k].size) memcpy(at, a[k].at, a[k].size * sizeof(float));
    return THAW_OK;
}

void thaw__snapshot_restore(const thaw__snapshot *s, thaw_model *m)
{
    array a[N_ARRAYS];
    arrays_of(m, a);
    const float *at = s->block;
    for (int k = 0; k < N_ARRAYS; at += a[k].size, k++)
        if (a[k].size) memcpy(a[k].at, at, a[k].size * sizeof(float));
    thaw__codes_make(&m->codes, thaw__model_scored(m), thaw__n_items(m));
    m->mean_surplus = s->numbers.mean_surplus;
    m->noise2 = s->numbers.noise2;
    m->steps = s->numbers.steps;
    m->trained_users = s->numbers.trained_users;
    m->trained_events = s->numbers.trained_events;
    m->id = s->numbers.id;
}

void thaw__snapshot_free(thaw__snapshot *s, const thaw_allocator *a)
{
    thaw__free(a, s->block);
    *s = (thaw__snapshot){0};
}
