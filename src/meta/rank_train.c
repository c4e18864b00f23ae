/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_train.h"

#include <math.h>
#include <string.h>

#include "rank_prior.h"
#include "rank_valid.h"
#include "readout.h"
#include "rng.h"
#include "rules.h"
#include "sort.h"
#include "status.h"
#include "thread.h"
#include "tune.h"

enum { STEPS_PER_PASS = 40, MOST_VALID = 3000 };

#define VALID_USERS 0.2 /* where the configuration asks for none: half of them teach the rules, half are judges */

typedef struct training {
    thaw_model *m;
    thaw__journeys j;
    thaw__basis basis;
    int64_t *users;           /* [n] journeys: those of the moments, those that teach the rules, the judges */
    int64_t n, n_moments, n_rules, n_judges;
    double best;              /* recall + NDCG of the judges under the rules kept */
    float floor;              /* of the loss that the rules were learned with */
    double begin;
} training;

/* Journeys with two items or more, shuffled; the last part teaches the rules. */
static thaw_status choose_users(training *t)
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
static float start_half_life(const training *t)
{
    double sum = 0;
    if (t->m->config.half_life > 0) return t->m->config.half_life;
    for (int64_t k = 0; k < t->n; k++) {
        const int64_t first = t->j.start[t->users[k]], end = t->j.start[t->users[k] + 1];
        sum += t->j.events[end - 1].time - t->j.events[first].time;
    }
    return (float)(sum / (double)t->n);
}

static thaw_status judge(training *t, thaw__rank_quality *out)
{
    return thaw__rank_validate(out, t->m, &t->basis, &t->j, t->users + t->n - t->n_judges, t->n_judges);
}

/* ---- the rules -------------------------------------------------------------------------------------------------- */

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

typedef struct watcher {
    thaw_report *report;
    thaw_progress progress;
    void *ctx;
} watcher;

static thaw_status tell(const training *t, const watcher *w, int32_t pass, double loss)
{
    const int32_t passes = t->m->config.passes;
    thaw_report *report = w->report;
    report->pass = pass;
    report->steps = (int64_t)pass * STEPS_PER_PASS;
    report->events = t->j.n_events;
    report->train_rmse = loss;
    report->seconds = thaw__seconds() - t->begin;
    report->seconds_left = report->seconds / pass * (passes - pass);
    if (w->progress && w->progress(w->ctx, report)) return thaw__fail(THAW_E_CANCELLED, "cancelled after pass %d", pass);
    return THAW_OK;
}

/* One floor's share of the passes. */
static thaw_status run_passes(training *t, const watcher *w, int which)
{
    thaw__rules rules;
    const int32_t all = t->m->config.passes, first = which * all / N_FLOORS, end = (which + 1) * all / N_FLOORS;
    thaw_status st = thaw__rules_create(&rules, t->m, &t->basis, &t->j, t->users + t->n_moments, t->n_rules, floors[which]);
    for (int32_t pass = first + 1; st == THAW_OK && pass <= end; pass++) {
        double loss = 0, sum = 0;
        for (int s = 0; st == THAW_OK && s < STEPS_PER_PASS; s++, sum += loss) st = thaw__rules_step(&rules, &loss);
        if (st == THAW_OK) st = tell(t, w, pass, sum / STEPS_PER_PASS);
    }
    thaw__rules_free(&rules);
    return st;
}

/* Ask the judges; 1 at *better, with the report told, if they like what stands better than all before. */
static thaw_status consider(training *t, thaw_report *report, int *better)
{
    thaw__rank_quality q;
    THAW__TRY(judge(t, &q));
    *better = q.recall + q.ndcg > t->best;
    if (!*better) return THAW_OK;
    t->best = q.recall + q.ndcg;
    report->valid_recall = q.recall;
    report->valid_ndcg = q.ndcg;
    return THAW_OK;
}

/* Keep the rules as they are if the judges like them best. */
static thaw_status consider_rules(training *t, thaw_report *report, learned *best)
{
    int better;
    THAW__TRY(consider(t, report, &better));
    if (better) store(best, t->m->ranking);
    return THAW_OK;
}

static thaw_status learn_rules(training *t, const watcher *w)
{
    thaw__ranking *r = t->m->ranking;
    const thaw_allocator *a = &t->m->config.allocator;
    learned start, best;
    start.kinds = thaw__alloc(a, (size_t)r->n_kinds, sizeof *r->kinds);
    best.kinds = thaw__alloc(a, (size_t)r->n_kinds, sizeof *r->kinds);
    thaw_status st = start.kinds && best.kinds ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        store(&start, r);
        st = consider_rules(t, w->report, &best);
    }
    for (int k = 0; st == THAW_OK && k < N_FLOORS; k++) {
        fetch(r, &start);
        const double before = t->best;
        st = run_passes(t, w, k);
        if (st == THAW_OK) st = consider_rules(t, w->report, &best);
        if (t->best > before) t->floor = floors[k];
    }
    if (st == THAW_OK || st == THAW_E_CANCELLED) fetch(r, &best);
    thaw__free(a, start.kinds);
    thaw__free(a, best.kinds);
    return st;
}

/* ---- the embeddings ---------------------------------------------------------------------------------------------- */

/* Judges are asked every so many epochs; tuning is given up unless they like it so much better after the first, and in the end. */
enum { EPOCHS_PER_VERDICT = 2 };
#define WORTH_AT_FIRST 1.005
#define WORTH 1.003

/* All that tuning moves, to or from a copy [items (stride + width) + 2 stride]. */
static void copy_rows(const training *t, float *copy, int back)
{
    const thaw__basis *b = &t->basis;
    float *const at[] = {t->m->factor, b->rows, t->m->ranking->silent, t->m->ranking->pull};
    const int64_t size[] = {b->items * b->stride, b->items * b->width, b->stride, b->stride};
    for (int k = 0; k < 4; copy += size[k++]) memcpy(back ? at[k] : copy, back ? copy : at[k], (size_t)size[k] * sizeof *copy);
}

static thaw_status run_epochs(thaw__tune *tune, int32_t n)
{
    double loss;
    for (int32_t k = 0; k < n; k++) THAW__TRY(thaw__tune_epoch(tune, &loss));
    return THAW_OK;
}

/* Tune as long as the judges like it; *epochs are kept. */
static thaw_status choose_epochs(training *t, int32_t *epochs, thaw_report *report)
{
    const thaw_allocator *a = &t->m->config.allocator;
    const double worth = WORTH_AT_FIRST * t->best;
    thaw__tune tune;
    *epochs = 0;
    if (t->basis.items > THAW__TUNE_ITEMS) return THAW_OK;
    float *copy = thaw__alloc(a, (size_t)(t->basis.items * (t->basis.stride + t->basis.width) + 2 * t->basis.stride), sizeof *copy);
    if (!copy) return THAW_E_NOMEM;
    thaw_status st = thaw__tune_create(&tune, t->m, &t->basis, &t->j, t->users, t->n_moments);
    copy_rows(t, copy, 0);
    for (int32_t k = EPOCHS_PER_VERDICT; st == THAW_OK && k <= THAW__TUNE_EPOCHS; k += EPOCHS_PER_VERDICT) {
        int better = 0;
        st = run_epochs(&tune, EPOCHS_PER_VERDICT);
        if (st == THAW_OK) st = consider(t, report, &better);
        if (t->best < worth) break;
        if (!better) continue;
        *epochs = k;
        copy_rows(t, copy, 0);
    }
    copy_rows(t, copy, 1);
    thaw__tune_free(&tune);
    thaw__free(a, copy);
    return st;
}

static thaw_status tune_everybody(training *t, int32_t epochs)
{
    thaw__tune tune;
    if (!epochs) return THAW_OK;
    THAW__TRY(thaw__tune_create(&tune, t->m, &t->basis, &t->j, t->users, t->n));
    const thaw_status st = run_epochs(&tune, epochs);
    thaw__tune_free(&tune);
    return st;
}

/* ---- the readout ------------------------------------------------------------------------------------------------- */

static const float ridges[] = {0.1f, 0.5f, 2};
enum { N_RIDGES = sizeof ridges / sizeof *ridges };

/* The ridge of the readout that the judges like best; 0: none is better than nothing. */
static thaw_status choose_ridge(training *t, float *best, thaw_report *report)
{
    thaw__readout r;
    *best = 0;
    THAW__TRY(thaw__readout_take(&r, t->m, &t->basis, &t->j, t->users, t->n_moments));
    thaw_status st = THAW_OK;
    for (int k = 0; st == THAW_OK && k < N_RIDGES; k++) {
        int better = 0;
        st = thaw__readout_solve(&r, t->m, &t->basis, ridges[k]);
        if (st != THAW_OK) break;
        thaw__readout_add(&t->basis, r.R, 1);
        st = consider(t, report, &better);
        thaw__readout_add(&t->basis, r.R, -1);
        if (better) *best = ridges[k];
    }
    thaw__readout_free(&r, &t->m->config.allocator);
    return st;
}

/* Epochs and ridge. Tuning has to be worth it with the regression that follows, against the regression alone; the basis is spent then. */
static thaw_status choose_rows(training *t, int32_t *epochs, float *ridge, thaw_report *report)
{
    const double rules = t->best;
    float plain_ridge;
    THAW__TRY(choose_ridge(t, &plain_ridge, report));
    const double plain = t->best;
    const thaw_report told = *report;
    t->best = rules;
    THAW__TRY(choose_epochs(t, epochs, report));
    if (*epochs) {
        THAW__TRY(thaw__rank_prior_learn(t->m, &t->j, t->users, t->n_moments)); /* of the space as it is now */
        THAW__TRY(choose_ridge(t, ridge, report));
    }
    if (*epochs && t->best >= WORTH * plain) return THAW_OK;
    *epochs = 0;
    *ridge = plain_ridge;
    *report = told;
    t->best = plain;
    return THAW_OK;
}

static thaw_status learn(training *t, const watcher *w)
{
    float ridge;
    int32_t epochs = 0;
    t->m->ranking->half_life = start_half_life(t);
    THAW__TRY(thaw__moments_take(t->m, &t->basis, &t->j, t->users, t->n_moments));
    THAW__TRY(thaw__rank_prior_learn(t->m, &t->j, t->users, t->n_moments));
    const thaw_status st = learn_rules(t, w);
    if (st != THAW_OK && st != THAW_E_CANCELLED) return st;
    if (st == THAW_OK) THAW__TRY(choose_rows(t, &epochs, &ridge, w->report));
    else THAW__TRY(choose_ridge(t, &ridge, w->report));
    thaw__basis_free(&t->basis, &t->m->config.allocator);
    THAW__TRY(thaw__moments_take(t->m, &t->basis, &t->j, t->users, t->n));
    THAW__TRY(thaw__rank_prior_learn(t->m, &t->j, t->users, t->n));
    THAW__TRY(tune_everybody(t, epochs));
    if (epochs) THAW__TRY(thaw__rank_prior_learn(t->m, &t->j, t->users, t->n)); /* of the space as it is now */
    if (ridge > 0) THAW__TRY(thaw__readout_learn(&t->basis, t->m, &t->j, t->users, t->n, ridge));
    thaw__moments_collapse(t->m, &t->basis);
    return st;
}

thaw_status thaw__rank_train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx)
{
    const thaw_allocator *a = &m->config.allocator;
    training t = {.best = -1, .floor = floors[0], .begin = thaw__seconds()};
    const watcher w = {report, progress, ctx};
    thaw_status st = thaw__model_copy(&t.m, m);
    if (st == THAW_OK) st = thaw__journeys_build(&t.j, t.m, data, NULL, 0, INFINITY);
    if (st == THAW_OK) st = choose_users(&t);
    if (st == THAW_OK) st = learn(&t, &w);
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
