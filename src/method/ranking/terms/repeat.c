/* SPDX-License-Identifier: Apache-2.0 */
#include "repeat.h"

#include <math.h>

#define LEAST_STRENGTH 1e-12f /* less counts as none: its logarithm would overflow */

/* The schedules at K; prior in units of popularity. */
typedef struct repeat_schedules {
    float weight, more, newer, prior;
} repeat_schedules;

static repeat_schedules schedules_at(const thaw__ranking *r, thaw__interpolation at)
{
    return (repeat_schedules){thaw__schedule_at(r, THAW__REPEAT, at), thaw__schedule_at(r, THAW__REPEAT_MORE, at),
                              thaw__schedule_at(r, THAW__REPEAT_NEWER, at),
                              thaw__schedule_at(r, THAW__REPEAT_PRIOR, at) * r->mean_popularity};
}

/* rate_i */
static float rate_of(const thaw__ranking *r, int32_t item, float prior)
{
    const float total = r->popularity[item] + prior;
    return total > 0 ? (r->repeat[item] + prior * r->repeat_rate) / total : 0;
}

/* q_i^more / (1 + k)^newer */
static float event_factor(const thaw__support_weights *support, int32_t i, repeat_schedules x)
{
    return support->strength[i] > LEAST_STRENGTH ? powf(support->strength[i], x.more) * powf(1 + (float)i, -x.newer)
                                                 : 0;
}

int32_t thaw__repeat_of(float *value, const thaw__ranking *r, const thaw__support_weights *support)
{
    if (r->target < 0) return 0;
    const repeat_schedules x = schedules_at(r, support->interpolation);
    for (int32_t i = 0; i < support->n; i++)
        value[i] = x.weight * rate_of(r, support->item[i], x.prior) * support->target[i] * event_factor(support, i, x);
    return support->n;
}

thaw__repeat_slope thaw__repeat_slope_of(const thaw__ranking *r, const thaw__support_weights *support,
                                         const thaw__sparse_table *table, const float *by_value, float *by_strength,
                                         float *by_target)
{
    thaw__repeat_slope out = {0};
    if (r->target < 0) return out;
    const repeat_schedules x = schedules_at(r, support->interpolation);
    for (int32_t i = 0; i < support->n; i++) {
        const float by = by_value[thaw__sparse_table_at(table, support->item[i])],
                    rate = rate_of(r, support->item[i], x.prior);
        const float factor = event_factor(support, i, x), unit = by * rate * support->target[i] * factor,
                    total = r->popularity[support->item[i]] + x.prior;
        if (factor == 0 || total <= 0) continue;
        out.weight += unit;
        out.more += x.weight * unit * logf(support->strength[i]);
        out.newer -= x.weight * unit * log1pf((float)i);
        out.prior += x.weight * by * support->target[i] * factor * x.prior * (r->repeat_rate - rate) / total;
        by_strength[i] += x.weight * unit * x.more / support->strength[i];
        by_target[i] += x.weight * by * rate * factor;
    }
    return out;
}
