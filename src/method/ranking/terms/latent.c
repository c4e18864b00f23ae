/* SPDX-License-Identifier: Apache-2.0 */
#include "latent.h"

#include "precision.h"

thaw__latent_schedules thaw__latent_schedules_at(const thaw__ranking *r, thaw__interpolation at)
{
    return (thaw__latent_schedules){thaw__schedule_at(r, THAW__UNOBSERVED_PRECISION, at),
                                    thaw__schedule_at(r, THAW__RIDGE, at), thaw__schedule_at(r, THAW__PRIOR_SHARE, at)};
}

enum { BLOCK = 32 }; /* rows of V_S in one rank-k update */

/* A += sum of precision v v', w += sum of linear v, over items first … first + n - 1 of the support. */
static void add_block(float *w, thaw__precision A, const thaw_model *m, const thaw__support_weights *support,
                      int32_t first, int32_t n, thaw__latent_schedules schedules)
{
    float rows[BLOCK * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    for (int32_t k = 0; k < n; k++) {
        const thaw__latent_term term = thaw__latent_term_of(thaw__ranking_of(m), support, first + k, schedules);
        const float *v = thaw__ranking_of(m)->item_embedding + support->item[first + k] * m->stride;
        m->kernels->scale(m->stride, __builtin_sqrtf(term.precision), v, rows + k * m->stride);
        m->kernels->axpy(m->stride, term.linear, v, w);
    }
    thaw__precision_add_rows(A, n, rows);
}

int thaw__latent_solve(float *w, float *factor, const thaw_model *m, const thaw__support_weights *support,
                       const float *prior)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__latent_schedules schedules = thaw__latent_schedules_at(r, support->interpolation);
    const thaw__precision A = {factor, m->rank, m->stride};
    thaw__precision_clear(A);
    for (int32_t c = 0; c < m->rank; c++)
        factor[c * m->stride + c] = schedules.ridge + schedules.unobserved_precision * r->gram_diag[c];
    for (int64_t c = 0; c < m->stride; c++)
        w[c] = (prior ? schedules.ridge * schedules.prior_share * prior[c] : 0) -
               schedules.unobserved_precision * r->gram_popularity[c];
    for (int32_t k = 0; k < support->n; k += BLOCK)
        add_block(w, A, m, support, k, support->n - k < BLOCK ? support->n - k : BLOCK, schedules);
    if (thaw__precision_factor(A)) return 1;
    thaw__precision_solve(A, w);
    return 0;
}

thaw__latent_schedules thaw__latent_slope(float *by_w, const float *w, float *factor, const thaw_model *m,
                                          const thaw__support_weights *support, const float *prior, float *by_precision,
                                          float *by_target)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__latent_schedules schedules = thaw__latent_schedules_at(r, support->interpolation);
    thaw__latent_schedules by = {0};
    float *l = by_w;
    thaw__precision_solve((thaw__precision){factor, m->rank, m->stride}, l);
    for (int32_t c = 0; c < m->rank; c++) {
        by.ridge += l[c] * (schedules.prior_share * prior[c] - w[c]);
        by.prior_share += l[c] * schedules.ridge * prior[c];
        by.unobserved_precision -= l[c] * (w[c] * r->gram_diag[c] + r->gram_popularity[c]);
    }
    for (int32_t i = 0; i < support->n; i++) {
        const float *v = r->item_embedding + support->item[i] * m->stride;
        const thaw__row_slope row = thaw__row_slope_of(m->kernels, m->stride, v, l, w);
        const float p = r->popularity[support->item[i]];
        by.unobserved_precision += row.by_linear * p;
        by_precision[i] += row.by_linear * (support->target[i] - p);
        by_target[i] += row.by_linear * support->precision[i];
        if (support->precision[i] > schedules.unobserved_precision) {
            by.unobserved_precision -= row.by_precision;
            by_precision[i] += row.by_precision;
        }
    }
    by.ridge *= schedules.ridge;
    by.unobserved_precision *= schedules.unobserved_precision;
    return by;
}
