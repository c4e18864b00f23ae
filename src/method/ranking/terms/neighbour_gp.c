/* SPDX-License-Identifier: Apache-2.0 */
#include "neighbour_gp.h"

#include <string.h>

#include "linalg.h"

enum { LD = THAW__NEIGHBOUR_SUPPORT };

#define LEAST_PRECISION 1e-6f /* of an item in S: less is as good as nothing, and its noise would overflow */

static float noise_of(float noise, float precision)
{
    return noise / (precision > LEAST_PRECISION ? precision : LEAST_PRECISION);
}

int thaw__neighbour_gp_solve(thaw__neighbour_gp *out, const thaw__ranking *r, const thaw__support_weights *e)
{
    const float noise = thaw__schedule_at(r, THAW__NEIGHBOUR_RIDGE, e->interpolation) * r->mean_popularity;
    *out = (thaw__neighbour_gp){.n = e->n < LD ? e->n : LD,
                        .weight = {.after = thaw__schedule_at(r, THAW__NEIGHBOUR_AFTER, e->interpolation),
                                   .before = thaw__schedule_at(r, THAW__NEIGHBOUR_BEFORE, e->interpolation),
                                   .similar_cooccurrence = thaw__schedule_at(r, THAW__NEIGHBOUR_SIMILAR, e->interpolation),
                                   .content_similarity = thaw__schedule_at(r, THAW__NEIGHBOUR_CONTENT, e->interpolation)}};
    if (out->n == 0) return 0;
    for (int32_t i = 0; i < out->n; i++) {
        const float p = r->popularity[e->item[i]];
        out->a[i] = e->target[i] - p;
        for (int32_t j = 0; j < i; j++)
            out->factor[i * LD + j] = thaw__cooccurrence_of(r, e->item[i], e->item[j]) - p * r->popularity[e->item[j]];
        out->factor[i * LD + i] = p - p * p + noise_of(noise, e->precision[i]);
    }
    if (thaw__potrf(out->n, out->factor, LD)) {
        memset(out->a, 0, sizeof out->a);
        out->n = 0;
        return 1;
    }
    thaw__potrs(out->n, out->factor, LD, out->a);
    for (int32_t i = 0; i < out->n; i++)
        out->common += (out->weight.after * r->order + out->weight.before * (1 - r->order)) * out->a[i] * r->popularity[e->item[i]];
    return 0;
}

void thaw__neighbour_gp_add(thaw__sparse_table *out, const thaw__neighbour_gp *near, const thaw__ranking *r, const thaw__support_weights *e)
{
    for (int32_t i = 0; i < near->n; i++)
        for (int64_t k = r->graph.start[e->item[i]]; k < r->graph.start[e->item[i] + 1]; k++)
            thaw__sparse_table_add(out, r->graph.item[k], near->a[i] * thaw__edge_dot(&near->weight, &r->graph.edge[k]));
}

thaw__neighbour_gp_slope thaw__neighbour_gp_slope_of(const thaw__neighbour_gp *near, const thaw__ranking *r, const thaw__support_weights *e,
                                     const thaw__sparse_table *table, const float *by_value, float by_common,
                                     float *by_precision, float *by_target)
{
    const float noise = thaw__schedule_at(r, THAW__NEIGHBOUR_RIDGE, e->interpolation) * r->mean_popularity;
    thaw__neighbour_gp_slope out = {0};
    float by_a[LD];
    for (int32_t i = 0; i < near->n; i++) {
        const float p = r->popularity[e->item[i]];
        thaw__edge by = {.after = by_common * p * r->order, .before = by_common * p * (1 - r->order)};
        for (int64_t k = r->graph.start[e->item[i]]; k < r->graph.start[e->item[i] + 1]; k++)
            thaw__edge_add(&by, by_value[thaw__sparse_table_at(table, r->graph.item[k])], &r->graph.edge[k]);
        thaw__edge_add(&out.weight, near->a[i], &by);
        by_a[i] = thaw__edge_dot(&near->weight, &by);
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
