/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking.h"

#include <math.h>
#include <string.h>

const int64_t thaw__rule_knots[THAW__RULE_KNOTS] = {1, 3, 10, 30, 100, 300};

static int is_log(thaw__rule rule)
{
    return rule == THAW__SILENCE || rule == THAW__RIDGE || rule == THAW__RECENCY || rule == THAW__NEAR_RIDGE || rule == THAW__AGAIN_PRIOR;
}

thaw__place thaw__ranking_place(int64_t n_items)
{
    thaw__place at = {0, 0};
    const float n = (float)n_items;
    while (at.knot < THAW__RULE_KNOTS - 2 && n_items >= thaw__rule_knots[at.knot + 1]) at.knot++;
    const float low = (float)thaw__rule_knots[at.knot], high = (float)thaw__rule_knots[at.knot + 1];
    const float x = logf(n / low) / logf(high / low);
    at.part = n_items < 1 || x < 0 ? 0 : x > 1 ? 1 : x;
    return at;
}

float thaw__ranking_rule(const thaw__ranking *r, thaw__rule rule, thaw__place at)
{
    const float *v = r->rule[rule];
    const float x = (1 - at.part) * v[at.knot] + at.part * v[at.knot + 1];
    return is_log(rule) ? expf(x) : x;
}

/* Silence starts as K^1.5, which serves most catalogues untrained. */
void thaw__ranking_start(thaw__ranking *r)
{
    for (int k = 0; k < THAW__RULE_KNOTS; k++) {
        float silence = 2e-4f * powf((float)thaw__rule_knots[k], 1.5f);
        r->rule[THAW__SILENCE][k] = logf(silence < 0.3f ? silence : 0.3f);
        r->rule[THAW__RIDGE][k] = logf(0.1f);
        r->rule[THAW__PRIOR_SHARE][k] = 0.5f;
        r->rule[THAW__RECENCY][k] = logf(0.05f);
        r->rule[THAW__GAIN][k] = 0.5f;
        r->rule[THAW__LATE][k] = 0.3f;
        r->rule[THAW__NEAR_RIDGE][k] = logf(3);
        r->rule[THAW__NEAR_AFTER][k] = 0.5f;
        r->rule[THAW__NEAR_BEFORE][k] = 0.2f;
        r->rule[THAW__NEAR_KIN][k] = 2;
        r->rule[THAW__NEAR_LIKE][k] = 0.25f;
        r->rule[THAW__AGAIN][k] = r->rule[THAW__AGAIN_MORE][k] = r->rule[THAW__AGAIN_NEWER][k] = 0.5f;
        r->rule[THAW__AGAIN_PRIOR][k] = logf(3);
    }
    r->backward = 0.5f;
    r->order = 0.5f;
    r->target = -1;
    for (int32_t e = 0; e < r->n_kinds; e++) r->kinds[e] = (thaw__event_kind){.target = 1, .wanted = 1};
}

thaw_status thaw__ranking_create(thaw__ranking **out, int32_t n_kinds, const thaw_allocator *a)
{
    thaw__ranking *r = thaw__alloc0(a, 1, sizeof *r);
    if (!r) return THAW_E_NOMEM;
    r->n_kinds = n_kinds;
    *out = r;
    return THAW_OK;
}

float thaw__ranking_both(const thaw__ranking *r, int32_t i, int32_t j)
{
    int64_t at = thaw__lists_find(&r->near, i, j);
    if (at < 0) at = thaw__lists_find(&r->near, j, i);
    return at < 0 ? 0 : r->near.tie[at].both;
}
