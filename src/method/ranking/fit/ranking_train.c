/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_train.h"

#include <math.h>

#include "ranking_update.h"
#include "ranking_validation.h"
#include "rng.h"
#include "sort.h"
#include "status.h"
#include "ranking_fit.h"

enum { MOST_VALID = 3000 };

#define VALID_USERS 0.2 /* where the configuration asks for none: half of them teach the rules, half are judges */

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

/* What is chosen with the users of the moments, then everybody's. */
static const struct {
    const thaw__phase *phase;
    int everybody;
} plan[] = {
    {&thaw__phase_popularity, 0},       {&thaw__phase_space, 0},       {&thaw__phase_order, 0},
    {&thaw__phase_neighbours, 0},       {&thaw__phase_user_prior, 0},  {&thaw__phase_schedules, 0},
    {&thaw__phase_regression, 0},       {&thaw__phase_choose_epochs, 0}, {&thaw__phase_tuned_prior, 0},
    {&thaw__phase_tuned_regression, 0}, {&thaw__phase_popularity, 1},  {&thaw__phase_space, 1},
    {&thaw__phase_order, 1},            {&thaw__phase_neighbours, 1},  {&thaw__phase_user_prior, 1},
    {&thaw__phase_tune, 1},             {&thaw__phase_tuned_prior, 1}, {&thaw__phase_last_regression, 1},
};

enum { N_PHASES = sizeof plan / sizeof *plan };

/* Serving's tables, once every phase is over. */
static void finish(thaw__ranking_fit *t)
{
    thaw_model *m = t->m;
    thaw__basis_collapse(m, &t->basis);
    m->trained_users = t->n;
    m->trained_events = t->j.n_events;
    thaw__ranking_of(m)->total_weight = thaw__histories_total_weight(&t->j, t->users, t->n);
    m->steps += t->run->report.steps;
    thaw__model_refresh(m);
}

thaw_status thaw__ranking_begin_round(thaw__run *run, thaw__round *out)
{
    thaw__ranking_fit *t = run->state;
    if (run->online) return thaw__ranking_update_begin(run, out);
    for (; t->phase < N_PHASES; t->phase++, t->begun = 0) {
        t->pass = 0;
        t->n_now = plan[t->phase].everybody ? t->n : t->n_moments;
        THAW__TRY(plan[t->phase].phase->begin(t, &out->n));
        out->pass = t->pass;
        out->chunk = plan[t->phase].phase->whole ? 0 : INT64_MAX;
        if (out->n) return THAW_OK;
    }
    finish(t);
    out->last = 1;
    return THAW_OK;
}

thaw_status thaw__ranking_contribute(thaw__run *run, int64_t first, int64_t n)
{
    thaw__ranking_fit *t = run->state;
    return run->online ? THAW_OK : plan[t->phase].phase->contribute(t, first, n);
}

thaw_status thaw__ranking_end_round(thaw__run *run)
{
    thaw__ranking_fit *t = run->state;
    int again = 0;
    if (run->online) return thaw__ranking_update_end(run);
    THAW__TRY(plan[t->phase].phase->end(t, &again));
    t->begun = again;
    t->phase += !again;
    return THAW_OK;
}

thaw_status thaw__ranking_evaluate_candidate(thaw__ranking_fit *t, int *better)
{
    thaw__ranking_quality q;
    THAW__TRY(thaw__ranking_validate(&q, t->m, &t->basis, &t->j, t->users + t->n - t->n_validation, t->n_validation));
    *better = q.recall + q.ndcg > t->best;
    if (!*better) return THAW_OK;
    t->best = q.recall + q.ndcg;
    t->run->report.valid_recall = q.recall;
    t->run->report.valid_ndcg = q.ndcg;
    return THAW_OK;
}

/* ---- users ------------------------------------------------------------------------------------------------------- */

/* Journeys with two items or more, shuffled; the last part teaches the rules. */
static thaw_status choose_users(thaw__ranking_fit *t)
{
    const thaw_config *c = &t->m->config;
    t->users = thaw__alloc(&c->allocator, (size_t)t->j.n, sizeof *t->users);
    if (!t->users) return THAW_E_NOMEM;
    t->n = thaw__histories_of_two(t->users, &t->j);
    if (t->n < 3) return thaw__fail(THAW_E_RANGE, "the data hold %lld users with two items or more; at least 3 are needed", (long long)t->n);
    thaw__rng_shuffle(t->users, t->n, c->seed, THAW__RNG_VALID, 0);
    const double part = c->valid_users > 0 ? (double)c->valid_users : VALID_USERS;
    int64_t held = (int64_t)(part * (double)t->n);
    held = held > MOST_VALID ? MOST_VALID : held < 2 ? 2 : held;
    t->n_validation = held / 2;
    t->n_rules = held - t->n_validation;
    t->n_moments = t->n - held;
    thaw__sort(t->users, (size_t)t->n_moments, sizeof *t->users, thaw__by_int64);
    return THAW_OK;
}

/* Times that differ are worth a half-life: it starts at the mean length of a journey. */
static float start_half_life(const thaw__ranking_fit *t)
{
    double sum = 0;
    if (t->m->config.half_life > 0) return t->m->config.half_life;
    for (int64_t k = 0; k < t->n; k++) {
        const int64_t first = t->j.start[t->users[k]], end = t->j.start[t->users[k] + 1];
        sum += t->j.events[end - 1].time - t->j.events[first].time;
    }
    return (float)(sum / (double)t->n);
}

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

thaw_status thaw__ranking_open(thaw__run *run)
{
    if (run->online) return thaw__ranking_update_open(run);
    thaw__ranking_fit *t = thaw__alloc0(&run->m->config.allocator, 1, sizeof *t);
    if (!t) return THAW_E_NOMEM;
    run->state = t;
    *t = (thaw__ranking_fit){.run = run, .m = run->m, .best = -1, .plain = {.best = -1}, .moments = {.m = run->m}};
    THAW__TRY(thaw__histories_build(&t->j, t->m, run->data, NULL, 0, INFINITY));
    THAW__TRY(choose_users(t));
    run->report.events = t->j.n_events;
    thaw__ranking_of(t->m)->half_life = start_half_life(t);
    return THAW_OK;
}

void thaw__ranking_close(thaw__run *run)
{
    thaw__ranking_fit *t = run->state;
    const thaw_allocator *a = &run->m->config.allocator;
    if (!t) return;
    if (run->online) {
        thaw__ranking_update_close(run);
        return;
    }
    thaw__statistics_close(&t->moments);
    thaw__user_prior_close(&t->user_prior);
    thaw__schedule_fit_free(&t->rules);
    thaw__snapshot_free(&t->rules_at_first, a);
    thaw__snapshot_free(&t->best_rules, a);
    thaw__output_regression_free(&t->readout);
    thaw__fine_tuning_free(&t->tune);
    thaw__basis_free(&t->basis, a);
    thaw__histories_free(&t->j);
    thaw__free(a, t->rows);
    thaw__free(a, t->users);
    thaw__free(a, t);
}
