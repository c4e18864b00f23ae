/* SPDX-License-Identifier: Apache-2.0 */
#include "statistics.h"

#include <math.h>
#include <string.h>

#include "content_similarity.h"
#include "linalg.h"
#include "status.h"

void thaw__basis_free(thaw__basis *b, const thaw_allocator *a)
{
    thaw__free(a, b->rows);
    *b = (thaw__basis){0};
}

static thaw_status open_basis(thaw__basis *b, const thaw_model *m)
{
    const thaw_allocator *a = &m->config.allocator;
    *b = (thaw__basis){.items = thaw__n_items(m), .stride = m->stride, .width = 2 * m->stride + THAW__LANES};
    size_t size = 0;
    if (thaw__add_size(&size, (size_t)b->items, (size_t)b->width) == THAW_OK) b->rows = thaw__alloc0(a, size, sizeof *b->rows);
    return b->rows ? THAW_OK : THAW_E_NOMEM;
}

static float *weigh_users(const thaw__histories *j, const int64_t *users, int64_t n)
{
    const double sum = thaw__histories_total_weight(j, users, n);
    float *weight = thaw__alloc(&j->allocator, (size_t)n, sizeof *weight);
    for (int64_t k = 0; weight && k < n; k++)
        weight[k] = (float)(1 / (sqrt((double)thaw__history_length(j, users[k])) * sum));
    return weight;
}

/* ---- popularity ------------------------------------------------------------------------------------------------ */

#define EARLIER 0.05 /* of all mass: how much of the popularity at the knot before goes into that of a knot */

static void add_popularity(const thaw__statistics *stats, int64_t user, float weight)
{
    const thaw__ranking *r = thaw__ranking_of(stats->m);
    const thaw__basis *b = stats->basis;
    const thaw__interaction *steps = stats->j->interactions + stats->j->interaction_start[user];
    const int64_t length = thaw__history_length(stats->j, user);
    for (int64_t s = 0; s < length; s++) {
        float *o = b->rows + steps[s].item * b->width + thaw__basis_popularity(b);
        r->popularity[steps[s].item] += weight;
        if (steps[s].target_position < 0) continue;
        if (steps[s].target_position > steps[s].first) r->repeat[steps[s].item] += weight;
        o[0] += weight;
        for (int k = 0; k < THAW__SCHEDULE_KNOTS && thaw__schedule_knots[k] < length; k++)
            if (steps[s].target_position >= steps[thaw__schedule_knots[k]].first) o[1 + k] += weight;
    }
}

/* Few users come to the late knots: each popularity is pulled to the one before, and all have the same mass. */
static void settle_popularity(thaw__basis *b)
{
    const int64_t at = thaw__basis_popularity(b);
    double mass[1 + THAW__SCHEDULE_KNOTS] = {0};
    for (int64_t i = 0; i < b->items; i++)
        for (int k = 0; k <= THAW__SCHEDULE_KNOTS; k++) mass[k] += (double)b->rows[i * b->width + at + k];
    const double all = mass[0] > 0 ? mass[0] : 1, prior = EARLIER * all;
    for (int64_t i = 0; i < b->items; i++) {
        float *o = b->rows + i * b->width + at;
        for (int k = 1; k <= THAW__SCHEDULE_KNOTS; k++)
            o[k] = (float)(((double)o[k] + prior * (double)o[k - 1] / all) * all / (mass[k] + prior));
    }
}

thaw_status thaw__popularity_begin(thaw__statistics *stats, thaw_model *m, thaw__basis *basis, const thaw__histories *j,
                                   const int64_t *users, int64_t n)
{
    thaw__ranking *r = thaw__ranking_of(m);
    *stats = (thaw__statistics){.m = m, .basis = basis, .j = j, .users = users, .n = n};
    THAW__TRY(open_basis(basis, m));
    stats->weight = weigh_users(j, users, n);
    if (!stats->weight) return THAW_E_NOMEM;
    memset(r->popularity, 0, (size_t)basis->items * sizeof *r->popularity);
    memset(r->repeat, 0, (size_t)basis->items * sizeof *r->repeat);
    return THAW_OK;
}

void thaw__popularity_add(thaw__statistics *stats, int64_t first, int64_t n)
{
    for (int64_t k = first; k < first + n; k++) add_popularity(stats, stats->users[k], stats->weight[k]);
}

void thaw__popularity_end(thaw__statistics *stats)
{
    thaw__ranking *r = thaw__ranking_of(stats->m);
    double sum = 0, again = 0;
    settle_popularity(stats->basis);
    for (int64_t i = 0; i < stats->basis->items; i++) sum += (double)r->popularity[i], again += (double)r->repeat[i];
    r->mean_popularity = (float)(sum / (double)stats->basis->items);
    r->repeat_rate = sum > 0 ? (float)(again / sum) : 0;
    thaw__statistics_gram_popularity(stats->m);
}

/* ---- what goes with what, in order, seen through V -------------------------------------------------------------- */

/* Steps with first below a place: steps are in order of first. */
static int64_t steps_before(const thaw__interaction *steps, int64_t n, int32_t place)
{
    int64_t low = 0;
    while (low < n) {
        int64_t middle = low + (n - low) / 2;
        if (steps[middle].first < place) low = middle + 1;
        else n = middle;
    }
    return low;
}

/* Row s of sums is the sum of V over the first s steps. */
static void add_order(thaw__statistics *stats, int64_t user, float weight)
{
    const thaw_model *m = stats->m;
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__basis *b = stats->basis;
    const thaw__interaction *steps = stats->j->interactions + stats->j->interaction_start[user];
    const int64_t n = thaw__history_length(stats->j, user), stride = m->stride;
    float *sums = stats->sums;
    memset(sums, 0, (size_t)stride * sizeof *sums);
    for (int64_t s = 0; s < n; s++) {
        memcpy(sums + (s + 1) * stride, sums + s * stride, (size_t)stride * sizeof *sums);
        m->kernels->axpy(stride, 1, r->item_embedding + steps[s].item * stride, sums + (s + 1) * stride);
    }
    for (int64_t s = 0; s < n; s++) {
        if (steps[s].target_position < 0) continue;
        float *row = b->rows + steps[s].item * b->width;
        const int64_t earlier = steps_before(steps, n, steps[s].target_position), itself = steps[s].first >= steps[s].target_position;
        m->kernels->axpy(stride, weight, sums + earlier * stride, row);
        m->kernels->axpy(stride, weight, sums + n * stride, row + stride);
        m->kernels->axpy(stride, -weight, sums + earlier * stride, row + stride);
        if (itself) m->kernels->axpy(stride, -weight, r->item_embedding + steps[s].item * stride, row + stride);
        stats->after += (double)weight * (double)earlier;
        stats->before += (double)weight * (double)(n - earlier - itself);
    }
}

/* Less what chance would give, and in units of the belief. */
static void settle_order(thaw_model *m, thaw__basis *b)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    for (int64_t i = 0; i < b->items; i++) {
        float *row = b->rows + i * b->width;
        const float o = row[thaw__basis_popularity(b)];
        for (int32_t c = 0; c < m->rank; c++) {
            const float per = r->gram_diag[c] > 0 ? 1 / r->gram_diag[c] : 0;
            row[c] = (row[c] - r->order * o * r->gram_popularity[c]) * per;
            row[m->stride + c] = (row[m->stride + c] - (1 - r->order) * o * r->gram_popularity[c]) * per;
        }
    }
}

thaw_status thaw__order_begin(thaw__statistics *stats)
{
    int64_t longest = 0;
    for (int64_t k = 0; k < stats->n; k++)
        if (thaw__history_length(stats->j, stats->users[k]) > longest) longest = thaw__history_length(stats->j, stats->users[k]);
    stats->sums = thaw__alloc(&stats->m->config.allocator, (size_t)((longest + 1) * stats->m->stride), sizeof *stats->sums);
    return stats->sums ? THAW_OK : THAW_E_NOMEM;
}

void thaw__order_add(thaw__statistics *stats, int64_t first, int64_t n)
{
    for (int64_t k = first; k < first + n; k++) add_order(stats, stats->users[k], stats->weight[k]);
}

void thaw__order_end(thaw__statistics *stats)
{
    const double all = stats->after + stats->before;
    thaw__ranking_of(stats->m)->order = all > 0 ? (float)(stats->after / all) : 0.5f;
    settle_order(stats->m, stats->basis);
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

void thaw__statistics_gram_popularity(thaw_model *m)
{
    memset(thaw__ranking_of(m)->gram_popularity, 0, (size_t)m->stride * sizeof(float));
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        m->kernels->axpy(m->stride, thaw__ranking_of(m)->popularity[i], thaw__ranking_of(m)->item_embedding + i * m->stride, thaw__ranking_of(m)->gram_popularity);
}

static thaw_status take_space(thaw__statistics *stats)
{
    for (int again = 1; again;) {
        THAW__TRY(thaw__space_begin(stats));
        thaw__space_add(stats, 0, stats->n);
        THAW__TRY(thaw__space_end(stats, &again));
    }
    return THAW_OK;
}

static thaw_status take_order(thaw__statistics *stats)
{
    THAW__TRY(thaw__order_begin(stats));
    thaw__order_add(stats, 0, stats->n);
    thaw__order_end(stats);
    return THAW_OK;
}

thaw_status thaw__statistics_take(thaw_model *m, thaw__basis *basis, const thaw__histories *j, const int64_t *users, int64_t n,
                               int space)
{
    thaw__statistics stats;
    thaw_status st = thaw__popularity_begin(&stats, m, basis, j, users, n);
    if (st == THAW_OK) {
        thaw__popularity_add(&stats, 0, n);
        thaw__popularity_end(&stats);
    }
    if (st == THAW_OK && space) st = take_space(&stats);
    if (st == THAW_OK) st = take_order(&stats);
    if (st == THAW_OK) st = thaw__statistics_neighbours(&stats);
    if (st == THAW_OK && space) st = thaw__content_similarity_update(m);
    if (st != THAW_OK) thaw__basis_free(basis, &m->config.allocator);
    thaw__statistics_close(&stats);
    return st;
}

void thaw__basis_collapse(thaw_model *m, const thaw__basis *basis)
{
    thaw__ranking *r = thaw__ranking_of(m);
    for (int64_t i = 0; i < basis->items; i++) {
        const float *row = basis->rows + i * basis->width, *o = row + thaw__basis_popularity(basis);
        float *u = r->output_embedding + i * m->stride;
        memcpy(u, row, (size_t)m->stride * sizeof *u);
        m->kernels->axpy(m->stride, r->backward, row + m->stride, u);
        for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++) r->offset[k][i] = thaw__basis_offset(o, k, r->schedule[THAW__LATE][k]);
    }
}

void thaw__statistics_close(thaw__statistics *stats)
{
    const thaw_allocator *a = &stats->m->config.allocator;
    thaw__free(a, stats->weight);
    thaw__free(a, stats->now);
    thaw__free(a, stats->next);
    thaw__free(a, stats->small);
    thaw__free(a, stats->sums);
    *stats = (thaw__statistics){.m = stats->m};
}
