/* SPDX-License-Identifier: Apache-2.0 */
#include "rating_protocol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"
#include "median.h"
#include "list_metrics.h"
#include "progress.h"
#include "top_items.h"

enum { MAX_K = 5 }; /* of nDCG@k */

/* Buffers of one run. */
typedef struct work {
    int64_t *order;                 /* [max_events] */
    thaw_event *support;            /* [max_events] */
    int64_t *items;                 /* [query] */
    float *mean, *variance, *truth; /* [query] */
    double *user_mae;               /* [tasks] sum over seeds */
    double *adapt_us;               /* [tasks * seeds] */
    int64_t n_adapt;
} work;

/* Sums over the users of one seed. */
typedef struct sums {
    double mae, rmse, ndcg[MAX_K + 1], covered;
    int64_t users;
} sums;

static int qualifies(const rating_protocol *protocol, const rating_task *task)
{
    return task->n >= protocol->min_events && task->n <= protocol->max_events;
}

int64_t rating_protocol_tasks(const rating_protocol *protocol, const rating_tasks *tasks)
{
    int64_t n = 0;
    for (int64_t t = 0; t < tasks->n; t++) n += qualifies(protocol, &tasks->tasks[t]);
    return n;
}

/* Write the gains 2^r - 1 of the MAX_K best items by score (ties: lower row first); returns their number. */
static int64_t gains(double *gain, const float *scores, const float *truth, int64_t n)
{
    int64_t order[MAX_K];
    const scored_items from = {.scores = scores, .n = n};
    const int64_t found = top_items(order, MAX_K, &from, NULL, NULL, 0);
    for (int64_t i = 0; i < found; i++) gain[i] = exp2((double)truth[order[i]]) - 1;
    return found;
}

/* Add the metrics of one user. */
static void measure(sums *s, work *w, const rating_protocol *protocol, int has_variance)
{
    const int64_t n = protocol->query;
    double absolute = 0, squared = 0, covered = 0;
    for (int64_t i = 0; i < n; i++) {
        const double y = (double)w->truth[i], mean = (double)w->mean[i];
        const double error = fmin(fmax(mean, protocol->lowest), protocol->highest) - y;
        absolute += fabs(error);
        squared += error * error;
        if (has_variance) covered += fabs(mean - y) <= 1.645 * sqrt((double)w->variance[i]);
    }
    s->mae += absolute / (double)n;
    w->user_mae[s->users] += absolute / (double)n;
    s->rmse += sqrt(squared / (double)n);
    s->covered += covered / (double)n;

    double gain[MAX_K], ideal[MAX_K];
    const int64_t found = gains(gain, w->mean, w->truth, n);
    gains(ideal, w->truth, w->truth, n);
    for (int k = 1; k <= MAX_K; k++) s->ndcg[k] += metric_ndcg(gain, found, ideal, found, k);
    s->users++;
}

/* Run one user under one seed: draw, adapt, predict, measure. */
static thaw_status run_task(sums *s, work *w, const rating_predictor *p, const rating_tasks *tasks,
                            const rating_task *task, const rating_protocol *protocol, const support_size *support,
                            int64_t seed)
{
    const thaw_event *events = tasks->events + task->first;
    const int64_t rest = task->n - protocol->query;
    const int64_t n_support = support_size_of(support, rest);

    draw_permutation(w->order, task->n, (uint64_t)seed, draw_key(task->user));
    for (int64_t i = 0; i < n_support; i++) w->support[i] = events[w->order[i]];
    for (int64_t i = 0; i < protocol->query; i++) {
        w->items[i] = events[w->order[rest + i]].item;
        w->truth[i] = events[w->order[rest + i]].value;
    }

    thaw_status st = p->begin ? p->begin(p->ctx, task->user) : THAW_OK;
    if (st != THAW_OK) return st;
    const double start = progress_clock();
    st = p->adapt(p->ctx, w->support, n_support);
    if (st != THAW_OK) return st;
    w->adapt_us[w->n_adapt++] = 1e6 * (progress_clock() - start);
    st = p->predict(p->ctx, w->mean, p->has_variance ? w->variance : NULL, w->items, protocol->query);
    if (st != THAW_OK) return st;
    measure(s, w, protocol, p->has_variance);
    return THAW_OK;
}

/* Add the means of one seed to the scores. finish() divides by the number of seeds. */
static void add_seed(rating_scores *out, double *seed_mae, const sums *s, int has_variance)
{
    const double users = (double)s->users;
    *seed_mae = s->mae / users;
    out->mae += *seed_mae;
    out->rmse += s->rmse / users;
    out->ndcg1 += s->ndcg[1] / users;
    out->ndcg3 += s->ndcg[3] / users;
    out->ndcg5 += s->ndcg[5] / users;
    out->coverage90 += has_variance ? s->covered / users : NAN;
}

/* The standard error of the mean over users. */
static double error_over_users(const double *user_mae, int64_t users, double mean, int64_t seeds)
{
    double squares = 0;
    for (int64_t u = 0; u < users; u++) squares += pow(user_mae[u] / (double)seeds - mean, 2);
    return users > 1 ? sqrt(squares / (double)(users - 1) / (double)users) : NAN;
}

static void finish(rating_scores *out, const double *seed_mae, int64_t seeds)
{
    double *means[] = {&out->mae, &out->rmse, &out->ndcg1, &out->ndcg3, &out->ndcg5, &out->coverage90};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) *means[i] /= (double)seeds;
    double squares = 0;
    for (int64_t i = 0; i < seeds; i++) squares += (seed_mae[i] - out->mae) * (seed_mae[i] - out->mae);
    out->mae_sd = seeds > 1 ? sqrt(squares / (double)(seeds - 1)) : NAN;
}

int rating_protocol_run(rating_scores *out, const rating_predictor *predictor, const rating_tasks *tasks,
                        const rating_protocol *protocol, const support_size *support)
{
    memset(out, 0, sizeof *out);
    out->tasks = rating_protocol_tasks(protocol, tasks);
    int64_t longest = 0;
    for (int64_t t = 0; t < tasks->n; t++) {
        if (qualifies(protocol, &tasks->tasks[t]) && tasks->tasks[t].n > longest) longest = tasks->tasks[t].n;
    }
    const size_t query = (size_t)protocol->query;
    work w = {.order = cli_alloc((size_t)longest, sizeof *w.order),
              .support = cli_alloc((size_t)longest, sizeof *w.support),
              .items = cli_alloc(query, sizeof *w.items),
              .mean = cli_alloc(query, sizeof *w.mean),
              .variance = cli_alloc(query, sizeof *w.variance),
              .truth = cli_alloc(query, sizeof *w.truth),
              .user_mae = cli_alloc((size_t)out->tasks, sizeof *w.user_mae),
              .adapt_us = cli_alloc((size_t)(out->tasks * protocol->seeds), sizeof *w.adapt_us)};
    double *seed_mae = cli_alloc((size_t)protocol->seeds, sizeof *seed_mae);

    thaw_status st = THAW_OK;
    for (int64_t seed = 1; seed <= protocol->seeds && st == THAW_OK; seed++) {
        sums s = {0};
        for (int64_t t = 0; t < tasks->n && st == THAW_OK; t++) {
            if (!qualifies(protocol, &tasks->tasks[t])) continue;
            st = run_task(&s, &w, predictor, tasks, &tasks->tasks[t], protocol, support, seed);
        }
        add_seed(out, &seed_mae[seed - 1], &s, predictor->has_variance);
    }
    finish(out, seed_mae, protocol->seeds);
    out->mae_se = error_over_users(w.user_mae, out->tasks, out->mae, protocol->seeds);
    out->adapt_us = median(w.adapt_us, w.n_adapt);

    free(w.order);
    free(w.support);
    free(w.items);
    free(w.mean);
    free(w.variance);
    free(w.truth);
    free(w.user_mae);
    free(w.adapt_us);
    free(seed_mae);
    return st == THAW_OK ? 0 : cli_fail();
}
