/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_rules.h"

#include <string.h>

#include "rules.h"
#include "status.h"

enum { STEPS_PER_PASS = 40 };

/* Floors of the loss that are tried: dense catalogues want a low one, sparse ones a high one. */
static const float floors[] = {0.1f, 3};
enum { N_FLOORS = sizeof floors / sizeof *floors };

/* All that the rules' steps move. */
typedef struct learned {
    float rule[THAW__N_RULES][THAW__RULE_KNOTS], backward, half_life;
    thaw__event_kind *kinds; /* [n_kinds] */
} learned;

static void store(learned *to, const thaw__ranking *r)
{
    memcpy(to->rule, r->rule, sizeof to->rule);
    memcpy(to->kinds, r->kinds, (size_t)r->n_kinds * sizeof *r->kinds);
    to->backward = r->backward;
    to->half_life = r->half_life;
}

static void fetch(thaw__ranking *r, const learned *from)
{
    memcpy(r->rule, from->rule, sizeof from->rule);
    memcpy(r->kinds, from->kinds, (size_t)r->n_kinds * sizeof *r->kinds);
    r->backward = from->backward;
    r->half_life = from->half_life;
}

/* One floor's share of the passes. */
static thaw_status run_passes(thaw__training *t, int which)
{
    thaw__rules rules;
    const int32_t all = t->m->config.passes, first = which * all / N_FLOORS, end = (which + 1) * all / N_FLOORS;
    thaw_status st = thaw__rules_create(&rules, t->m, &t->basis, &t->j, t->users + t->n_moments, t->n_rules, floors[which]);
    for (int32_t pass = first + 1; st == THAW_OK && pass <= end; pass++) {
        double loss = 0, sum = 0;
        for (int s = 0; st == THAW_OK && s < STEPS_PER_PASS; s++, sum += loss) st = thaw__rules_step(&rules, &loss);
        t->report->steps = (int64_t)pass * STEPS_PER_PASS;
        if (st == THAW_OK) st = thaw__training_tell(t, pass, sum / STEPS_PER_PASS);
    }
    thaw__rules_free(&rules);
    return st;
}

/* Keep the rules as they are if the judges like them best. */
static thaw_status consider_rules(thaw__training *t, learned *best)
{
    int better;
    THAW__TRY(thaw__training_consider(t, &better));
    if (better) store(best, thaw__ranking_of(t->m));
    return THAW_OK;
}

thaw_status thaw__rank_rules(thaw__training *t)
{
    thaw__ranking *r = thaw__ranking_of(t->m);
    const thaw_allocator *a = &t->m->config.allocator;
    learned start, best;
    start.kinds = thaw__alloc(a, (size_t)r->n_kinds, sizeof *r->kinds);
    best.kinds = thaw__alloc(a, (size_t)r->n_kinds, sizeof *r->kinds);
    thaw_status st = start.kinds && best.kinds ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        store(&start, r);
        st = consider_rules(t, &best);
    }
    for (int k = 0; st == THAW_OK && k < N_FLOORS; k++) {
        fetch(r, &start);
        st = run_passes(t, k);
        if (st == THAW_OK) st = consider_rules(t, &best);
    }
    if (st == THAW_OK || st == THAW_E_CANCELLED) fetch(r, &best);
    thaw__free(a, start.kinds);
    thaw__free(a, best.kinds);
    return st;
}
