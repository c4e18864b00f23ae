/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"

#include <string.h>

#include "linalg.h"

enum { LD = THAW__NEAR_SUPPORT };

#define LEAST_PRECISION 1e-6f /* of an item in S: less is as good as nothing, and its noise would overflow */

static float noise_of(float noise, float precision)
{
    return noise / (precision > LEAST_PRECISION ? precision : LEAST_PRECISION);
}

int thaw__near_solve(thaw__near *out, const thaw__ranking *r, const thaw__evidence *e)
{
    const float noise = thaw__ranking_rule(r, THAW__NEAR_RIDGE, e->place) * r->mean_popular;
    *out = (thaw__near){.n = e->n < LD ? e->n : LD,
                        .weight = {.after = thaw__ranking_rule(r, THAW__NEAR_AFTER, e->place),
                                   .before = thaw__ranking_rule(r, THAW__NEAR_BEFORE, e->place),
                                   .kin = thaw__ranking_rule(r, THAW__NEAR_KIN, e->place),
                                   .like = thaw__ranking_rule(r, THAW__NEAR_LIKE, e->place)}};
    if (out->n == 0) return 0;
    for (int32_t i = 0; i < out->n; i++) {
        const float p = r->popular[e->item[i]];
        out->a[i] = e->target[i] - p;
        for (int32_t j = 0; j < i; j++)
            out->factor[i * LD + j] = thaw__ranking_both(r, e->item[i], e->item[j]) - p * r->popular[e->item[j]];
        out->factor[i * LD + i] = p - p * p + noise_of(noise, e->precision[i]);
    }
    if (thaw__potrf(out->n, out->factor, LD)) {
        memset(out->a, 0, sizeof out->a);
        out->n = 0;
        return 1;
    }
    thaw__potrs(out->n, out->factor, LD, out->a);
    for (int32_t i = 0; i < out->n; i++)
        out->common += (out->weight.after * r->order + out->weight.before * (1 - r->order)) * out->a[i] * r->popular[e->item[i]];
    return 0;
}

void thaw__near_add(thaw__additions *out, const thaw__near *near, const thaw__ranking *r, const thaw__evidence *e)
{
    for (int32_t i = 0; i < near->n; i++)
        for (int64_t k = r->near.start[e->item[i]]; k < r->near.start[e->item[i] + 1]; k++)
            thaw__additions_add(out, r->near.item[k], near->a[i] * thaw__tie_dot(&near->weight, &r->near.tie[k]));
}

thaw__near_slope thaw__near_slope_of(const thaw__near *near, const thaw__ranking *r, const thaw__evidence *e,
                                     const thaw__additions *table, const float *by_value, float by_common,
                                     float *by_precision, float *by_target)
{
    const float noise = thaw__ranking_rule(r, THAW__NEAR_RIDGE, e->place) * r->mean_popular;
    thaw__near_slope out = {0};
    float by_a[LD];
    for (int32_t i = 0; i < near->n; i++) {
        const float p = r->popular[e->item[i]];
        thaw__tie by = {.after = by_common * p * r->order, .before = by_common * p * (1 - r->order)};
        for (int64_t k = r->near.start[e->item[i]]; k < r->near.start[e->item[i] + 1]; k++)
            thaw__tie_add(&by, by_value[thaw__additions_at(table, r->near.item[k])], &r->near.tie[k]);
        thaw__tie_add(&out.weight, near->a[i], &by);
        by_a[i] = thaw__tie_dot(&near->weight, &by);
    }
    /* a = A^-1 h: by h it is A^-1 by_a, by A_ii minus that times a_i. */
    thaw__potrs(near->n, near->factor, LD, by_a);
    for (int32_t i = 0; i < near->n; i++) {
        const float own = noise_of(noise, e->precision[i]), by_noise = -by_a[i] * near->a[i] * own;
        by_target[i] += by_a[i];
        out.noise += by_noise;
        if (e->precision[i] > LEAST_PRECISION) by_precision[i] -= by_noise / e->precision[i];
    }
    return out;
}
