/* SPDX-License-Identifier: Apache-2.0
 * One more observation. Without fading it changes P by rank one (Sherman and Morrison, 1950):
 *
 *     g = P x,   P <- P - g g' / (1 + x'g),   m <- m + g (y - x.m) / (1 + x'g)
 *
 * Fading changes the observations' part of the precision and not the prior's, which is no change of low rank: a d x d
 * system is solved. */
#include "finite.h"
#include "linalg.h"
#include "mem.h"
#include "posterior.h"

int thaw__posterior_observe(thaw__posterior *p, const float *x, float residual)
{
    float g[THAW__STRIDE_MAX] __attribute__((aligned(THAW__ALIGN)));
    const float s = p->form == THAW__DUAL ? thaw__posterior_expand_with(p, x, g)
                                          : p->kernels->rank_one(p->rank, p->stride, p->main, x, g);
    p->kernels->axpy(p->rank, residual / (1 + s), g, p->mean);
    return !thaw__is_bounded(p->mean, p->stride);
}

/* h = X't of before is not kept: it is (I + J) (m - m0). */
int thaw__posterior_observe_fading(thaw__posterior *p, const float *x, float t, float gamma)
{
    const int32_t d = p->rank;
    float h[THAW__STRIDE_MAX] = {0}, off[THAW__STRIDE_MAX];
    thaw__posterior_expand(p);
    for (int32_t j = 0; j < d; j++) off[j] = p->mean[j] - p->prior[j];
    thaw__gemv(d, d, gamma, p->information, p->stride, off, 0, h);
    for (int32_t r = 0; r < d; r++) {
        h[r] += gamma * off[r] + t * x[r];
        for (int32_t c = 0; c <= r; c++)
            p->side[r * p->stride + c] = gamma * p->information[r * p->stride + c] + x[r] * x[c];
    }
    return thaw__posterior_condition_primal(p, h);
}
