/* SPDX-License-Identifier: Apache-2.0 */
#include "rating_baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "random_draws.h"

enum { ITERATIONS = 3 };
static const double valid_part = 0.2; /* of the training users */

const char *const rating_baseline_names[N_RATING_BASELINES] = {"popularity", "bias"};

/* The mean of all ratings of tasks [0, n). */
static double mean_rating(const rating_tasks *t)
{
    double sum = 0;
    int64_t n = 0;
    for (int64_t k = 0; k < t->n; k++) {
        for (int64_t i = 0; i < t->tasks[k].n; i++) sum += (double)t->events[t->tasks[k].first + i].value;
        n += t->tasks[k].n;
    }
    return n ? sum / (double)n : 0;
}

/* b_u = sum (r - mu - b_i) / (n + damping_user) */
static double user_bias(const rating_baseline *b, const thaw_event *events, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)events[i].value - b->mu - b->item[events[i].item];
    return n ? sum / ((double)n + b->damping_user) : 0;
}

/* b_i = sum (r - mu - b_u) / (n_i + damping_item), with b_u computed from the previous b_i. */
static void fit_items(rating_baseline *b, const rating_tasks *t, double *sum, double *count)
{
    memset(sum, 0, (size_t)b->n_items * sizeof *sum);
    memset(count, 0, (size_t)b->n_items * sizeof *count);
    for (int64_t k = 0; k < t->n; k++) {
        const thaw_event *events = t->events + t->tasks[k].first;
        const double user = b->kind == RATING_BIAS ? user_bias(b, events, t->tasks[k].n) : 0;
        for (int64_t i = 0; i < t->tasks[k].n; i++) {
            sum[events[i].item] += (double)events[i].value - b->mu - user;
            count[events[i].item]++;
        }
    }
    for (int64_t i = 0; i < b->n_items; i++) b->item[i] = count[i] > 0 ? sum[i] / (count[i] + b->damping_item) : 0;
}

static void fit(rating_baseline *b, const rating_tasks *t, double *sum, double *count)
{
    b->mu = mean_rating(t);
    memset(b->item, 0, (size_t)b->n_items * sizeof *b->item);
    const int n = b->kind == RATING_BIAS ? ITERATIONS : 1;
    for (int k = 0; k < n; k++) fit_items(b, t, sum, count);
}

/* Split the users: `fitted` and `valid` share the events of `all` and own their lists of tasks only. */
static void split_users(rating_tasks *fitted, rating_tasks *valid, const rating_tasks *all)
{
    *fitted = *valid = *all;
    fitted->tasks = cli_alloc((size_t)all->n, sizeof *all->tasks);
    valid->tasks = cli_alloc((size_t)all->n, sizeof *all->tasks);
    fitted->n = valid->n = 0;
    for (int64_t k = 0; k < all->n; k++) {
        rating_tasks *to = draw_uniform(0, draw_key(all->tasks[k].user), 0) < valid_part ? valid : fitted;
        to->tasks[to->n++] = all->tasks[k];
    }
}

/* Choose the damping of the grid with the least MAE on the validation users. */
static int choose_damping(rating_baseline *b, const rating_tasks *train, const rating_protocol *protocol,
                          const support_size *support, double *sum, double *count)
{
    static const double grid_item[] = {1, 3, 10, 30};
    static const double grid_user[] = {1, 2, 4, 8, 16};
    const int n_item = sizeof grid_item / sizeof *grid_item;
    const int n_user = b->kind == RATING_BIAS ? (int)(sizeof grid_user / sizeof *grid_user) : 1;

    rating_tasks fitted, valid;
    split_users(&fitted, &valid, train);
    int bad = 0;
    double best = INFINITY, best_item = 5, best_user = 5;
    const int has_tasks = rating_protocol_tasks(protocol, &valid) > 0;
    for (int c = 0; has_tasks && !bad && c < n_item * n_user; c++) {
        b->damping_item = grid_item[c / n_user];
        b->damping_user = grid_user[c % n_user];
        fit(b, &fitted, sum, count);
        const rating_predictor p = rating_baseline_predictor(b);
        rating_scores scores;
        bad = rating_protocol_run(&scores, &p, &valid, protocol, support);
        if (bad || !(scores.mae < best)) continue;
        best = scores.mae;
        best_item = b->damping_item;
        best_user = b->damping_user;
    }
    b->damping_item = best_item;
    b->damping_user = best_user;
    free(fitted.tasks);
    free(valid.tasks);
    return bad;
}

int rating_baseline_create(rating_baseline *out, int kind, const rating_tasks *train, int64_t n_items,
                           const rating_protocol *protocol, const support_size *support)
{
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->n_items = n_items;
    out->item = cli_alloc((size_t)n_items, sizeof *out->item);
    double *sum = cli_alloc((size_t)n_items, sizeof *sum);
    double *count = cli_alloc((size_t)n_items, sizeof *count);
    const int bad = choose_damping(out, train, protocol, support, sum, count);
    if (!bad) fit(out, train, sum, count);
    free(sum);
    free(count);
    if (bad) rating_baseline_free(out);
    return bad;
}

void rating_baseline_free(rating_baseline *b)
{
    free(b->item);
    b->item = NULL;
}

static thaw_status adapt(void *ctx, const thaw_event *support, int64_t n)
{
    rating_baseline *b = ctx;
    b->user_bias = b->kind == RATING_BIAS ? user_bias(b, support, n) : 0;
    return THAW_OK;
}

static thaw_status predict(void *ctx, float *mean, float *variance, const int64_t *items, int64_t n)
{
    (void)variance;
    const rating_baseline *b = ctx;
    for (int64_t i = 0; i < n; i++) mean[i] = (float)(b->mu + b->item[items[i]] + b->user_bias);
    return THAW_OK;
}

rating_predictor rating_baseline_predictor(rating_baseline *b)
{
    return (rating_predictor){.ctx = b, .adapt = adapt, .predict = predict};
}
