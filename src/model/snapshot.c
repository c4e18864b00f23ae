/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"

#include <string.h>

enum { N_ARRAYS = 19 };

typedef struct array {
    float *at;
    size_t size;
} array;

/* Every learned array of a model, in one order. */
static void arrays_of(const thaw_model *m, array *a)
{
    const size_t n = (size_t)thaw__n_items(m), d = (size_t)m->rank, dim = (size_t)m->dim;
    const thaw__prior *ip = &m->item_prior, *up = &m->user_prior;
    const size_t iw = (size_t)ip->features.width, uw = (size_t)up->features.width;
    const array all[N_ARRAYS] = {
        {m->factor, n * (size_t)m->stride}, {m->cov, n * (size_t)m->packed},
        {m->base, n}, {m->spread, n}, {m->surplus, n}, {m->seen, n}, {m->noise, n},
        {m->gamma, dim * dim}, {m->moment, d * d},
        {ip->centre, dim}, {ip->weights, iw * dim}, {ip->column_mean, ip->features.n * dim}, {ip->mass, iw}, {ip->ridge, ip->features.n},
        {up->centre, d}, {up->weights, uw * d}, {up->column_mean, up->features.n * d}, {up->mass, uw}, {up->ridge, up->features.n},
    };
    memcpy(a, all, sizeof all);
}

thaw_status thaw__snapshot_take(thaw__snapshot *s, const thaw_model *m)
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
