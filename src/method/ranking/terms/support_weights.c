/* SPDX-License-Identifier: Apache-2.0 */
#include "support_weights.h"

#include <math.h>
#include <string.h>

#include "age_weight.h"

enum { SLOTS = 2 * THAW__HISTORY };

#define LN2 0.69314718f

/* The entry of an item in a hash table of item + 1 with linear probing, and *slot, the number stored beside it. */
static int32_t *find_item(int32_t *table, int32_t *slots, int32_t item, int32_t **slot)
{
    uint32_t at = ((uint32_t)item * 2654435761u) % SLOTS;
    while (table[at] && table[at] != item + 1) at = (at + 1) % SLOTS;
    *slot = &slots[at];
    return &table[at];
}

static float log_value(const thaw_event *event)
{
    return event->value > 0 ? log1pf(event->value) : 0; /* NaN is not above 0 */
}

/* The newest known time of a history in the order of time; unknown ones are INFINITY. 0: none is known. */
static double newest_of(const thaw_event *events, int64_t n)
{
    while (n > 0 && isinf(events[n - 1].time)) n--;
    return n ? events[n - 1].time : 0;
}

/* An event without a time is as new as the newest. */
static double age_of(const thaw_event *event, double newest)
{
    return event->time < newest ? newest - event->time : 0;
}

/* The strength of one event. */
static float strength_of(const thaw__ranking *r, const thaw_event *event, double newest)
{
    const thaw__event_weighting *weighting = &r->weightings[event->event];
    return expf(weighting->weight + weighting->exponent * log_value(event)) *
           thaw__age_weight(r->half_life, age_of(event, newest));
}

void thaw__support_weights_read(thaw__support_weights *out, const thaw__ranking *r, const thaw_event *events, int64_t n)
{
    int32_t table[SLOTS] = {0}, slots[SLOTS], *slot;
    const double newest = newest_of(events, n);
    out->n = 0;
    for (int64_t k = n; k-- > 0;) {
        int32_t *entry = find_item(table, slots, (int32_t)events[k].item, &slot);
        if (!*entry) {
            *entry = (int32_t)events[k].item + 1;
            *slot = out->n;
            out->item[out->n] = (int32_t)events[k].item;
            out->strength[out->n] = out->target[out->n] = 0;
            out->n++;
        }
        const float q = strength_of(r, &events[k], newest);
        out->slot[k] = *slot;
        out->strength[*slot] += q;
        out->target[*slot] += q * r->weightings[events[k].event].target;
    }
    out->interpolation = thaw__interpolation_of(out->n);
    const float recency = thaw__schedule_at(r, THAW__RECENCY, out->interpolation);
    for (int32_t i = 0; i < out->n; i++) {
        out->target[i] /= out->strength[i] > 0 ? out->strength[i] : 1;
        out->precision[i] = log2f(1 + out->strength[i]) / (1 + recency * (float)i);
    }
}

void thaw__support_weights_shares(float *share, const thaw__support_weights *support, const thaw__ranking *r,
                                  const thaw_event *events, int64_t n)
{
    const double newest = newest_of(events, n);
    for (int64_t k = 0; k < n; k++) {
        const float strength = support->strength[support->slot[k]];
        share[k] = strength > 0 ? strength_of(r, &events[k], newest) / strength : 0;
    }
}

void thaw__support_weights_slope_add(thaw__support_weights_slope *out, const thaw__support_weights *support,
                                     const thaw__ranking *r, const thaw_event *events, int64_t n,
                                     const thaw__support_weights_by *by)
{
    const double newest = newest_of(events, n);
    const float recency = thaw__schedule_at(r, THAW__RECENCY, support->interpolation);
    for (int32_t i = 0; i < support->n; i++) {
        const float age = recency * (float)i, slope = -by->precision[i] * support->precision[i] * age / (1 + age);
        out->recency[0] += (1 - support->interpolation.part) * slope;
        out->recency[1] += support->interpolation.part * slope;
    }
    for (int64_t k = 0; k < n; k++) {
        const thaw_event *event = &events[k];
        const int32_t i = support->slot[k], name = event->event;
        if (!(support->strength[i] > 0)) continue;
        const float q = strength_of(r, event, newest), recent = 1 + recency * (float)i;
        const float by_strength =
            by->strength[i] + by->precision[i] / ((1 + support->strength[i]) * LN2 * recent) +
            by->target[i] * (r->weightings[name].target - support->target[i]) / support->strength[i];
        out->weight[name] += by_strength * q;
        out->exponent[name] += by_strength * q * log_value(event);
        out->target[name] += by->target[i] * q / support->strength[i];
        if (r->half_life > 0)
            out->half_life += by_strength * q * LN2 * (float)(age_of(event, newest) / (double)r->half_life);
    }
}
