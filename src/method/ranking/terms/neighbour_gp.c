/* SPDX-License-Identifier: Apache-2.0 */
#include "neighbour_gp.h"

#include <string.h>

#include "linalg.h"

enum { LD = THAW__NEIGHBOUR_SUPPORT };

#define LEAST_PRECISION 1e-6f /* of an item in S; with less, its noise would overflow */

static float noise_of(float noise, float precision)
{
    return noise / (precision > LEAST_PRECISION ? precision : LEAST_PRECISION);
}

int thaw__neighbour_gp_solve(thaw__neighbour_gp *out, const thaw__ranking *r, const thaw__support_weights *support)
{
    const float noise = thaw__schedule_at(r, THAW__NEIGHBOUR_RIDGE, support->interpolation) * r->mean_popularity;
    *out = (thaw__neighbour_gp){
        .n = support->n < LD ? support->n : LD,
        .weight = {.after = thaw__schedule_at(r, THAW__NEIGHBOUR_AFTER, support->interpolation),
                   .before = thaw__schedule_at(r, THAW__NEIGHBOUR_BEFORE, support->interpolation),
                   .similar_cooccurrence = thaw__schedule_at(r, THAW__NEIGHBOUR_SIMILAR, support->interpolation),
                   .content_similarity = thaw__schedule_at(r, THAW__NEIGHBOUR_CONTENT, support->interpolation)}};
    if (out->n == 0) return 0;
    for (int32_t i = 0; i < out->n; i++) {
        const float p = r->popularity[support->item[i]];
        out->a[i] = support->target[i] - p;
        for (int32_t j = 0; j < i; j++)
            out->factor[i * LD + j] =
                thaw__cooccurrence_of(r, support->item[i], support->item[j]) - p * r->popularity[support->item[j]];
        out->factor[i * LD + i] = p - p * p + noise_of(noise, support->precision[i]);
    }
    if (thaw__potrf(out->n, out->factor, LD)) {
        memset(out->a, 0, sizeof out->a);
        out->n = 0;
        return 1;
    }
    thaw__potrs(out->n, out->factor, LD, out->a);
    for (int32_t i = 0; i < out->n; i++)
        out->common += (out->weight.after * r->order + out->weight.before * (1 - r->order)) * out->a[i] *
                       r->popularity[support->item[i]];
    return 0;
}

void thaw__neighbour_gp_add(thaw__sparse_table *out, const thaw__neighbour_gp *gp, const thaw__ranking *r,
                            const thaw__support_weights *support)
{
    for (int32_t i = 0; i < gp->n; i++)
        for (int64_t k = r->graph.start[support->item[i]]; k < r->graph.start[support->item[i] + 1]; k++)
            thaw__sparse_table_add(out, r->graph.item[k], gp->a[i] * thaw__edge_dot(&gp->weight, &r->graph.edge[k]));
}

thaw__neighbour_gp_slope thaw__neighbour_gp_slope_of(const thaw__neighbour_gp *gp, const thaw__ranking *r,
                                                     const thaw__support_weights *support,
                                                     const thaw__sparse_table *table, const float *by_value,
                                                     float by_common, float *by_precision, float *by_target)
{
    const float noise = thaw__schedule_at(r, THAW__NEIGHBOUR_RIDGE, support->interpolation) * r->mean_popularity;
    thaw__neighbour_gp_slope out = {0};
    float by_a[LD];
    for (int32_t i = 0; i < gp->n; i++) {
        const float p = r->popularity[support->item[i]];
        thaw__edge by = {.after = by_common * p * r->order, .before = by_common * p * (1 - r->order)};
        for (int64_t k = r->graph.start[support->item[i]]; k < r->graph.start[support->item[i] + 1]; k++)
            thaw__edge_add(&by, by_value[thaw__sparse_table_at(table, r->graph.item[k])], &r->graph.edge[k]);
        thaw__edge_add(&out.weight, gp->a[i], &by);
        by_a[i] = thaw__edge_dot(&gp->weight, &by);
    }
    /* a = A^-1 h: the derivative by h is A^-1 by_a, that by A_ii is -(A^-1 by_a)_i a_i. */
    thaw__potrs(gp->n, gp->factor, LD, by_a);
    for (int32_t i = 0; i < gp->n; i++) {
        const float own = noise_of(noise, support->precision[i]), by_noise = -by_a[i] * gp->a[i] * own;
        by_target[i] += by_a[i];
        out.noise += by_noise;
        if (support->precision[i] > LEAST_PRECISION) by_precision[i] -= by_noise / support->precision[i];
    }
    return out;
}
