/* SPDX-License-Identifier: Apache-2.0 */
#include "rating_sums.h"

thaw_status thaw__rating_sums_init(thaw__rating_sums *out, const thaw_model *m)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw_allocator *a = &m->config.allocator;
    const size_t n = (size_t)thaw__n_items(m), d = (size_t)m->rank;
    *out = (thaw__rating_sums){.n_items = (int64_t)n, .packed = rating->packed, .rank = m->rank, .dim = rating->dim};
    out->square = thaw__alloc0(a, n * (size_t)rating->packed, sizeof *out->square);
    out->linear = thaw__alloc0(a, n * (size_t)rating->dim, sizeof *out->linear);
    out->chosen = thaw__alloc0(a, n * d, sizeof *out->chosen);
    out->energy = thaw__alloc0(a, n, sizeof *out->energy);
    out->count = thaw__alloc0(a, n, sizeof *out->count);
    out->scatter = thaw__alloc0(a, d * d, sizeof *out->scatter);
    out->moment = thaw__alloc0(a, d * d, sizeof *out->moment);
    thaw_status st = thaw__prior_fit_init(&out->user, &m->user_prior, a);
    int fine = out->square && out->linear && out->chosen && out->energy && out->count && out->scatter && out->moment;
    if (st == THAW_OK && fine) return THAW_OK;
    thaw__rating_sums_free(out, a);
    return THAW_E_NOMEM;
}

void thaw__rating_sums_free(thaw__rating_sums *c, const thaw_allocator *a)
{
    thaw__free(a, c->square);
    thaw__free(a, c->linear);
    thaw__free(a, c->chosen);
    thaw__free(a, c->energy);
    thaw__free(a, c->count);
    thaw__free(a, c->scatter);
    thaw__free(a, c->moment);
    thaw__prior_fit_free(&c->user, a);
    *c = (thaw__rating_sums){0};
}
