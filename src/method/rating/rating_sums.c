/* SPDX-License-Identifier: Apache-2.0
 * Memory of the sums. */
#include "rating_sums.h"

thaw_status thaw__rating_sums_init(thaw__rating_sums *out, const thaw_model *m)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw_allocator *a = &m->config.allocator;
    const size_t n = (size_t)thaw__n_items(m), d = (size_t)m->rank;
    *out = (thaw__rating_sums){.n_items = (int64_t)n, .packed = rating->packed, .rank = m->rank, .dim = rating->dim};
    out->ww = thaw__alloc0(a, n * (size_t)rating->packed, sizeof *out->ww);
    out->zw = thaw__alloc0(a, n * (size_t)rating->dim, sizeof *out->zw);
    out->zz = thaw__alloc0(a, n, sizeof *out->zz);
    out->rater_residual = thaw__alloc0(a, n * d, sizeof *out->rater_residual);
    out->count = thaw__alloc0(a, n, sizeof *out->count);
    out->scatter = thaw__alloc0(a, d * d, sizeof *out->scatter);
    out->prior_second_moment = thaw__alloc0(a, d * d, sizeof *out->prior_second_moment);
    thaw_status st = thaw__prior_fit_init(&out->user, &m->user_prior, a);
    const int complete =
        out->ww && out->zw && out->zz && out->rater_residual && out->count && out->scatter && out->prior_second_moment;
    if (st == THAW_OK && complete) return THAW_OK;
    thaw__rating_sums_free(out, a);
    return THAW_E_NOMEM;
}

void thaw__rating_sums_free(thaw__rating_sums *c, const thaw_allocator *a)
{
    thaw__free(a, c->ww);
    thaw__free(a, c->zw);
    thaw__free(a, c->zz);
    thaw__free(a, c->rater_residual);
    thaw__free(a, c->count);
    thaw__free(a, c->scatter);
    thaw__free(a, c->prior_second_moment);
    thaw__prior_fit_free(&c->user, a);
    *c = (thaw__rating_sums){0};
}
