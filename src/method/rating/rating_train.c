/* SPDX-License-Identifier: Apache-2.0
 * Training of a rating model in the rounds of method.h. A round is one step of EM, over a batch of users or over all; a
 * pass is the rounds over all users. */
#include "rating_train.h"

#include <math.h>
#include <string.h>

#include "episode_sampling.h"
#include "rng.h"
#include "sort.h"
#include "status.h"
#include "variational_em.h"

enum {
    CHUNK = 8192, /* users whose posteriors are in memory at once */
    QUERY = 10    /* most events of a query set */
};

/* ---- validation ------------------------------------------------------------------------------------------------ */

/* Validation users, each split at random into a support of random size and a query set of at most QUERY events. */
typedef struct validation {
    thaw__rating_tasks tasks;
    thaw_user *user;    /* scratch */
    thaw_event *events; /* scratch [most events of a user] */
    int64_t *order;     /* scratch [most events of a user] */
    double mae, rmse;   /* in rating units, means over users */
} validation;

static void free_validation(validation *v, const thaw_allocator *a)
{
    thaw__rating_tasks_free(&v->tasks);
    thaw__user_free(v->user);
    thaw__free(a, v->events);
    thaw__free(a, v->order);
    *v = (validation){0};
}

static thaw_status init_validation(validation *v, const thaw_model *m, const thaw_data *data, const int64_t *users,
                                   int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    int64_t most = 0;
    THAW__TRY(thaw__rating_tasks_build(&v->tasks, m, data, users, n));
    for (int64_t u = 0; u < v->tasks.n_users; u++)
        if (v->tasks.start[u + 1] - v->tasks.start[u] > most) most = v->tasks.start[u + 1] - v->tasks.start[u];
    v->events = thaw__alloc(a, (size_t)most, sizeof *v->events);
    v->order = thaw__alloc(a, (size_t)most, sizeof *v->order);
    return v->events && v->order ? thaw__user_create(&v->user, m) : THAW_E_NOMEM;
}

/* v->order = the numbers of the user's *n events, permuted by seed and user; returns the size of the support, which is
 * the first of them. */
static int64_t draw_episode(const validation *v, const thaw_model *m, int64_t u, int64_t *n)
{
    const int64_t first = v->tasks.start[u];
    const uint64_t counter = (uint64_t)v->tasks.user[u] << 32;
    *n = v->tasks.start[u + 1] - first;
    const int64_t support = thaw__draw_split(v->order, *n, QUERY, m->config.seed, counter);
    for (int64_t k = 0; k < *n; k++) v->order[k] += first;
    return support;
}

/* Add the mean absolute and squared error of a user's query set, in rating units. */
static thaw_status validate_user(const validation *v, const thaw_model *m, int64_t u, double *mae, double *mse)
{
    const thaw__rating *rating = thaw__rating_of(m);
    int64_t n, support = draw_episode(v, m, u, &n), query = n - support < QUERY ? n - support : QUERY;
    for (int64_t k = 0; k < support; k++)
        v->events[k] = (thaw_event){.item = v->tasks.item[v->order[k]],
                                    .value = thaw__link_rating(&rating->link, v->tasks.z[v->order[k]])};
    float prior[THAW__RANK_MAX];
    thaw__prior_mean(&m->user_prior, prior, &v->tasks.features, u);
    thaw__user_set_prior(v->user, prior);
    THAW__TRY(thaw__rating_adapt(m, v->user, v->events, support));
    for (int64_t k = n - query; k < n; k++) {
        const int64_t e = v->order[k], i = v->tasks.item[e];
        const float *p = rating->item_embedding + i * m->stride;
        const float z = rating->bias[i] + thaw__selection_bias_share(support) * rating->selection_bias[i] +
                        m->kernels->dot(m->stride, p, v->user->posterior.mean);
        const double error =
            (double)thaw__link_rating(&rating->link, z) - (double)thaw__link_rating(&rating->link, v->tasks.z[e]);
        *mae += fabs(error) / (double)query;
        *mse += error * error / (double)query;
    }
    return THAW_OK;
}

static thaw_status validate(validation *v, thaw__run *run)
{
    const thaw_model *m = run->m;
    double mae = 0, mse = 0;
    for (int64_t u = 0; u < v->tasks.n_users; u++) {
        THAW__TRY(validate_user(v, m, u, &mae, &mse));
        THAW__TRY(run->check ? run->check(run) : THAW_OK);
    }
    v->mae = mae / (double)v->tasks.n_users;
    v->rmse = sqrt(mse / (double)v->tasks.n_users);
    return THAW_OK;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

typedef struct training {
    thaw__run *run;
    thaw_model *m;
    int64_t *users; /* [n_users + n_valid] training users, then validation users */
    int64_t n_users, n_valid;
    int64_t n_all;              /* N of eq. 8: the users that a batch stands for */
    int64_t at, n;              /* users[at … at + n - 1] are those of the round */
    int32_t pass;               /* the pass of the round */
    int64_t pass_events;        /* events of the pass so far */
    thaw__rating_tasks *chunks; /* [n_chunks] kept if every round has all users; NULL: built in every round */
    int64_t n_chunks;
    thaw__rating_sums sum;
    validation valid;
    double best_mae;
} training;

/* Shuffle the users with rated events; the last valid_users of them become validation users. */
static thaw_status choose_users(training *t)
{
    const thaw_data *data = t->run->data;
    const thaw_allocator *a = &t->m->config.allocator;
    int64_t n = data->users.keys.n;
    t->users = thaw__alloc(a, (size_t)n, sizeof *t->users);
    uint8_t *rated = thaw__alloc0(a, (size_t)n, 1);
    if (!t->users || !rated) {
        thaw__free(a, rated);
        return THAW_E_NOMEM;
    }
    for (int64_t e = 0; e < data->n; e++)
        if (!isnan(data->value[e])) rated[data->user[e]] = 1;
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

/* The given users of data, or all, in order. */
static thaw_status list_users(training *t)
{
    const thaw__run *run = t->run;
    t->n_users = run->users ? run->n_users : run->data->users.keys.n;
    t->users = thaw__alloc(&t->m->config.allocator, (size_t)t->n_users, sizeof *t->users);
    if (!t->users) return THAW_E_NOMEM;
    for (int64_t k = 0; k < t->n_users; k++) t->users[k] = run->users ? run->users[k] : k;
    thaw__sort(t->users, (size_t)t->n_users, sizeof *t->users, thaw__by_int64);
    return THAW_OK;
}

static int64_t batch_of(const training *t)
{
    const int64_t batch = t->run->online ? 0 : t->m->config.batch_users;
    return batch == 0 || batch >= t->n_users ? t->n_users : batch;
}

static thaw_status open_passes(training *t)
{
    const thaw_allocator *a = &t->m->config.allocator;
    THAW__TRY(choose_users(t));
    t->n_all = t->n_users;
    if (t->n_valid) THAW__TRY(init_validation(&t->valid, t->m, t->run->data, t->users + t->n_users, t->n_valid));
    if (batch_of(t) < t->n_users) return THAW_OK;
    t->n_chunks = (t->n_users + CHUNK - 1) / CHUNK;
    t->chunks = thaw__alloc0(a, (size_t)t->n_chunks, sizeof *t->chunks);
    return t->chunks ? THAW_OK : THAW_E_NOMEM;
}

thaw_status thaw__rating_open(thaw__run *run)
{
    if (run->since > -INFINITY)
        return thaw__fail(THAW_E_UNSUPPORTED, "a rating model cannot subtract events; pretrain it on all of the data");
    training *t = thaw__alloc0(&run->m->config.allocator, 1, sizeof *t);
    if (!t) return THAW_E_NOMEM;
    run->state = t;
    *t = (training){.run = run, .m = run->m, .best_mae = INFINITY};
    return run->online ? list_users(t) : open_passes(t);
}

void thaw__rating_close(thaw__run *run)
{
    training *t = run->state;
    const thaw_allocator *a = &run->m->config.allocator;
    if (!t) return;
    for (int64_t c = 0; t->chunks && c < t->n_chunks; c++) thaw__rating_tasks_free(&t->chunks[c]);
    thaw__free(a, t->chunks);
    thaw__rating_sums_free(&t->sum, a);
    free_validation(&t->valid, a);
    thaw__free(a, t->users);
    thaw__free(a, t);
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

/* The users of the next round: a new permutation in every pass, each batch sorted. */
static void draw_batch(training *t, int64_t batch)
{
    const thaw_model *m = t->m;
    t->n = t->n_users - t->at < batch ? t->n_users - t->at : batch;
    if (batch == t->n_users) return;
    if (t->at == 0) thaw__rng_shuffle(t->users, t->n_users, m->config.seed, THAW__RNG_BATCH, (uint64_t)m->steps << 32);
    thaw__sort(t->users + t->at, (size_t)t->n, sizeof *t->users, thaw__by_int64);
}

thaw_status thaw__rating_begin_round(thaw__run *run, thaw__round *out)
{
    training *t = run->state;
    const int32_t passes = run->online ? 1 : t->m->config.passes;
    if (t->at >= t->n_users || t->pass == 0) {
        t->at = 0;
        t->pass++;
        t->pass_events = 0;
    }
    out->last = t->pass > passes;
    if (out->last) return THAW_OK;
    draw_batch(t, batch_of(t));
    thaw__rating_sums_free(&t->sum, &t->m->config.allocator);
    THAW__TRY(thaw__rating_sums_init(&t->sum, t->m));
    const int ends = t->at + t->n >= t->n_users && !run->online;
    *out = (thaw__round){.n = t->n,
                         .chunk = CHUNK,
                         .restorable = t->at > 0 || t->pass > 1,
                         .pass = ends ? t->pass : 0,
                         .evaluate = ends && t->n_valid,
                         .phase = "passes over the ratings",
                         .done = (t->pass - 1 + (double)t->at / (double)t->n_users) / passes,
                         .share = (double)t->n / (double)t->n_users / passes};
    return THAW_OK;
}

static thaw_status add_tasks(training *t, thaw__rating_tasks *tasks, int64_t first, int64_t n)
{
    if (!tasks->item_start) THAW__TRY(thaw__rating_tasks_build(tasks, t->m, t->run->data, t->users + t->at + first, n));
    if (t->run->online) t->n_all = tasks->n_all;
    return tasks->n_users ? thaw__rating_e_step(t->m, &t->sum, tasks) : THAW_OK;
}

thaw_status thaw__rating_contribute(thaw__run *run, int64_t first, int64_t n)
{
    training *t = run->state;
    const int whole_chunk = first % CHUNK == 0 && (n == CHUNK || first + n == t->n);
    if (t->chunks && whole_chunk) return add_tasks(t, &t->chunks[first / CHUNK], first, n);
    thaw__rating_tasks tasks = {0};
    const thaw_status st = add_tasks(t, &tasks, first, n);
    thaw__rating_tasks_free(&tasks);
    return st;
}

/* rho of eq. 8 (Cappé and Moulines 2009). */
static double step_size(const thaw_model *m, int has_all_users)
{
    return has_all_users ? 1 : pow((double)m->steps + 1, -0.6);
}

static void report_step(training *t, double n_all)
{
    const thaw__rating *rating = thaw__rating_of(t->m);
    thaw_report *report = &t->run->report;
    t->pass_events += (int64_t)t->sum.events;
    report->steps = t->m->steps;
    report->events = t->run->online ? (int64_t)t->sum.events : t->pass_events;
    report->train_rmse = rating->rating_sd * sqrt(t->sum.error / t->sum.events);
    report->noise = rating->rating_sd * sqrt(rating->mean_noise_var);
    t->m->trained_users = (int64_t)n_all;
    t->m->trained_events = (int64_t)(t->sum.events * n_all / t->sum.users);
}

thaw_status thaw__rating_end_round(thaw__run *run)
{
    training *t = run->state;
    const double n_all = (double)t->n_all;
    if (t->sum.users == 0) return thaw__fail(THAW_E_RANGE, "none of the users has a rated event");
    THAW__TRY(thaw__rating_m_step(t->m, &t->sum, n_all / t->sum.users, step_size(t->m, t->sum.users >= n_all)));
    report_step(t, n_all);
    t->at += t->n;
    return THAW_OK;
}

thaw_status thaw__rating_evaluate(thaw__run *run, double *quality)
{
    training *t = run->state;
    THAW__TRY(validate(&t->valid, run));
    if (!(t->valid.mae >= t->best_mae)) t->best_mae = t->valid.mae;
    run->report.valid_mae = t->valid.mae;
    run->report.valid_rmse = t->valid.rmse;
    run->report.best_mae = t->best_mae;
    *quality = -t->valid.mae;
    return THAW_OK;
}
