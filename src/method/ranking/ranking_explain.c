/* SPDX-License-Identifier: Apache-2.0
 * Which events a score comes from (docs/ranking-model.md, equation 11). The score is linear in b of the low-rank term,
 * in the weights a of the neighbours and in the repeats, and each of these is a sum over the items i of the support:
 *
 *     score_j = base + sum_{i in S} c_ij
 *     c_ij = gain linear_i u_j'A^-1 v_i + a_i (e_ij - kappa_i o_j(K)) + [i = j] repeat_i
 *     base = o_j(K) + gain u_j'A^-1 (ridge share M f - unobserved V'p)
 *
 * The events of an item share its contribution by their strengths; that of an item without strength is in the base.
 */
#include <string.h>

#include "latent.h"
#include "ranking_adapt.h"
#include "status.h"

/* o_j(K) */
static float offset_of(const thaw__ranking *r, thaw__interpolation at, int64_t item)
{
    return (1 - at.part) * r->offset[at.knot][item] + at.part * r->offset[at.knot + 1][item];
}

/* h [stride] = gain A^-1 u_j, with A^-1 = G^-1/2 P G^-1/2. */
static void solve_item(const thaw_model *m, const thaw_user *u, thaw__latent_schedules schedules, int64_t item,
                       float *h)
{
    float white[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const thaw__ranking *r = thaw__ranking_of(m);
    const float gain = thaw__schedule_at(r, THAW__GAIN, thaw__ranking_user_state_of(u)->interpolation);
    memset(white, 0, sizeof white);
    for (int32_t c = 0; c < m->rank; c++)
        white[c] = thaw__latent_whitening(r, schedules, c) * r->output_embedding[item * m->stride + c];
    thaw__posterior_times(&u->posterior, h, white);
    for (int32_t c = 0; c < m->rank; c++) h[c] *= gain * thaw__latent_whitening(r, schedules, c);
}

/* Add the contributions of the low-rank term to by_support; returns what remains of the term, a part of the base. */
static float explain_latent(const thaw_model *m, const thaw_user *u, const thaw__support_weights *support, int64_t item,
                            float *by_support)
{
    float h[THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__latent_schedules schedules = thaw__latent_schedules_at(r, support->interpolation);
    float rest = m->kernels->dot(m->stride, r->output_embedding + item * m->stride, u->posterior.mean);
    if (support->n) solve_item(m, u, schedules, item, h);
    for (int32_t i = 0; i < support->n; i++) {
        const float *v = r->item_embedding + support->item[i] * m->stride;
        const float c = thaw__latent_term_of(r, support, i, schedules).linear * m->kernels->dot(m->stride, v, h);
        by_support[i] += c;
        rest -= c;
    }
    return rest;
}

/* Spread the contributions of items over their events; returns those of items without strength. */
static float spread(float *contributions, const int64_t *order, const thaw__ranking *r,
                    const thaw__ranking_user_state *x, const thaw__support_weights *support, const float *by_support)
{
    float share[THAW__HISTORY], rest = 0;
    thaw__support_weights_shares(share, support, r, x->history, x->n_history);
    for (int32_t k = 0; k < x->n_history; k++) contributions[order[k]] = share[k] * by_support[support->slot[k]];
    for (int32_t i = 0; i < support->n; i++) rest += support->strength[i] > 0 ? 0 : by_support[i];
    return rest;
}

thaw_status thaw__ranking_explain(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                                  const thaw_event *events, int64_t n, int64_t item)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    int64_t order[THAW__HISTORY];
    float by_support[THAW__HISTORY] = {0};
    thaw__support_weights support;
    THAW__TRY(thaw__ranking_adapt_in_order(m, u, order, events, n));
    thaw__support_weights_read(&support, r, x->history, x->n_history);
    const float offset = offset_of(r, x->interpolation, item);
    *base = offset + explain_latent(m, u, &support, item, by_support);
    thaw__terms_explain(&x->terms, r, item, offset, by_support);
    for (int64_t k = 0; k < n; k++) contributions[k] = 0;
    *base += spread(contributions, order, r, x, &support, by_support);
    return THAW_OK;
}
