/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_protocol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "random_draws.h"
#include "median.h"
#include "progress.h"

/* Buffers and sums of one run. */
typedef struct work {
    ranking_task task;
    int64_t *items;                  /* [RANKING_DEPTH or candidates + 1] */
    int64_t *candidates;             /* [candidates + 1] */
    double *adapt_us, *recommend_us; /* [users] */
    double sum[N_RANKING_METRICS], squares[N_RANKING_METRICS];
    int64_t tasks;
} work;

/* Write the next item and distinct random items outside the user's history to w->candidates; returns their number. */
static int64_t draw_candidates(work *w, const ranking_protocol *protocol)
{
    const uint64_t key = draw_key(w->task.user->user);
    const int64_t max_draws = 20 * protocol->candidates + 1000;
    int64_t n = 0;
    w->candidates[n++] = w->task.relevant[0];
    for (int64_t k = 0; k < max_draws && n <= protocol->candidates; k++) {
        const int64_t item = (int64_t)(draw_uniform(protocol->seed, key, (uint32_t)k) * (double)protocol->n_items);
        if (w->task.marks[item]) continue;
        w->task.marks[item] = SEEN;
        w->candidates[n++] = item;
    }
    for (int64_t i = 1; i < n; i++) w->task.marks[w->candidates[i]] = 0;
    return n;
}

/* Rank the next item among the candidates. */
static thaw_status measure_sampled(double *metric, work *w, const ranker *r, const ranking_protocol *protocol)
{
    thaw_query query;
    thaw_status st = thaw_query_init(&query, sizeof query);
    if (st != THAW_OK) return st;
    const int64_t n = draw_candidates(w, protocol);
    qsort(w->candidates, (size_t)n, sizeof *w->candidates, compare_int64);
    query.top = n;
    query.allow = w->candidates;
    query.n_allow = n;
    int64_t found;
    st = r->rank(r->ctx, w->items, &found, &query);
    if (st != THAW_OK) return st;
    ranking_metrics_sampled(metric, w->items, found, w->task.relevant[0]);
    return THAW_OK;
}

/* Adapt to one user, rank, and add the metrics to the sums. */
static thaw_status run_task(work *w, const ranker *r, const ranking_protocol *protocol)
{
    const ranking_task *t = &w->task;
    double metric[N_RANKING_METRICS] = {0};
    thaw_query query;
    thaw_status st = thaw_query_init(&query, sizeof query);
    if (st == THAW_OK && r->begin) st = r->begin(r->ctx, t->user->user);
    if (st != THAW_OK) return st;
    query.top = RANKING_DEPTH;
    query.exclude = t->exclude;
    query.n_exclude = t->n_exclude;

    const double start = progress_clock();
    st = r->adapt(r->ctx, t->support, t->n_support);
    if (st != THAW_OK) return st;
    const double adapted = progress_clock();
    int64_t n;
    st = r->rank(r->ctx, w->items, &n, &query);
    if (st != THAW_OK) return st;
    w->recommend_us[w->tasks] = 1e6 * (progress_clock() - adapted);
    w->adapt_us[w->tasks++] = 1e6 * (adapted - start);

    ranking_metrics(metric, w->items, n, t->marks, RELEVANT, t->n_relevant);
    if (protocol->candidates) st = measure_sampled(metric, w, r, protocol);
    for (int m = 0; m < N_RANKING_METRICS; m++) {
        w->sum[m] += metric[m];
        w->squares[m] += metric[m] * metric[m];
    }
    return st;
}

static void finish(ranking_scores *out, work *w, int sampled)
{
    const double n = (double)w->tasks;
    out->tasks = w->tasks;
    for (int m = 0; m < N_RANKING_METRICS; m++) {
        const int measured = w->tasks && (sampled || m < HR10_SAMPLED);
        const double mean = w->sum[m] / n;
        out->mean[m] = measured ? mean : NAN;
        out->se[m] = measured && w->tasks > 1 ? sqrt(fmax(w->squares[m] / n - mean * mean, 0) / (n - 1)) : NAN;
    }
    out->adapt_us = median(w->adapt_us, w->tasks);
    out->recommend_us = median(w->recommend_us, w->tasks);
}

int ranking_protocol_run(ranking_scores *out, const ranker *r, const histories *h, const user_list *users,
                         const ranking_protocol *protocol, const support_size *support)
{
    const int64_t n = users ? users->n : h->n;
    const int64_t depth = protocol->candidates >= RANKING_DEPTH ? protocol->candidates + 1 : RANKING_DEPTH;
    work w = {.items = cli_alloc((size_t)depth, sizeof *w.items),
              .candidates = cli_alloc((size_t)protocol->candidates + 1, sizeof *w.candidates),
              .adapt_us = cli_alloc((size_t)n, sizeof *w.adapt_us),
              .recommend_us = cli_alloc((size_t)n, sizeof *w.recommend_us)};
    ranking_task_init(&w.task, h, protocol->n_items);
    thaw_status st = THAW_OK;
    for (int64_t i = 0; i < n && st == THAW_OK; i++) {
        if (ranking_task_make(&w.task, users ? users->rows[i] : i, &protocol->rules, support)) {
            st = run_task(&w, r, protocol);
        }
    }
    finish(out, &w, protocol->candidates > 0);
    ranking_task_free(&w.task);
    free(w.items);
    free(w.candidates);
    free(w.adapt_us);
    free(w.recommend_us);
    return st == THAW_OK ? 0 : cli_fail();
}
