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

static void add_popularity(thaw_model *m, thaw__basis *b, const thaw__journeys *j, int64_t user, float weight)
{
    const thaw__step *steps = j->steps + j->step_start[user];
    const int64_t length = thaw__journey_length(j, user);
    for (int64_t s = 0; s < length; s++) {
        float *o = b->rows + steps[s].item * b->width + thaw__basis_popularity(b);
        m->ranking->popular[steps[s].item] += weight;
        if (steps[s].wish < 0) continue;
        if (steps[s].wish > steps[s].first) m->ranking->again[steps[s].item] += weight;
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

/* sums [length + 1, stride]: row s is the sum of V over the first s steps. */
static void add_order(const thaw_model *m, thaw__basis *b, const thaw__journeys *j, int64_t user, float weight, float *sums,
                      double *after, double *before)
{
    const thaw__step *steps = j->steps + j->step_start[user];
    const int64_t n = thaw__journey_length(j, user), stride = m->stride;
    memset(sums, 0, (size_t)stride * sizeof *sums);
    for (int64_t s = 0; s < n; s++) {
        memcpy(sums + (s + 1) * stride, sums + s * stride, (size_t)stride * sizeof *sums);
        m->kernels->axpy(stride, 1, m->factor + steps[s].item * stride, sums + (s + 1) * stride);
    }
    for (int64_t s = 0; s < n; s++) {
        if (steps[s].wish < 0) continue;
        float *row = b->rows + steps[s].item * b->width;
        const int64_t earlier = steps_before(steps, n, steps[s].wish), itself = steps[s].first >= steps[s].wish;
        m->kernels->axpy(stride, weight, sums + earlier * stride, row);
        m->kernels->axpy(stride, weight, sums + n * stride, row + stride);
        m->kernels->axpy(stride, -weight, sums + earlier * stride, row + stride);
        if (itself) m->kernels->axpy(stride, -weight, m->factor + steps[s].item * stride, row + stride);
        *after += (double)weight * (double)earlier;
        *before += (double)weight * (double)(n - earlier - itself);
    }
}

/* Less what chance would give, and in units of the belief. */
static void settle_order(thaw_model *m, thaw__basis *b)
{
    const thaw__ranking *r = m->ranking;
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

static thaw_status take_order(thaw_model *m, thaw__basis *b, const thaw__journeys *j, const int64_t *users,
                              const float *weight, int64_t n)
{
    int64_t longest = 0;
    double after = 0, before = 0;
    for (int64_t k = 0; k < n; k++)
        if (thaw__journey_length(j, users[k]) > longest) longest = thaw__journey_length(j, users[k]);
    float *sums = thaw__alloc(&m->config.allocator, (size_t)((longest + 1) * m->stride), sizeof *sums);
    if (!sums) return THAW_E_NOMEM;
    for (int64_t k = 0; k < n; k++) add_order(m, b, j, users[k], weight[k], sums, &after, &before);
    thaw__free(&m->config.allocator, sums);
    m->ranking->order = after + before > 0 ? (float)(after / (after + before)) : 0.5f;
    settle_order(m, b);
    return THAW_OK;
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

static void take_popularity(thaw_model *m, thaw__basis *b, const thaw__journeys *j, const int64_t *users,
                            const float *weight, int64_t n)
{
    thaw__ranking *r = m->ranking;
    double sum = 0, again = 0;
    memset(r->popular, 0, (size_t)b->items * sizeof(float));
    memset(r->again, 0, (size_t)b->items * sizeof(float));
    for (int64_t k = 0; k < n; k++) add_popularity(m, b, j, users[k], weight[k]);
    settle_popularity(b);
    for (int64_t i = 0; i < b->items; i++) sum += (double)r->popular[i], again += (double)r->again[i];
    r->mean_popular = (float)(sum / (double)b->items);
    r->again_rate = sum > 0 ? (float)(again / sum) : 0;
}

void thaw__moments_pull(thaw_model *m)
{
    memset(m->ranking->pull, 0, (size_t)m->stride * sizeof(float));
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        m->kernels->axpy(m->stride, m->ranking->popular[i], m->factor + i * m->stride, m->ranking->pull);
}

static thaw_status take(thaw_model *m, thaw__basis *basis, const thaw__journeys *j, const int64_t *users, int64_t n, int space)
{
    THAW__TRY(open_basis(basis, m));
    float *weight = weigh_users(j, users, n);
    thaw_status st = weight ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) take_popularity(m, basis, j, users, weight, n);
    if (st == THAW_OK && space) st = thaw__moments_space(m, j, users, weight, n);
    if (st == THAW_OK) thaw__moments_pull(m);
    if (st == THAW_OK) st = take_order(m, basis, j, users, weight, n);
    if (st == THAW_OK) st = thaw__moments_near(m, j, users, weight, n);
    if (st == THAW_OK && space) st = thaw__content_relate(m);
    if (st != THAW_OK) thaw__basis_free(basis, &m->config.allocator);
    thaw__free(&m->config.allocator, weight);
    return st;
}

thaw_status thaw__moments_take(thaw_model *m, thaw__basis *basis, const thaw__journeys *j, const int64_t *users, int64_t n)
{
    return take(m, basis, j, users, n, 1);
}

thaw_status thaw__moments_more(thaw_model *m, thaw__basis *basis, const thaw__journeys *j, const int64_t *users, int64_t n)
{
    return take(m, basis, j, users, n, 0);
}

void thaw__moments_collapse(thaw_model *m, const thaw__basis *basis)
{
    thaw__ranking *r = m->ranking;
    for (int64_t i = 0; i < basis->items; i++) {
        const float *row = basis->rows + i * basis->width, *o = row + thaw__basis_popularity(basis);
        float *u = r->reach + i * m->stride;
        memcpy(u, row, (size_t)m->stride * sizeof *u);
        m->kernels->axpy(m->stride, r->backward, row + m->stride, u);
        for (int k = 0; k < THAW__RULE_KNOTS; k++) r->offset[k][i] = thaw__basis_offset(o, k, r->rule[THAW__LATE][k]);
    }
}
