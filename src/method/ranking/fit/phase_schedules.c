/* SPDX-License-Identifier: Apache-2.0
 * The phase that learns the rules, from users whom the moments have not seen, once with each of a few floors of the loss; the judges
 * choose, the start among them. */
#include "status.h"
#include "ranking_fit.h"

enum { STEPS_PER_PASS = 40 };

/* Floors of the loss that are tried: dense catalogues want a low one, sparse ones a high one. */
static const float floors[] = {0.1f, 3};
enum { N_FLOORS = sizeof floors / sizeof *floors };

/* Steps of a floor's share of the passes, and the passes before it. */
static int64_t steps_of(const thaw__ranking_fit *t, int floor, int32_t *before)
{
    const int32_t all = t->m->config.passes;
    *before = floor * all / N_FLOORS;
    return (int64_t)STEPS_PER_PASS * ((floor + 1) * all / N_FLOORS - *before);
}

/* Keep the rules as they are if the judges like them best. */
static thaw_status consider_rules(thaw__ranking_fit *t)
{
    int better;
    THAW__TRY(thaw__ranking_evaluate_candidate(t, &better));
    return better ? thaw__snapshot_take(&t->best_rules, t->m, THAW__SCHEDULE) : THAW_OK;
}

/* From the start again with the next floor that has passes. */
static thaw_status begin_floor(thaw__ranking_fit *t)
{
    int32_t before;
    t->step = 0;
    while (t->floor < N_FLOORS && !steps_of(t, t->floor, &before)) t->floor++;
    if (t->floor == N_FLOORS) return THAW_OK;
    thaw__snapshot_restore(&t->rules_at_first, t->m);
    return thaw__schedule_fit_create(&t->rules, t->m, &t->basis, &t->j, t->users + t->n_moments, t->n_rules, floors[t->floor]);
}

static thaw_status begin(thaw__ranking_fit *t, int64_t *n)
{
    int32_t before;
    *n = 0;
    if (!t->begun) {
        THAW__TRY(thaw__snapshot_take(&t->rules_at_first, t->m, THAW__SCHEDULE));
        THAW__TRY(consider_rules(t));
        THAW__TRY(begin_floor(t));
    }
    if (t->floor == N_FLOORS || t->run->cancelled) {
        thaw__schedule_fit_free(&t->rules);
        thaw__snapshot_restore(&t->best_rules, t->m);
        return THAW_OK;
    }
    *n = THAW__SCHEDULE_BATCH;
    steps_of(t, t->floor, &before);
    if (t->step % STEPS_PER_PASS == 0) t->pass_loss = 0;
    if (t->step % STEPS_PER_PASS == STEPS_PER_PASS - 1) t->pass = before + (int32_t)(t->step / STEPS_PER_PASS) + 1;
    return THAW_OK;
}

static thaw_status contribute(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    return thaw__schedule_fit_add(&t->rules, first, n);
}

static thaw_status end(thaw__ranking_fit *t, int *again)
{
    double loss;
    int32_t before;
    thaw__schedule_fit_step(&t->rules, &loss);
    t->pass_loss += loss;
    t->step++;
    if (t->pass) {
        t->run->report.steps = (int64_t)t->pass * STEPS_PER_PASS;
        t->run->report.loss = t->pass_loss / STEPS_PER_PASS;
    }
    *again = 1; /* begin() sees when it is over */
    if (t->step < steps_of(t, t->floor, &before)) return THAW_OK;
    thaw__schedule_fit_free(&t->rules);
    THAW__TRY(consider_rules(t));
    t->floor++;
    return begin_floor(t);
}

const thaw__phase thaw__phase_schedules = {begin, contribute, end};
