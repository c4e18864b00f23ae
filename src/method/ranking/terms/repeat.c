/* SPDX-License-Identifier: Apache-2.0 */
#include "repeat.h"

#include <math.h>

#define LEAST_STRENGTH 1e-12f /* less is none, and its logarithm would overflow */

/* The rules at K. */
typedef struct rules {
    float weight, more, newer, prior;
} rules;

static rules rules_at(const thaw__ranking *r, thaw__interpolation at)
{
    return (rules){thaw__schedule_at(r, THAW__REPEAT, at), thaw__schedule_at(r, THAW__REPEAT_MORE, at),
                   thaw__schedule_at(r, THAW__REPEAT_NEWER, at),
                   thaw__schedule_at(r, THAW__REPEAT_PRIOR, at) * r->mean_popularity};
}

static float chance_of(const thaw__ranking *r, int32_t item, float prior)
{
    const float mass = r->popularity[item] + prior;
    return mass > 0 ? (r->repeat[item] + prior * r->repeat_rate) / mass : 0;
}

/* How much an item's events say beyond the chance. */
static float urge_of(const thaw__support_weights *e, int32_t i, rules x)
{
    return e->strength[i] > LEAST_STRENGTH ? powf(e->strength[i], x.more) * powf(1 + (float)i, -x.newer) : 0;
}

int32_t thaw__repeat_of(float *value, const thaw__ranking *r, const thaw__support_weights *e)
{
    if (r->target < 0) return 0;
    const rules x = rules_at(r, e->interpolation);
    for (int32_t i = 0; i < e->n; i++)
        value[i] = x.weight * chance_of(r, e->item[i], x.prior) * e->target[i] * urge_of(e, i, x);
    return e->n;
}

thaw__repeat_slope thaw__repeat_slope_of(const thaw__ranking *r, const thaw__support_weights *e, const thaw__sparse_table *table,
                                       const float *by_value, float *by_strength, float *by_target)
{
    thaw__repeat_slope out = {0};
    if (r->target < 0) return out;
    const rules x = rules_at(r, e->interpolation);
    for (int32_t i = 0; i < e->n; i++) {
        const float by = by_value[thaw__sparse_table_at(table, e->item[i])], chance = chance_of(r, e->item[i], x.prior);
        const float urge = urge_of(e, i, x), unit = by * chance * e->target[i] * urge, mass = r->popularity[e->item[i]] + x.prior;
        if (urge == 0 || mass <= 0) continue;
        out.weight += unit;
        out.more += x.weight * unit * logf(e->strength[i]);
        out.newer -= x.weight * unit * log1pf((float)i);
        out.prior += x.weight * by * e->target[i] * urge * x.prior * (r->repeat_rate - chance) / mass;
        by_strength[i] += x.weight * unit * x.more / e->strength[i];
        by_target[i] += x.weight * by * chance * urge;
    }
    return out;
}
