/* SPDX-License-Identifier: Apache-2.0 */
#include "latent.h"

#include "precision.h"

thaw__latent_schedules thaw__latent_schedules_at(const thaw__ranking *r, thaw__interpolation at)
{
    return (thaw__latent_schedules){thaw__schedule_at(r, THAW__UNOBSERVED_PRECISION, at), thaw__schedule_at(r, THAW__RIDGE, at),
                                thaw__schedule_at(r, THAW__PRIOR_SHARE, at)};
}

enum { BLOCK = 32 }; /* rows of V_S that are summed at once */

/* A += sum of precision v v', w += sum of pull v, over items first … first + n - 1 of the evidence. */
static void add_block(float *w, thaw__precision A, const thaw_model *m, const thaw__support_weights *e, int32_t first,
                      int32_t n, thaw__latent_schedules rules)
{
    float rows[BLOCK * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    for (int32_t k = 0; k < n; k++) {
        const thaw__latent_term term = thaw__latent_term_of(thaw__ranking_of(m), e, first + k, rules);
        const float *v = thaw__ranking_of(m)->item_embedding + e->item[first + k] * m->stride;
        m->kernels->scale(m->stride, __builtin_sqrtf(term.precision), v, rows + k * m->stride);
        m->kernels->axpy(m->stride, term.pull, v, w);
    }
    thaw__precision_add_rows(A, n, rows);
}

int thaw__latent_solve(float *w, float *factor, const thaw_model *m, const thaw__support_weights *e, const float *prior)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__latent_schedules rules = thaw__latent_schedules_at(r, e->interpolation);
    const thaw__precision A = {factor, m->rank, m->stride};
    thaw__precision_clear(A);
    for (int32_t c = 0; c < m->rank; c++) factor[c * m->stride + c] = rules.ridge + rules.silence * r->gram_diag[c];
    for (int64_t c = 0; c < m->stride; c++)
        w[c] = (prior ? rules.ridge * rules.share * prior[c] : 0) - rules.silence * r->gram_popularity[c];
    for (int32_t k = 0; k < e->n; k += BLOCK) add_block(w, A, m, e, k, e->n - k < BLOCK ? e->n - k : BLOCK, rules);
    if (thaw__precision_factor(A)) return 1;
    thaw__precision_solve(A, w);
    return 0;
}

thaw__latent_schedules thaw__latent_slope(float *by_w, const float *w, float *factor, const thaw_model *m,
                                      const thaw__support_weights *e, const float *prior, float *by_precision,
                                      float *by_target)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__latent_schedules rules = thaw__latent_schedules_at(r, e->interpolation);
    thaw__latent_schedules by = {0};
    float *l = by_w;
    thaw__precision_solve((thaw__precision){factor, m->rank, m->stride}, l);
    for (int32_t c = 0; c < m->rank; c++) {
        by.ridge += l[c] * (rules.share * prior[c] - w[c]);
        by.share += l[c] * rules.ridge * prior[c];
        by.silence -= l[c] * (w[c] * r->gram_diag[c] + r->gram_popularity[c]);
    }
    for (int32_t i = 0; i < e->n; i++) {
        const float *v = r->item_embedding + e->item[i] * m->stride;
        const thaw__row_slope row = thaw__row_slope_of(m->kernels, m->stride, v, l, w);
        const float p = r->popularity[e->item[i]];
        by.silence += row.by_linear * p;
        by_precision[i] += row.by_linear * (e->target[i] - p);
        by_target[i] += row.by_linear * e->precision[i];
        if (e->precision[i] > rules.silence) {
            by.silence -= row.by_precision;
            by_precision[i] += row.by_precision;
        }
    }
    by.ridge *= rules.ridge;
    by.silence *= rules.silence;
    return by;
}
