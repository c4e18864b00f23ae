/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_train.h"

#include <math.h>

#include "rank_prior.h"
#include "rank_rows.h"
#include "rank_rules.h"
#include "rng.h"
#include "sort.h"
#include "status.h"
#include "thread.h"

enum { MOST_VALID = 3000 };

#define VALID_USERS 0.2 /* where the configuration asks for none: half of them teach the rules, half are judges */

/* Journeys with two items or more, shuffled; the last part teaches the rules. */
static thaw_status choose_users(thaw__training *t)
{
    const thaw_config *c = &t->m->config;
    t->users = thaw__alloc(&c->allocator, (size_t)t->j.n, sizeof *t->users);
    if (!t->users) return THAW_E_NOMEM;
    t->n = thaw__journeys_of_two(t->users, &t->j);
    if (t->n < 3) return thaw__fail(THAW_E_RANGE, "the data hold %lld users with two items or more; at least 3 are needed", (long long)t->n);
    thaw__rng_shuffle(t->users, t->n, c->seed, THAW__RNG_VALID, 0);
    const double part = c->valid_users > 0 ? (double)c->valid_users : VALID_USERS;
    int64_t held = (int64_t)(part * (double)t->n);
    held = held > MOST_VALID ? MOST_VALID : held < 2 ? 2 : held;
    t->n_judges = held / 2;
    t->n_rules = held - t->n_judges;
    t->n_moments = t->n - held;
    thaw__sort(t->users, (size_t)t->n_moments, sizeof *t->users, thaw__by_int64);
    return THAW_OK;
}

/* Times that differ are worth a half-life: it starts at the mean length of a journey. */
static float start_half_life(const thaw__training *t)
{
    double sum = 0;
    if (t->m->config.half_life > 0) return t->m->config.half_life;
    for (int64_t k = 0; k < t->n; k++) {
        const int64_t first = t->j.start[t->users[k]], end = t->j.start[t->users[k] + 1];
        sum += t->j.events[end - 1].time - t->j.events[first].time;
    }
    return (float)(sum / (double)t->n);
}

/* ---- training ------------------------------------------------------------------------------------------------------ */

/* Moments of these users, the first n, and what their features say. */
static thaw_status take_moments(thaw__training *t, int64_t n)
{
    THAW__TRY(thaw__moments_take(t->m, &t->basis, &t->j, t->users, n));
    return thaw__rank_prior_learn(t->m, &t->j, t->users, n);
}

static thaw_status learn(thaw__training *t)
{
    float ridge = 0;
    int32_t epochs = 0;
    t->m->ranking->half_life = start_half_life(t);
    THAW__TRY(take_moments(t, t->n_moments));
    thaw_status st = thaw__rank_rules(t);
    if (st == THAW_OK) st = thaw__rank_rows_choose(t, &epochs, &ridge);
    if (st != THAW_OK && st != THAW_E_CANCELLED) return st;
    thaw__basis_free(&t->basis, &t->m->config.allocator);
    THAW__TRY(take_moments(t, t->n));
    THAW__TRY(thaw__rank_rows_make(t, epochs, ridge));
    thaw__moments_collapse(t->m, &t->basis);
    return st;
}

thaw_status thaw__rank_train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx)
{
    const thaw_allocator *a = &m->config.allocator;
    thaw__training t = {.best = -1, .report = report, .progress = progress, .ctx = ctx, .begin = thaw__seconds()};
    thaw_status st = thaw__model_copy(&t.m, m);
    if (st == THAW_OK) st = thaw__journeys_build(&t.j, t.m, data, NULL, 0, INFINITY);
    if (st == THAW_OK) st = choose_users(&t);
    if (st == THAW_OK) st = learn(&t);
    report->seconds = thaw__seconds() - t.begin;
    report->seconds_left = 0;
    if (st == THAW_OK || st == THAW_E_CANCELLED) {
        t.m->trained_users = t.n;
        t.m->trained_events = t.j.n_events;
        t.m->mass = thaw__journeys_mass(&t.j, t.users, t.n);
        t.m->steps += report->steps;
        thaw__model_refresh(t.m);
        thaw__model_exchange(m, t.m);
    }
    thaw__basis_free(&t.basis, a);
    thaw__journeys_free(&t.j);
    thaw__free(a, t.users);
    thaw__model_free(t.m);
    return st;
}
