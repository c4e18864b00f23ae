/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_train.h"

#include <math.h>

#include "edge_codes.h"
#include "ranking_validation.h"
#include "rng.h"
#include "sort.h"
#include "status.h"
#include "ranking_fit.h"

enum {
    MOST_VALID = 3000, /* held-out users */
    CHUNK = 256        /* contributors between two checks of progress */
};

#define MOST_SPAN 100   /* in units of the median: a user with a longer history has wrong times */
#define VALID_USERS 0.2 /* held out by default: half of them train the schedules, half are validation users */

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

typedef struct planned {
    const thaw__phase *phase;
    int all_users; /* 0: the statistics users alone */
    int cost;      /* usual share of the time, in thousandths, for progress */
    int complete;  /* the model is complete before it: what a cancelled run leaves */
} planned;

/* First the statistics users, to choose settings; then all users, with these settings. */
static const planned pretraining[] = {
    {&thaw__phase_popularity, 0, 1, 0},
    {&thaw__phase_space, 0, 4, 0},
    {&thaw__phase_order, 0, 1, 0},
    {&thaw__phase_neighbours, 0, 15, 0},
    {&thaw__phase_user_prior, 0, 5, 0},
    {&thaw__phase_schedules, 0, 300, 1},
    {&thaw__phase_regression, 0, 35, 1},
    {&thaw__phase_choose_epochs, 0, 230, 0},
    {&thaw__phase_fine_tuned_prior, 0, 5, 0},
    {&thaw__phase_fine_tuned_regression, 0, 30, 0},
    {&thaw__phase_popularity, 1, 1, 1},
    {&thaw__phase_space, 1, 4, 0},
    {&thaw__phase_order, 1, 1, 0},
    {&thaw__phase_neighbours, 1, 15, 0},
    {&thaw__phase_user_prior, 1, 5, 0},
    {&thaw__phase_fine_tuning, 1, 310, 0},
    {&thaw__phase_fine_tuned_prior, 1, 5, 0},
    {&thaw__phase_last_regression, 1, 33, 0},
    {NULL, 0, 0, 0},
};

/* The same statistics, with signs, projected on the present V; schedules and event weightings stay. */
static const planned update[] = {
    {&thaw__phase_popularity, 1, 0, 0},
    {&thaw__phase_order, 1, 0, 0},
    {&thaw__phase_neighbours, 1, 0, 0},
    {NULL, 0, 0, 0},
};

/* Make the edges what a file holds, so that a model is the same after it was saved. Without a target, all that two
 * items have in common comes after or before. */
static void fit_edges(const thaw_model *m)
{
    thaw__ranking *r = thaw__ranking_of(m);
    const int64_t n = thaw__n_items(m);
    thaw__edge_codes_fit(&r->graph, n, thaw__edge_room(n), r->target < 0, m->config.seed + (uint64_t)m->steps);
}

/* The model of the first n users: compute its output embeddings and offsets. */
static thaw_status complete_model(thaw__ranking_fit *t, int64_t n)
{
    thaw_model *m = t->m;
    thaw__basis_collapse(m, &t->basis, 0);
    m->trained_users = n;
    m->trained_events = (int64_t)((double)n / (double)t->n * (double)t->histories.n_events);
    m->steps = t->steps_before + t->run->report.steps;
    fit_edges(m);
    thaw__model_refresh(m);
    return thaw__model_check_finite(m);
}

/* Compute the embedding of an item that had none: its row of C V (V'V)^-1, of which eigenvectors are fixed points. The
 * basis has the halves F and B of that row, each times o_i / p_i. */
static void place_item(thaw_model *m, const thaw__basis *basis, int64_t at)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    const int64_t i = basis->item[at];
    const float *row = basis->rows + at * basis->width, o = row[thaw__basis_popularity(basis)];
    float *v = r->item_embedding + i * m->stride;
    if (!(o > 0) || m->kernels->dot(m->stride, v, v) > 0) return;
    for (int32_t c = 0; c < m->rank; c++) {
        v[c] = (row[c] + row[m->stride + c]) * r->popularity[i] / o;
        r->gram_diag[c] += v[c] * v[c];
    }
}

static int64_t less(int64_t a, int64_t b)
{
    return a > b ? a - b : 0;
}

static void finish_update(thaw__ranking_fit *t)
{
    thaw_model *m = t->m;
    thaw__basis_collapse(m, &t->basis, t->kept);
    for (int64_t at = 0; at < t->basis.items; at++) place_item(m, &t->basis, at);
    thaw__gram_popularity_update(m);
    m->trained_users = less(m->trained_users, t->n_before) + t->n;
    m->trained_events = less(m->trained_events, t->before.n_events) + t->histories.n_events;
    t->run->report.steps = ++m->steps;
    fit_edges(m);
    thaw__model_refresh(m);
}

/* What the round of a phase is for the driver. */
static void describe_round(const thaw__ranking_fit *t, thaw__round *out)
{
    const planned *first = t->run->online ? update : pretraining;
    int before = 0, all = 0;
    for (const planned *p = first; p->phase; p++) all += p->cost, before += p < t->plan ? p->cost : 0;
    out->pass = t->pass;
    out->chunk = t->plan->phase->whole ? 0 : CHUNK;
    out->phase = t->plan->phase->name;
    out->done = all ? (before + t->done * t->plan->cost) / all : 0;
    out->share = all ? t->share * t->plan->cost / all : 0;
}

thaw_status thaw__ranking_begin_round(thaw__run *run, thaw__round *out)
{
    thaw__ranking_fit *t = run->state;
    for (; t->plan->phase; t->plan++, t->begun = 0) {
        if (t->plan->complete && !t->begun) THAW__TRY(complete_model(t, t->n_statistics_users));
        out->restorable |= t->plan->complete && !t->begun;
        t->pass = 0;
        t->done = 0, t->share = 1;
        t->n_now = t->plan->all_users ? t->n : t->n_statistics_users;
        THAW__TRY(t->plan->phase->begin(t, &out->n));
        describe_round(t, out);
        if (out->n) return THAW_OK;
    }
    out->last = 1;
    if (!run->online) return complete_model(t, t->n);
    finish_update(t);
    return thaw__model_check_finite(t->m);
}

thaw_status thaw__ranking_contribute(thaw__run *run, int64_t first, int64_t n)
{
    thaw__ranking_fit *t = run->state;
    return t->plan->phase->contribute(t, first, n);
}

thaw_status thaw__ranking_end_round(thaw__run *run)
{
    thaw__ranking_fit *t = run->state;
    int again = 0;
    THAW__TRY(t->plan->phase->end(t, &again));
    t->begun = again;
    t->plan += !again;
    return THAW_OK;
}

thaw_status thaw__ranking_evaluate_candidate(thaw__ranking_fit *t, int *better)
{
    thaw__ranking_quality q;
    THAW__TRY(thaw__ranking_validate(&q, t->m, &t->basis, &t->histories, t->users + t->n - t->n_validation_users,
                                     t->n_validation_users));
    *better = q.recall + q.ndcg > t->best;
    if (!*better) return THAW_OK;
    t->best = q.recall + q.ndcg;
    t->run->report.valid_recall = q.recall;
    t->run->report.valid_ndcg = q.ndcg;
    return THAW_OK;
}

/* ---- users ------------------------------------------------------------------------------------------------------- */

/* Split the users with two items or more at random: statistics users, schedule users, validation users. */
static thaw_status split_users(thaw__ranking_fit *t)
{
    const thaw_config *c = &t->m->config;
    t->users = thaw__alloc(&c->allocator, (size_t)t->histories.n, sizeof *t->users);
    if (!t->users) return THAW_E_NOMEM;
    t->n = thaw__histories_of_two(t->users, &t->histories);
    if (t->n < 3)
        return thaw__fail(THAW_E_RANGE, "the data hold %lld users with two items or more; at least 3 are needed",
                          (long long)t->n);
    thaw__rng_shuffle(t->users, t->n, c->seed, THAW__RNG_VALID, 0);
    const double part = c->valid_users > 0 ? (double)c->valid_users : VALID_USERS;
    int64_t held = (int64_t)(part * (double)t->n);
    held = held > MOST_VALID ? MOST_VALID : held < 2 ? 2 : held;
    t->n_validation_users = held / 2;
    t->n_schedule_users = held - t->n_validation_users;
    t->n_statistics_users = t->n - held;
    thaw__sort(t->users, (size_t)t->n_statistics_users, sizeof *t->users, thaw__by_int64);
    return THAW_OK;
}

/* The time from the first to the last event of a user. */
static double span_of(const thaw__histories *h, int64_t user)
{
    return h->events[h->start[user + 1] - 1].time - h->events[h->start[user]].time;
}

/* Start value: the mean span of a user; 0 if the data have no times. Spans above MOST_SPAN times the median of those
 * above 0 are left out: their times are wrong. */
static thaw_status start_half_life(float *out, const thaw__ranking_fit *t)
{
    const thaw_allocator *a = &t->m->config.allocator;
    double sum = 0, *spans = thaw__alloc(a, (size_t)t->n, sizeof *spans);
    int64_t n = 0, kept = t->n;
    if (!spans) return THAW_E_NOMEM;
    for (int64_t k = 0; k < t->n; k++)
        if (span_of(&t->histories, t->users[k]) > 0) spans[n++] = span_of(&t->histories, t->users[k]);
    thaw__sort(spans, (size_t)n, sizeof *spans, thaw__by_double);
    for (int64_t k = 0; k < n; k++)
        if (spans[k] <= MOST_SPAN * spans[n / 2]) sum += spans[k];
        else kept--;
    *out = (float)(sum / (double)kept);
    thaw__free(a, spans);
    return THAW_OK;
}

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

static thaw_status open_pretraining(thaw__ranking_fit *t)
{
    THAW__TRY(thaw__histories_build(&t->histories, t->m, t->run->data, NULL, 0, INFINITY));
    THAW__TRY(split_users(t));
    thaw__ranking_of(t->m)->half_life = t->m->config.half_life;
    return t->m->config.half_life > 0 ? THAW_OK : start_half_life(&thaw__ranking_of(t->m)->half_life, t);
}

/* The histories of the users as they are, and as they were when the model last saw them. */
static thaw_status open_update(thaw__ranking_fit *t)
{
    const thaw__run *run = t->run;
    THAW__TRY(thaw__histories_build(&t->histories, t->m, run->data, run->users, run->n_users, INFINITY));
    THAW__TRY(thaw__histories_build(&t->before, t->m, run->data, run->users, run->n_users, run->since));
    t->n = thaw__histories_count_of_two(&t->histories);
    t->n_before = thaw__histories_count_of_two(&t->before);
    return t->n ? THAW_OK : thaw__fail(THAW_E_RANGE, "none of the users has two items with a positive event");
}

thaw_status thaw__ranking_open(thaw__run *run)
{
    thaw__ranking_fit *t = thaw__alloc0(&run->m->config.allocator, 1, sizeof *t);
    if (!t) return THAW_E_NOMEM;
    run->state = t;
    *t = (thaw__ranking_fit){.run = run,
                             .m = run->m,
                             .best = -1,
                             .steps_before = run->m->steps,
                             .regression_only = {.best = -1},
                             .statistics = {.m = run->m},
                             .plan = run->online ? update : pretraining};
    THAW__TRY(run->online ? open_update(t) : open_pretraining(t));
    run->report.events = t->histories.n_events;
    return THAW_OK;
}

void thaw__ranking_close(thaw__run *run)
{
    thaw__ranking_fit *t = run->state;
    const thaw_allocator *a = &run->m->config.allocator;
    if (!t) return;
    thaw__statistics_close(&t->statistics);
    thaw__user_prior_close(&t->user_prior);
    thaw__schedule_fit_free(&t->schedules);
    thaw__snapshot_free(&t->start_schedules, a);
    thaw__snapshot_free(&t->best_schedules, a);
    thaw__output_regression_free(&t->regression);
    thaw__fine_tuning_free(&t->fine_tuning);
    thaw__basis_free(&t->basis, a);
    thaw__histories_free(&t->histories);
    thaw__histories_free(&t->before);
    thaw__free(a, t->saved_rows);
    thaw__free(a, t->users);
    thaw__free(a, t);
}
