/* SPDX-License-Identifier: Apache-2.0 */
#include "train.h"

#include <math.h>
#include <string.h>

#include "episode_sampling.h"
#include "method.h"
#include "rank_step.h"
#include "rank_train.h"
#include "rng.h"
#include "snapshot.h"
#include "sort.h"
#include "status.h"
#include "thread.h"

/* Users are taken in chunks of this many, so that their posteriors need little memory at once. */
enum { CHUNK = 8192, QUERY = 10 };

/* ---- one step -------------------------------------------------------------------------------------------------- */

/* The tasks of one step, in chunks. */
typedef struct step_tasks {
    thaw__tasks *chunks;
    int64_t n;
} step_tasks;

static void free_tasks(step_tasks *t, const thaw_allocator *a)
{
    for (int64_t c = 0; c < t->n; c++) thaw__tasks_free(&t->chunks[c]);
    thaw__free(a, t->chunks);
    *t = (step_tasks){0};
}

static thaw_status build_tasks(step_tasks *out, const thaw_model *m, const thaw_data *data, const int64_t *users,
                               int64_t n_users)
{
    const thaw_allocator *a = &m->config.allocator;
    const int64_t n = (n_users + CHUNK - 1) / CHUNK;
    *out = (step_tasks){0};
    out->chunks = thaw__alloc0(a, (size_t)n, sizeof *out->chunks);
    thaw_status st = out->chunks ? THAW_OK : THAW_E_NOMEM;
    for (int64_t c = 0; st == THAW_OK && c < n; c++) {
        int64_t size = n_users - c * CHUNK < CHUNK ? n_users - c * CHUNK : CHUNK;
        st = thaw__tasks_build(&out->chunks[c], m, data, users + c * CHUNK, size);
        if (st == THAW_OK) out->n++;
    }
    if (st != THAW_OK) free_tasks(out, a);
    return st;
}

/* How much of the new statistics a step takes (Cappé, Moulines 2009). */
static double step_size(const thaw_model *m, int whole)
{
    return whole ? 1 : pow((double)m->steps + 1, -0.6);
}

/* E-step, M-step. users_in_all: how many the data hold. */
static thaw_status make_step(thaw_model *m, thaw_report *report, const step_tasks *tasks, double users_in_all)
{
    const thaw_allocator *a = &m->config.allocator;
    thaw__contribution sum;
    thaw__snapshot before = {0};
    THAW__TRY(thaw__contribution_init(&sum, m));
    thaw_status st = thaw__snapshot_take(&before, m, THAW__LEARNED);
    for (int64_t c = 0; st == THAW_OK && c < tasks->n; c++)
        if (tasks->chunks[c].n_users) st = thaw__method_bayes.contribute(m, &sum, &tasks->chunks[c]);
    if (st == THAW_OK && sum.users == 0) st = thaw__fail(THAW_E_RANGE, "none of the users has a rated event");
    if (st == THAW_OK) {
        st = thaw__method_bayes.apply(m, &sum, users_in_all / sum.users, step_size(m, sum.users >= users_in_all));
        if (st != THAW_OK) thaw__snapshot_restore(&before, m);
    }
    if (st == THAW_OK) {
        m->trained_users = (int64_t)users_in_all;
        m->trained_events = (int64_t)(sum.events * users_in_all / sum.users);
        report->steps = m->steps;
        report->events = (int64_t)sum.events;
        report->train_rmse = m->scale * sqrt(sum.error / sum.events);
        report->noise = m->scale * sqrt(m->noise2);
    }
    thaw__snapshot_free(&before, a);
    thaw__contribution_free(&sum, a);
    return st;
}

/* Every user of data, or the given ones. */
static int64_t *user_list(const thaw_allocator *a, const thaw_data *data, const int64_t *users, int64_t *n)
{
    if (!users) *n = data->users.keys.n;
    int64_t *list = thaw__alloc(a, (size_t)*n, sizeof *list);
    for (int64_t k = 0; list && k < *n; k++) list[k] = users ? users[k] : k;
    return list;
}

/* Twice the same user in two chunks would not be seen there. */
static thaw_status check_distinct(const int64_t *sorted, int64_t n)
{
    for (int64_t k = 1; k < n; k++)
        if (sorted[k] == sorted[k - 1]) return thaw__fail(THAW_E_RANGE, "user row %lld is given twice", (long long)sorted[k]);
    return THAW_OK;
}

thaw_status thaw__train_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users,
                             int64_t n_users)
{
    if (m->ranking) return thaw__rank_step(m, report, data, users, n_users, (double)-INFINITY);
    const thaw_allocator *a = &m->config.allocator;
    const double begin = thaw__seconds();
    step_tasks tasks = {0};
    int64_t n = n_users;
    int64_t *list = user_list(a, data, users, &n);
    if (!list) return THAW_E_NOMEM;
    thaw__sort(list, (size_t)n, sizeof *list, thaw__by_int64);
    thaw_status st = check_distinct(list, n);
    if (st == THAW_OK) st = build_tasks(&tasks, m, data, list, n);
    if (st == THAW_OK) {
        double in_all = tasks.n ? (double)tasks.chunks[0].n_all : 0;
        st = make_step(m, report, &tasks, in_all);
    }
    report->seconds = thaw__seconds() - begin;
    free_tasks(&tasks, a);
    thaw__free(a, list);
    return st;
}

/* ---- validation ------------------------------------------------------------------------------------------------ */

/* Held-out users, each split by chance into a support of random size and a query of at most QUERY events. */
typedef struct validation {
    thaw__tasks tasks;
    thaw_user *user;
    thaw_event *events; /* scratch [longest] */
    int64_t *order;     /* scratch [longest] */
    double mae, rmse;
} validation;

static void free_validation(validation *v, const thaw_allocator *a)
{
    thaw__tasks_free(&v->tasks);
    thaw__user_free(v->user);
    thaw__free(a, v->events);
    thaw__free(a, v->order);
    *v = (validation){0};
}

static thaw_status init_validation(validation *v, const thaw_model *m, const thaw_data *data, const int64_t *users,
                                   int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    int64_t longest = 0;
    THAW__TRY(thaw__tasks_build(&v->tasks, m, data, users, n));
    for (int64_t u = 0; u < v->tasks.n_users; u++)
        if (v->tasks.start[u + 1] - v->tasks.start[u] > longest) longest = v->tasks.start[u + 1] - v->tasks.start[u];
    v->events = thaw__alloc(a, (size_t)longest, sizeof *v->events);
    v->order = thaw__alloc(a, (size_t)longest, sizeof *v->order);
    return v->events && v->order ? thaw__user_create(&v->user, m) : THAW_E_NOMEM;
}

/* The user's events in an order drawn by seed and user; returns how many of the first are the support. */
static int64_t draw_episode(const validation *v, const thaw_model *m, int64_t u, int64_t *n)
{
    const int64_t first = v->tasks.start[u];
    const uint64_t counter = (uint64_t)v->tasks.user[u] << 32;
    *n = v->tasks.start[u + 1] - first;
    const int64_t support = thaw__draw_split(v->order, *n, QUERY, m->config.seed, counter);
    for (int64_t k = 0; k < *n; k++) v->order[k] += first;
    return support;
}

/* Mean absolute and squared error of a user's query in rating units. */
static thaw_status validate_user(const validation *v, const thaw_model *m, int64_t u, double *mae, double *mse)
{
    int64_t n, support = draw_episode(v, m, u, &n), query = n - support < QUERY ? n - support : QUERY;
    for (int64_t k = 0; k < support; k++)
        v->events[k] = (thaw_event){.item = v->tasks.item[v->order[k]],
                                    .value = thaw__link_rating(&m->link, v->tasks.y[v->order[k]])};
    float prior[THAW__RANK_MAX];
    thaw__prior_mean(&m->user_prior, prior, &v->tasks.features, u);
    thaw__user_set_prior(v->user, prior);
    THAW__TRY(thaw__method_bayes.adapt(m, v->user, v->events, support));
    for (int64_t k = n - query; k < n; k++) {
        int64_t e = v->order[k], i = v->tasks.item[e];
        float z = m->base[i] + thaw__surplus_share(support) * m->surplus[i] + m->kernels->dot(m->stride, m->factor + i * m->stride, v->user->posterior.mean);
        double miss = (double)thaw__link_rating(&m->link, z) - (double)thaw__link_rating(&m->link, v->tasks.y[e]);
        *mae += fabs(miss) / (double)query;
        *mse += miss * miss / (double)query;
    }
    return THAW_OK;
}

static thaw_status validate(validation *v, const thaw_model *m)
{
    double mae = 0, mse = 0;
    for (int64_t u = 0; u < v->tasks.n_users; u++) THAW__TRY(validate_user(v, m, u, &mae, &mse));
    v->mae = mae / (double)v->tasks.n_users;
    v->rmse = sqrt(mse / (double)v->tasks.n_users);
    return THAW_OK;
}

/* ---- passes ---------------------------------------------------------------------------------------------------- */

typedef struct training {
    thaw_model *m;
    const thaw_data *data;
    int64_t *users;      /* [n_users] with rated events: those trained on, then those held out */
    int64_t n_users, n_valid;
    step_tasks tasks;    /* of all users trained on, when a step takes them all */
    validation valid;
    thaw__snapshot best;
    double best_mae;
    int32_t waited;      /* passes since the best */
} training;

/* Users of data with rated events, shuffled; the last part is held out. */
static thaw_status choose_users(training *t)
{
    const thaw_data *data = t->data;
    const thaw_allocator *a = &t->m->config.allocator;
    int64_t n = data->users.keys.n;
    t->users = thaw__alloc(a, (size_t)n, sizeof *t->users);
    uint8_t *rated = thaw__alloc0(a, (size_t)n, 1);
    if (!t->users || !rated) {
        thaw__free(a, rated);
        return THAW_E_NOMEM;
    }
    for (int64_t e = 0; e < data->n; e++) if (!isnan(data->value[e])) rated[data->user[e]] = 1;
    for (int64_t u = 0; u < n; u++)
        if (rated[u]) t->users[t->n_users++] = u;
    thaw__free(a, rated);
    thaw__rng_shuffle(t->users, t->n_users, t->m->config.seed, THAW__RNG_VALID, 0);
    t->n_valid = (int64_t)((double)t->m->config.valid_users * (double)t->n_users);
    t->n_users -= t->n_valid;
    if (t->n_users == 0) return thaw__fail(THAW_E_RANGE, "the data hold no rated event");
    thaw__sort(t->users, (size_t)t->n_users, sizeof *t->users, thaw__by_int64);
    return THAW_OK;
}

static thaw_status begin_training(training *t)
{
    THAW__TRY(choose_users(t));
    if (t->n_valid) THAW__TRY(init_validation(&t->valid, t->m, t->data, t->users + t->n_users, t->n_valid));
    int64_t batch = t->m->config.batch_users;
    if (batch == 0 || batch >= t->n_users) return build_tasks(&t->tasks, t->m, t->data, t->users, t->n_users);
    return THAW_OK;
}

static void end_training(training *t)
{
    const thaw_allocator *a = &t->m->config.allocator;
    free_tasks(&t->tasks, a);
    free_validation(&t->valid, a);
    thaw__snapshot_free(&t->best, a);
    thaw__free(a, t->users);
}

/* One pass in batches drawn anew. */
static thaw_status pass_in_batches(training *t, thaw_report *report)
{
    thaw_model *m = t->m;
    const int64_t batch = m->config.batch_users;
    int64_t events = 0;
    uint64_t counter = (uint64_t)m->steps << 32;
    thaw__rng_shuffle(t->users, t->n_users, m->config.seed, THAW__RNG_BATCH, counter);
    for (int64_t at = 0; at < t->n_users; at += batch) {
        step_tasks tasks;
        int64_t n = t->n_users - at < batch ? t->n_users - at : batch;
        thaw__sort(t->users + at, (size_t)n, sizeof *t->users, thaw__by_int64);
        THAW__TRY(build_tasks(&tasks, m, t->data, t->users + at, n));
        thaw_status st = make_step(m, report, &tasks, (double)t->n_users);
        free_tasks(&tasks, &m->config.allocator);
        if (st != THAW_OK) return st;
        events += report->events;
    }
    report->events = events;
    return THAW_OK;
}

/* Compare with the best so far; keeps a copy of a better one. */
static thaw_status judge(training *t, thaw_report *report)
{
    THAW__TRY(validate(&t->valid, t->m));
    report->valid_mae = t->valid.mae;
    report->valid_rmse = t->valid.rmse;
    t->waited++;
    if (!(t->valid.mae >= t->best_mae)) {
        THAW__TRY(thaw__snapshot_take(&t->best, t->m, THAW__LEARNED));
        t->best_mae = t->valid.mae;
        t->waited = 0;
    }
    report->best_mae = t->best_mae;
    return THAW_OK;
}

static thaw_status run_passes(training *t, thaw_report *report, thaw_progress progress, void *ctx)
{
    const thaw_config *config = &t->m->config;
    const double begin = thaw__seconds();
    for (int32_t pass = 1; pass <= config->passes; pass++) {
        THAW__TRY(t->tasks.n ? make_step(t->m, report, &t->tasks, (double)t->n_users) : pass_in_batches(t, report));
        if (t->n_valid) THAW__TRY(judge(t, report));
        report->pass = pass;
        report->seconds = thaw__seconds() - begin;
        report->seconds_left = report->seconds / pass * (config->passes - pass);
        if (progress && progress(ctx, report)) return thaw__fail(THAW_E_CANCELLED, "cancelled after pass %d", pass);
        if (config->patience && t->n_valid && t->waited >= config->patience) break;
    }
    return THAW_OK;
}

thaw_status thaw__train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx)
{
    if (m->ranking) return thaw__rank_train(m, report, data, progress, ctx);
    training t = {.m = m, .data = data, .best_mae = INFINITY};
    thaw_status st = begin_training(&t);
    if (st == THAW_OK) st = run_passes(&t, report, progress, ctx);
    if (t.best.n) thaw__snapshot_restore(&t.best, m);
    end_training(&t);
    return st;
}
