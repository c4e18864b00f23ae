/* SPDX-License-Identifier: Apache-2.0 */
#include "moments.h"

#include <math.h>
#include <string.h>

#include "content.h"
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

static float *weigh_users(const thaw__journeys *j, const int64_t *users, int64_t n)
{
    const double sum = thaw__journeys_mass(j, users, n);
    float *weight = thaw__alloc(&j->allocator, (size_t)n, sizeof *weight);
    for (int64_t k = 0; weight && k < n; k++)
        weight[k] = (float)(1 / (sqrt((double)thaw__journey_length(j, users[k])) * sum));
    return weight;
}

/* ---- popularity ------------------------------------------------------------------------------------------------ */

#define EARLIER 0.05 /* of all mass: how much of the popularity at the knot before goes into that of a knot */

static void add_popularity(const thaw__moments *mo, int64_t user, float weight)
{
    const thaw__ranking *r = thaw__ranking_of(mo->m);
    const thaw__basis *b = mo->basis;
    const thaw__step *steps = mo->j->steps + mo->j->step_start[user];
    const int64_t length = thaw__journey_length(mo->j, user);
    for (int64_t s = 0; s < length; s++) {
        float *o = b->rows + steps[s].item * b->width + thaw__basis_popularity(b);
        r->popular[steps[s].item] += weight;
        if (steps[s].wish < 0) continue;
        if (steps[s].wish > steps[s].first) r->again[steps[s].item] += weight;
        o[0] += weight;
        for (int k = 0; k < THAW__RULE_KNOTS && thaw__rule_knots[k] < length; k++)
            if (steps[s].wish >= steps[thaw__rule_knots[k]].first) o[1 + k] += weight;
    }
}

/* Few users come to the late knots: each popularity is pulled to the one before, and all have the same mass. */
static void settle_popularity(thaw__basis *b)
{
    const int64_t at = thaw__basis_popularity(b);
    double mass[1 + THAW__RULE_KNOTS] = {0};
    for (int64_t i = 0; i < b->items; i++)
        for (int k = 0; k <= THAW__RULE_KNOTS; k++) mass[k] += (double)b->rows[i * b->width + at + k];
    const double all = mass[0] > 0 ? mass[0] : 1, prior = EARLIER * all;
    for (int64_t i = 0; i < b->items; i++) {
        float *o = b->rows + i * b->width + at;
        for (int k = 1; k <= THAW__RULE_KNOTS; k++)
            o[k] = (float)(((double)o[k] + prior * (double)o[k - 1] / all) * all / (mass[k] + prior));
    }
}

thaw_status thaw__popularity_begin(thaw__moments *mo, thaw_model *m, thaw__basis *basis, const thaw__journeys *j,
                                   const int64_t *users, int64_t n)
{
    thaw__ranking *r = thaw__ranking_of(m);
    *mo = (thaw__moments){.m = m, .basis = basis, .j = j, .users = users, .n = n};
    THAW__TRY(open_basis(basis, m));
    mo->weight = weigh_users(j, users, n);
    if (!mo->weight) return THAW_E_NOMEM;
    memset(r->popular, 0, (size_t)basis->items * sizeof *r->popular);
    memset(r->again, 0, (size_t)basis->items * sizeof *r->again);
    return THAW_OK;
}

void thaw__popularity_add(thaw__moments *mo, int64_t first, int64_t n)
{
    for (int64_t k = first; k < first + n; k++) add_popularity(mo, mo->users[k], mo->weight[k]);
}

void thaw__popularity_end(thaw__moments *mo)
{
    thaw__ranking *r = thaw__ranking_of(mo->m);
    double sum = 0, again = 0;
    settle_popularity(mo->basis);
    for (int64_t i = 0; i < mo->basis->items; i++) sum += (double)r->popular[i], again += (double)r->again[i];
    r->mean_popular = (float)(sum / (double)mo->basis->items);
    r->again_rate = sum > 0 ? (float)(again / sum) : 0;
    thaw__moments_pull(mo->m);
}

/* ---- what goes with what, in order, seen through V -------------------------------------------------------------- */

/* Steps with first below a place: steps are in order of first. */
static int64_t steps_before(const thaw__step *steps, int64_t n, int32_t place)
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
static void add_order(thaw__moments *mo, int64_t user, float weight)
{
    const thaw_model *m = mo->m;
    const thaw__ranking *r = thaw__ranking_of(m);
    const thaw__basis *b = mo->basis;
    const thaw__step *steps = mo->j->steps + mo->j->step_start[user];
    const int64_t n = thaw__journey_length(mo->j, user), stride = m->stride;
    float *sums = mo->sums;
    memset(sums, 0, (size_t)stride * sizeof *sums);
    for (int64_t s = 0; s < n; s++) {
        memcpy(sums + (s + 1) * stride, sums + s * stride, (size_t)stride * sizeof *sums);
        m->kernels->axpy(stride, 1, r->factor + steps[s].item * stride, sums + (s + 1) * stride);
    }
    for (int64_t s = 0; s < n; s++) {
        if (steps[s].wish < 0) continue;
        float *row = b->rows + steps[s].item * b->width;
        const int64_t earlier = steps_before(steps, n, steps[s].wish), itself = steps[s].first >= steps[s].wish;
        m->kernels->axpy(stride, weight, sums + earlier * stride, row);
        m->kernels->axpy(stride, weight, sums + n * stride, row + stride);
        m->kernels->axpy(stride, -weight, sums + earlier * stride, row + stride);
        if (itself) m->kernels->axpy(stride, -weight, r->factor + steps[s].item * stride, row + stride);
        mo->after += (double)weight * (double)earlier;
        mo->before += (double)weight * (double)(n - earlier - itself);
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
            const float per = r->silent[c] > 0 ? 1 / r->silent[c] : 0;
            row[c] = (row[c] - r->order * o * r->pull[c]) * per;
            row[m->stride + c] = (row[m->stride + c] - (1 - r->order) * o * r->pull[c]) * per;
        }
    }
}

thaw_status thaw__order_begin(thaw__moments *mo)
{
    int64_t longest = 0;
    for (int64_t k = 0; k < mo->n; k++)
        if (thaw__journey_length(mo->j, mo->users[k]) > longest) longest = thaw__journey_length(mo->j, mo->users[k]);
    mo->sums = thaw__alloc(&mo->m->config.allocator, (size_t)((longest + 1) * mo->m->stride), sizeof *mo->sums);
    return mo->sums ? THAW_OK : THAW_E_NOMEM;
}

void thaw__order_add(thaw__moments *mo, int64_t first, int64_t n)
{
    for (int64_t k = first; k < first + n; k++) add_order(mo, mo->users[k], mo->weight[k]);
}

void thaw__order_end(thaw__moments *mo)
{
    const double all = mo->after + mo->before;
    thaw__ranking_of(mo->m)->order = all > 0 ? (float)(mo->after / all) : 0.5f;
    settle_order(mo->m, mo->basis);
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

void thaw__moments_pull(thaw_model *m)
{
    memset(thaw__ranking_of(m)->pull, 0, (size_t)m->stride * sizeof(float));
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        m->kernels->axpy(m->stride, thaw__ranking_of(m)->popular[i], thaw__ranking_of(m)->factor + i * m->stride, thaw__ranking_of(m)->pull);
}

static thaw_status take_space(thaw__moments *mo)
{
    for (int again = 1; again;) {
        THAW__TRY(thaw__space_begin(mo));
        thaw__space_add(mo, 0, mo->n);
        THAW__TRY(thaw__space_end(mo, &again));
    }
    return THAW_OK;
}

static thaw_status take_order(thaw__moments *mo)
{
    THAW__TRY(thaw__order_begin(mo));
    thaw__order_add(mo, 0, mo->n);
    thaw__order_end(mo);
    return THAW_OK;
}

thaw_status thaw__moments_take(thaw_model *m, thaw__basis *basis, const thaw__journeys *j, const int64_t *users, int64_t n,
                               int space)
{
    thaw__moments mo;
    thaw_status st = thaw__popularity_begin(&mo, m, basis, j, users, n);
    if (st == THAW_OK) {
        thaw__popularity_add(&mo, 0, n);
        thaw__popularity_end(&mo);
    }
    if (st == THAW_OK && space) st = take_space(&mo);
    if (st == THAW_OK) st = take_order(&mo);
    if (st == THAW_OK) st = thaw__moments_near(&mo);
    if (st == THAW_OK && space) st = thaw__content_relate(m);
    if (st != THAW_OK) thaw__basis_free(basis, &m->config.allocator);
    thaw__moments_close(&mo);
    return st;
}

void thaw__moments_collapse(thaw_model *m, const thaw__basis *basis)
{
    thaw__ranking *r = thaw__ranking_of(m);
    for (int64_t i = 0; i < basis->items; i++) {
        const float *row = basis->rows + i * basis->width, *o = row + thaw__basis_popularity(basis);
        float *u = r->reach + i * m->stride;
        memcpy(u, row, (size_t)m->stride * sizeof *u);
        m->kernels->axpy(m->stride, r->backward, row + m->stride, u);
        for (int k = 0; k < THAW__RULE_KNOTS; k++) r->offset[k][i] = thaw__basis_offset(o, k, r->rule[THAW__LATE][k]);
    }
}

void thaw__moments_close(thaw__moments *mo)
{
    const thaw_allocator *a = &mo->m->config.allocator;
    thaw__free(a, mo->weight);
    thaw__free(a, mo->now);
    thaw__free(a, mo->next);
    thaw__free(a, mo->small);
    thaw__free(a, mo->sums);
    *mo = (thaw__moments){.m = mo->m};
}
