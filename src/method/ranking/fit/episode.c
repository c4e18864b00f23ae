/* SPDX-License-Identifier: Apache-2.0 */
#include "episode.h"

#include <math.h>
#include <string.h>

#include "episode_sampling.h"
#include "linalg.h"
#include "loss.h"
#include "method.h"
#include "user_prior.h"
#include "status.h"

thaw_status thaw__episode_create(thaw__episode **out, const thaw_model *m, const thaw__basis *basis)
{
    const thaw_allocator *a = &m->config.allocator;
    thaw__episode *e = thaw__alloc0(a, 1, sizeof *e);
    if (!e) return THAW_E_NOMEM;
    const size_t scores = (size_t)basis->items + THAW__SPARSE_TABLE + 1;
    e->m = m;
    e->basis = basis;
    e->sample = THAW__EPISODE_SAMPLE;
    e->w = thaw__alloc0(a, (size_t)m->stride, sizeof *e->w);
    e->prior = thaw__alloc0(a, (size_t)m->stride, sizeof *e->prior);
    e->by_w = thaw__alloc0(a, (size_t)m->stride, sizeof *e->by_w);
    e->factor = thaw__alloc0(a, (size_t)(m->rank * m->stride), sizeof *e->factor);
    e->c = thaw__alloc0(a, (size_t)basis->width, sizeof *e->c);
    e->by_c = thaw__alloc0(a, (size_t)basis->width, sizeof *e->by_c);
    e->z = thaw__alloc0(a, scores, sizeof *e->z);
    e->label = thaw__alloc0(a, scores, sizeof *e->label);
    e->weight = thaw__alloc0(a, scores, sizeof *e->weight);
    e->slope = thaw__alloc0(a, scores, sizeof *e->slope);
    if (e->w && e->prior && e->by_w && e->factor && e->c && e->by_c && e->z && e->slope && e->label && e->weight) {
        *out = e;
        return THAW_OK;
    }
    thaw__episode_free(e);
    return THAW_E_NOMEM;
}

void thaw__episode_free(thaw__episode *e)
{
    if (!e) return;
    const thaw_allocator *a = &e->m->config.allocator;
    thaw__free(a, e->w);
    thaw__free(a, e->prior);
    thaw__free(a, e->by_w);
    thaw__free(a, e->factor);
    thaw__free(a, e->c);
    thaw__free(a, e->by_c);
    thaw__free(a, e->z);
    thaw__free(a, e->label);
    thaw__free(a, e->weight);
    thaw__free(a, e->slope);
    thaw__free(a, e);
}

/* The offset is (1 - late) o + late o^K, interpolated between two knots: share = factors of o and of o^K at both
 * knots. */
static void offset_shares(const thaw__ranking *r, thaw__interpolation at, float share[3])
{
    const float *late = r->schedule[THAW__LATE];
    share[1] = (1 - at.part) * late[at.knot];
    share[2] = at.part * late[at.knot + 1];
    share[0] = 1 - share[1] - share[2];
}

/* c, such that z_j = basis_j . c + sparse_j. */
static void make_query(thaw__episode *e)
{
    const thaw__ranking *r = thaw__ranking_of(e->m);
    const thaw__interpolation at = e->support.interpolation;
    const float gain = thaw__schedule_at(r, THAW__GAIN, at), rest = 1 - e->kappa;
    float share[3], *o = e->c + thaw__basis_popularity(e->basis);
    offset_shares(r, at, share);
    for (int64_t k = 0; k < e->m->stride; k++) {
        e->c[k] = gain * e->w[k];
        e->c[e->m->stride + k] = gain * r->backward * e->w[k];
    }
    memset(o, 0, THAW__LANES * sizeof *o);
    o[0] = rest * share[0];
    o[1 + at.knot] = rest * share[1];
    o[2 + at.knot] = rest * share[2];
}

/* The scores of the sparse terms, in the table. */
static void fill_table(thaw__episode *e)
{
    thaw__sparse_score scores[THAW__SPARSE_SCORES];
    const int64_t n = thaw__terms_list(&e->terms, thaw__ranking_of(e->m), scores);
    memset(&e->sparse, 0, sizeof e->sparse);
    for (int64_t k = 0; k < n; k++) thaw__sparse_table_add(&e->sparse, scores[k].row, scores[k].value);
}

int thaw__episode_adapt(thaw__episode *e, const thaw__histories *h, int64_t user, int64_t k)
{
    const thaw__ranking *r = thaw__ranking_of(e->m);
    const int64_t all = h->start[user + 1] - h->start[user];
    e->user = user;
    e->k = k;
    e->n_events = k < thaw__history_length(h, user) ? h->interactions[h->interaction_start[user] + k].first : all;
    e->events = thaw__history_kept(h, user, e->n_events, &e->n_kept);
    thaw__support_weights_read(&e->support, r, e->events, e->n_kept);
    thaw__user_prior_mean(e->m, e->prior, h, user);
    if (thaw__latent_solve(e->w, e->factor, e->m, &e->support, e->prior)) return 1;
    if (thaw__terms_solve(&e->terms, &e->term_work, r, &e->support, &e->kappa)) return 1;
    fill_table(e);
    make_query(e);
    return 0;
}

static float basis_score(const thaw__episode *e, int32_t item)
{
    const int64_t row = e->basis->row[item];
    return row < 0 ? 0 : e->m->kernels->dot(e->basis->width, e->basis->rows + row * e->basis->width, e->c);
}

float thaw__episode_score(const thaw__episode *e, int32_t item)
{
    const uint32_t at = thaw__sparse_table_at(&e->sparse, item);
    return basis_score(e, item) + (e->sparse.key[at] ? e->sparse.value[at] : 0);
}

/* ---- the loss ---------------------------------------------------------------------------------------------------- */

enum { OTHER, EXCLUDED, POSITIVE };
enum { MOST_POSITIVES = 2048 }; /* in a loss; the table has room for them */

static double soft_of_0(float floor)
{
    return (double)floor * log(2);
}

/* Insert the positive and the excluded items of the history into the table and mark them; returns how many are
 * positive. */
static int64_t mark_items(thaw__episode *e, const thaw__histories *h)
{
    const int64_t first = h->interaction_start[e->user], end = h->interaction_start[e->user + 1];
    int64_t n_positive = 0;
    memset(e->mark, OTHER, sizeof e->mark);
    for (int64_t s = first; s < end && n_positive < MOST_POSITIVES; s++) {
        const int positive = thaw__episode_positive(e, h, s);
        if (!positive && (!thaw__episode_excludes(e) || s >= first + e->k || s - first >= THAW__HISTORY)) continue;
        const uint32_t at = thaw__sparse_table_at(&e->sparse, h->interactions[s].item);
        if (!e->sparse.key[at]) e->sparse.value[at] = 0;
        e->sparse.key[at] = h->interactions[s].item + 1;
        e->mark[at] = positive ? POSITIVE : EXCLUDED;
        n_positive += positive;
    }
    return n_positive;
}

static thaw__item_sample draw_sample(const thaw__episode *e, double draw)
{
    return thaw__item_sample_drawn(draw, e->basis->items, e->sample);
}

/* Whether the item of an entry of the table is in the sample, at *at of it. */
static int is_sampled(const thaw__episode *e, thaw__item_sample s, int32_t entry, int64_t *at)
{
    const int64_t row = e->basis->row[e->sparse.key[entry] - 1];
    *at = row / s.step;
    return row >= 0 && row % s.step == s.first;
}

/* The sum of soft(z) over the sample, its derivatives in e->slope, and over the items without a row, whose z is 0. */
static double sum_sample(thaw__episode *e, thaw__item_sample s, float floor)
{
    const thaw__basis *b = e->basis;
    thaw__gemv(s.n, b->width, 1, b->rows + s.first * b->width, s.step * b->width, e->c, 0, e->z);
    return thaw__soft_sum(e->z, e->slope, s.n, (double)s.step, floor) + (double)(b->all - b->items) * soft_of_0(floor);
}

/* Add soft(z) of the items in the table to the sum, each once instead of as part of the sample. by_sparse receives the
 * derivatives of soft. @return the sum of -log soft(z) over the positive items, whose soft(z) is stored behind the
 * catalogue in e->slope. */
static double sum_table(thaw__episode *e, thaw__item_sample s, float floor, double *sum)
{
    double loss = 0;
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++) {
        if (!e->sparse.key[at]) continue;
        const int32_t item = e->sparse.key[at] - 1;
        int64_t sampled;
        if (e->basis->row[item] < 0) *sum -= soft_of_0(floor);
        if (is_sampled(e, s, at, &sampled)) {
            *sum -= (double)s.step * (double)e->z[sampled];
            e->slope[sampled] = 0;
        }
        const float p = thaw__soft(basis_score(e, item) + e->sparse.value[at], floor, &e->by_sparse[at]) + 1e-20f;
        if (e->mark[at] == EXCLUDED) e->by_sparse[at] = 0;
        else *sum += (double)p;
        if (e->mark[at] != POSITIVE) continue;
        loss -= log((double)p);
        e->slope[e->basis->items + at] = p;
    }
    return loss;
}

/* by_c += by times the row of the item of an entry of the table. */
static void add_row(thaw__episode *e, int32_t entry, float by)
{
    const int64_t row = e->basis->row[e->sparse.key[entry] - 1];
    if (row >= 0) e->m->kernels->axpy(e->basis->width, by, e->basis->rows + row * e->basis->width, e->by_c);
}

/* The loss, with its derivatives by c (by_c) and by the sparse scores (by_sparse). */
static double outer_loss(thaw__episode *e, const thaw__histories *h, float floor, double draw)
{
    const thaw__basis *b = e->basis;
    const int64_t n_positive = mark_items(e, h);
    const thaw__item_sample s = draw_sample(e, draw);
    memset(e->by_sparse, 0, sizeof e->by_sparse);
    memset(e->by_c, 0, (size_t)b->width * sizeof *e->by_c);
    e->share = 0;
    if (!n_positive) return 0;
    double sum = sum_sample(e, s, floor);
    const double loss = sum_table(e, s, floor, &sum) / (double)n_positive + log(sum);
    e->share = (float)((double)s.step / sum);
    thaw__gemv_t(s.n, b->width, e->share, b->rows + s.first * b->width, s.step * b->width, e->slope, 0, e->by_c);
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++) {
        if (!e->sparse.key[at] || e->mark[at] == EXCLUDED) continue;
        if (e->mark[at] == POSITIVE)
            e->by_sparse[at] =
                thaw__share_positive(e->slope[b->items + at], e->by_sparse[at], (float)sum, (float)n_positive);
        else e->by_sparse[at] /= (float)sum;
        add_row(e, at, e->by_sparse[at]);
    }
    return loss;
}

/* A loss of thaw__loss_of() over the sample, each item with weight q, and the table, whose items are not in the
 * sample. */
static double sampled_loss(thaw__episode *e, const thaw__histories *h, int32_t loss, float floor, double draw,
                           float *by_score)
{
    const thaw__basis *b = e->basis;
    const thaw__item_sample s = draw_sample(e, draw);
    int64_t n = s.n, others = b->all - b->items; /* items without a row that are not in the table */
    memset(e->by_c, 0, (size_t)b->width * sizeof *e->by_c);
    if (!mark_items(e, h)) return 0;
    thaw__gemv(s.n, b->width, 1, b->rows + s.first * b->width, s.step * b->width, e->c, 0, e->z);
    for (int64_t i = 0; i < s.n; i++) e->label[i] = 0, e->weight[i] = (float)s.step;
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++) {
        const int32_t item = e->sparse.key[at] - 1;
        int64_t sampled;
        if (item < 0) continue;
        if (is_sampled(e, s, at, &sampled)) e->weight[sampled] = 0;
        others -= b->row[item] < 0;
        if (e->mark[at] == EXCLUDED) continue;
        e->z[n] = basis_score(e, item) + e->sparse.value[at];
        e->label[n] = e->mark[at] == POSITIVE;
        e->weight[n++] = 1;
    }
    e->z[n] = e->label[n] = 0;
    e->weight[n++] = (float)others;
    const double total = thaw__loss_of(loss, e->slope, e->z, e->label, e->weight, n, 1 / floor);
    thaw__gemv_t(s.n, b->width, 1, b->rows + s.first * b->width, s.step * b->width, e->slope, 0, e->by_c);
    for (int64_t i = 0; i < s.n; i++) by_score[s.first + i * s.step] = e->slope[i];
    n = s.n;
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++) {
        if (!e->sparse.key[at] || e->mark[at] == EXCLUDED) continue;
        const float by = e->slope[n++];
        if (b->row[e->sparse.key[at] - 1] >= 0) by_score[b->row[e->sparse.key[at] - 1]] = by;
        add_row(e, at, by);
    }
    return total;
}

double thaw__episode_by_score(thaw__episode *e, const thaw__histories *h, int32_t which, float floor, double draw,
                              float *by_score)
{
    const float f = floor * thaw__ranking_of(e->m)->mean_popularity;
    memset(by_score, 0, (size_t)e->basis->items * sizeof *by_score);
    if (which != THAW_LOSS_SHARE) return sampled_loss(e, h, which, f, draw, by_score);
    const double loss = outer_loss(e, h, f, draw);
    const thaw__item_sample s = draw_sample(e, draw);
    if (e->share == 0) return 0;
    for (int64_t i = 0; i < s.n; i++) by_score[s.first + i * s.step] = e->share * e->slope[i];
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++)
        if (e->sparse.key[at] && e->mark[at] != EXCLUDED && e->basis->row[e->sparse.key[at] - 1] >= 0)
            by_score[e->basis->row[e->sparse.key[at] - 1]] = e->by_sparse[at];
    return loss;
}

/* ---- derivatives ------------------------------------------------------------------------------------------------- */

/* Spread a derivative by a base schedule at K over its two knots. */
static void add_at_knots(float *slope, thaw__schedule schedule, thaw__interpolation at, float by)
{
    thaw__add_at_knots(slope + schedule * THAW__SCHEDULE_KNOTS, at, by);
}

/* From by_c to the derivatives by the schedules in c and by w. @return the derivative by kappa. */
static float slope_of_query(thaw__episode *e, float *slope)
{
    const thaw__ranking *r = thaw__ranking_of(e->m);
    const thaw__kernels *k = e->m->kernels;
    const thaw__interpolation at = e->support.interpolation;
    const int64_t stride = e->m->stride;
    const float gain = thaw__schedule_at(r, THAW__GAIN, at), rest = 1 - e->kappa;
    const float forward = k->dot(stride, e->by_c, e->w), backward = k->dot(stride, e->by_c + stride, e->w);
    const float *o = e->by_c + thaw__basis_popularity(e->basis);
    float share[3];
    offset_shares(r, at, share);
    add_at_knots(slope, THAW__GAIN, at, forward + r->backward * backward);
    slope[THAW__SLOPE_BACKWARD] += gain * backward;
    slope[THAW__LATE * THAW__SCHEDULE_KNOTS + at.knot] += rest * (1 - at.part) * (o[1 + at.knot] - o[0]);
    slope[THAW__LATE * THAW__SCHEDULE_KNOTS + at.knot + 1] += rest * at.part * (o[2 + at.knot] - o[0]);
    k->scale(stride, gain, e->by_c, e->by_w);
    k->axpy(stride, gain * r->backward, e->by_c + stride, e->by_w);
    return -(share[0] * o[0] + share[1] * o[1 + at.knot] + share[2] * o[2 + at.knot]);
}

double thaw__episode_loss(thaw__episode *e, const thaw__histories *h, float floor, double draw, float *slope)
{
    const thaw__ranking *r = thaw__ranking_of(e->m);
    const thaw__interpolation at = e->support.interpolation;
    const double loss = outer_loss(e, h, floor * r->mean_popularity, draw);
    memset(&e->by, 0, sizeof e->by);
    const thaw__term_by by = {&e->sparse, e->by_sparse, slope_of_query(e, slope)};
    thaw__terms_slope(&e->terms, &e->term_work, r, &e->support, &by, slope, &e->by);
    const thaw__latent_schedules latent =
        thaw__latent_slope(e->by_w, e->w, e->factor, e->m, &e->support, e->prior, e->by.precision, e->by.target);
    add_at_knots(slope, THAW__UNOBSERVED_PRECISION, at, latent.unobserved_precision);
    add_at_knots(slope, THAW__RIDGE, at, latent.ridge);
    add_at_knots(slope, THAW__PRIOR_SHARE, at, latent.prior_share);
    float *weightings = slope + THAW__SLOPE_WEIGHTINGS;
    thaw__support_weights_slope events = {
        weightings, weightings + r->n_weightings, weightings + 2 * r->n_weightings, {0, 0}, 0};
    thaw__support_weights_slope_add(&events, &e->support, r, e->events, e->n_kept, &e->by);
    slope[THAW__RECENCY * THAW__SCHEDULE_KNOTS + at.knot] += events.recency[0];
    slope[THAW__RECENCY * THAW__SCHEDULE_KNOTS + at.knot + 1] += events.recency[1];
    slope[THAW__SLOPE_HALF_LIFE] += events.half_life;
    return loss;
}
