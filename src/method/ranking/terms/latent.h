/* SPDX-License-Identifier: Apache-2.0
 * The posterior's part of a score: w from a user's events, with every other item observed as 0 at a low precision.
 *
 *     A = diag(ridge + silence |V|^2) + sum_{i in S} (s_i - silence)+ v_i v_i'
 *     b = sum_{i in S} (s_i (t_i - p_i) + silence p_i) v_i - silence V'p + ridge share m
 *     w = A^-1 b,  covariance A^-1 in units of ridge^-1,  m = M f the mean from the user's features (user_prior.h)
 *
 * Serving uses the forms of posterior.h; training solves for w in full and differentiates through the solve
 * (precision.h).
 */
#ifndef THAW_LATENT_H
#define THAW_LATENT_H

#include "support_weights.h"

/** The rules of the posterior at K. */
typedef struct thaw__latent_schedules {
    float silence, ridge, share;
} thaw__latent_schedules;

thaw__latent_schedules thaw__latent_schedules_at(const thaw__ranking *r, thaw__interpolation at);

/** What item i of the evidence adds: to A, precision v v'; to b, pull v. */
typedef struct thaw__latent_term {
    float precision, pull;
} thaw__latent_term;

static inline thaw__latent_term thaw__latent_term_of(const thaw__ranking *r, const thaw__support_weights *e, int32_t i,
                                                     thaw__latent_schedules rules)
{
    const float s = e->precision[i], p = r->popularity[e->item[i]];
    return (thaw__latent_term){s > rules.silence ? s - rules.silence : 0, s * (e->target[i] - p) + rules.silence * p};
}

/** w [stride] and the lower Cholesky factor of A, factor [rank, stride]; prior [stride] is m, NULL: 0.
 *  @return 0, or 1 if A is not positive definite. */
int thaw__latent_solve(float *w, float *factor, const thaw_model *m, const thaw__support_weights *e, const float *prior);

/** Derivatives by the rules at K, silence and ridge by their logarithms, and by precision and target [e->n], which are
 *  added to. by_w [stride] is overwritten with l of precision.h; factor is read only. */
thaw__latent_schedules thaw__latent_slope(float *by_w, const float *w, float *factor, const thaw_model *m,
                                      const thaw__support_weights *e, const float *prior, float *by_precision,
                                      float *by_target);

#endif
