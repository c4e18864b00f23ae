/* SPDX-License-Identifier: Apache-2.0
 * The phase of the schedules: trains them on the schedule users, once with each of two floors of the loss. The
 * validation users choose between the start values and the results.
 */
#include "status.h"
#include "ranking_fit.h"

enum { STEPS_PER_PASS = 40 };

/* Floors of the loss, in units of mean_popularity: a low one is better for dense catalogues, a high one for sparse
 * ones. */
static const float floors[] = {0.1f, 3};
enum { N_FLOORS = sizeof floors / sizeof *floors };

/* The number of steps of a floor; *before: passes of the floors before it. */
static int64_t steps_of(const thaw__ranking_fit *t, int floor, int32_t *before)
{
    const int32_t all = t->m->config.passes;
    *before = floor * all / N_FLOORS;
    return (int64_t)STEPS_PER_PASS * ((floor + 1) * all / N_FLOORS - *before);
}

/* Evaluate on the validation users and store the schedules if they are the best so far. */
static thaw_status evaluate_schedules(thaw__ranking_fit *t)
{
    int better;
    THAW__TRY(thaw__ranking_evaluate_candidate(t, &better));
    return better ? thaw__snapshot_take(&t->best_schedules, t->m, THAW__SCHEDULE) : THAW_OK;
}

/* Restore the start values and begin the next floor that has passes. */
static thaw_status begin_floor(thaw__ranking_fit *t)
{
    int32_t before;
    t->step = 0;
    while (t->floor < N_FLOORS && !steps_of(t, t->floor, &before)) t->floor++;
    if (t->floor == N_FLOORS) return THAW_OK;
    thaw__snapshot_restore(&t->start_schedules, t->m);
    return thaw__schedule_fit_create(&t->schedules, t->m, &t->basis, &t->histories, t->users + t->n_statistics_users,
                                     t->n_schedule_users, floors[t->floor]);
}

static thaw_status begin(thaw__ranking_fit *t, int64_t *n)
{
    int32_t before;
    *n = 0;
    if (!t->begun) {
        THAW__TRY(thaw__snapshot_take(&t->start_schedules, t->m, THAW__SCHEDULE));
        THAW__TRY(evaluate_schedules(t));
        THAW__TRY(begin_floor(t));
    }
    if (t->floor == N_FLOORS) {
        thaw__schedule_fit_free(&t->schedules);
        thaw__snapshot_restore(&t->best_schedules, t->m);
        return THAW_OK;
    }
    *n = THAW__SCHEDULE_BATCH;
    steps_of(t, t->floor, &before);
    t->share = 1.0 / (STEPS_PER_PASS * t->m->config.passes);
    t->done = t->share * (double)(before * STEPS_PER_PASS + t->step);
    if (t->step % STEPS_PER_PASS == 0) t->pass_loss = 0;
    if (t->step % STEPS_PER_PASS == STEPS_PER_PASS - 1) t->pass = before + (int32_t)(t->step / STEPS_PER_PASS) + 1;
    return THAW_OK;
}

static thaw_status contribute(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    return thaw__schedule_fit_add(&t->schedules, first, n);
}

static thaw_status end(thaw__ranking_fit *t, int *again)
{
    double loss;
    int32_t before;
    thaw__schedule_fit_step(&t->schedules, &loss);
    t->pass_loss += loss;
    t->step++;
    if (t->pass) {
        t->run->report.steps = (int64_t)t->pass * STEPS_PER_PASS;
        t->run->report.loss = t->pass_loss / STEPS_PER_PASS;
    }
    *again = 1; /* begin() ends the phase */
    if (t->step < steps_of(t, t->floor, &before)) return THAW_OK;
    thaw__schedule_fit_free(&t->schedules);
    THAW__TRY(evaluate_schedules(t));
    t->floor++;
    return begin_floor(t);
}

const thaw__phase thaw__phase_schedules = {"schedules", begin, contribute, end, 0};
