/* SPDX-License-Identifier: Apache-2.0
 * Low-rank term: the posterior of w given a user's events, every other item observed as 0 with the unobserved precision
 * (docs/ranking-model.md, equation 2).
 *
 *     A = diag(ridge + unobserved V'V) + sum_{i in S} (s_i - unobserved)+ v_i v_i'
 *     b = sum_{i in S} (s_i (t_i - p_i) + unobserved p_i) v_i - unobserved V'p + ridge share M f
 *     w = A^-1 b,  covariance A^-1 in units of 1 / ridge
 *
 * M f [rank] is the prior mean from the user's features (user_prior.h). Serving uses the forms of posterior.h; training
 * computes A in full and differentiates through the solution (precision.h).
 */
#ifndef THAW_LATENT_H
#define THAW_LATENT_H

#include "support_weights.h"

/** The schedules of this term at K, or derivatives by them. */
typedef struct thaw__latent_schedules {
    float unobserved_precision, ridge, prior_share;
} thaw__latent_schedules;

thaw__latent_schedules thaw__latent_schedules_at(const thaw__ranking *r, thaw__interpolation at);

/** G^-1/2 of coordinate c, where G = diag(ridge + unobserved V'V). */
static inline float thaw__latent_whitening(const thaw__ranking *r, thaw__latent_schedules schedules, int32_t c)
{
    return 1 / __builtin_sqrtf(schedules.ridge + schedules.unobserved_precision * r->gram_diag[c]);
}

/** What item i of the support adds: precision v v' to A, linear v to b. */
typedef struct thaw__latent_term {
    float precision, linear;
} thaw__latent_term;

static inline thaw__latent_term thaw__latent_term_of(const thaw__ranking *r, const thaw__support_weights *support,
                                                     int32_t i, thaw__latent_schedules schedules)
{
    const float s = support->precision[i], p = r->popularity[support->item[i]];
    const float unobserved = schedules.unobserved_precision;
    return (thaw__latent_term){s > unobserved ? s - unobserved : 0, s * (support->target[i] - p) + unobserved * p};
}

/** Compute w [stride] and the lower Cholesky factor of A, factor [rank, stride]. prior [stride] is M f; NULL: 0.
 *  @return 0, or 1 if A is not positive definite. */
int thaw__latent_solve(float *w, float *factor, const thaw_model *m, const thaw__support_weights *support,
                       const float *prior);

/** Derivatives of a loss, from by_w [stride], the derivative by w.
 *  @return derivatives by the schedules at K; by unobserved_precision and ridge, of their logarithms.
 *  Derivatives by precision and target [support->n] are added to by_precision and by_target. by_w is overwritten with l
 *  of precision.h. factor is only read. */
thaw__latent_schedules thaw__latent_slope(float *by_w, const float *w, float *factor, const thaw_model *m,
                                          const thaw__support_weights *support, const float *prior, float *by_precision,
                                          float *by_target);

#endif
