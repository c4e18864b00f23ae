/* SPDX-License-Identifier: Apache-2.0 */
#include "fine_tuning.h"

#include <math.h>
#include <string.h>

#include "episode_sampling.h"
#include "linalg.h"
#include "status.h"
#include "thread.h"

enum { BATCH = THAW__FINE_TUNING_BATCH, MOST_EPISODES = 8192, REDIAGONALISE_EVERY = 16 /* batches */ };
enum { OF_F, OF_V };

static const double rates[] = {0.02, 0.01}; /* of F, of V */
#define FLOOR 1                             /* of the loss, in units of mean_popularity */
#define FIRST_DRAW ((uint64_t)1 << 40)      /* schedule_fit.c uses the counters below */

void thaw__fine_tuning_free(thaw__fine_tuning *t)
{
    if (!t->m) return;
    const thaw_allocator *a = &t->m->config.allocator;
    for (int32_t w = 0; t->episodes && w < t->workers; w++) thaw__episode_free(t->episodes[w]);
    thaw__free(a, t->episodes);
    thaw__free(a, t->supports);
    thaw__free(a, t->by_score);
    thaw__free(a, t->w);
    thaw__free(a, t->l);
    thaw__free(a, t->losses);
    thaw__free(a, t->slope);
    thaw__free(a, t->popularity);
    *t = (thaw__fine_tuning){0};
}

/* The rows of F or of V. */
static thaw__row_table rows_of(const thaw__fine_tuning *t, int which)
{
    const thaw__basis *b = t->basis;
    return which == OF_F ? (thaw__row_table){b->rows, b->items, t->m->stride, b->width, NULL}
                         : (thaw__row_table){thaw__ranking_of(t->m)->item_embedding, b->items, t->m->stride,
                                             t->m->stride, b->item};
}

thaw_status thaw__fine_tuning_create(thaw__fine_tuning *out, thaw_model *m, thaw__basis *basis,
                                     const thaw__histories *h, const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const size_t items = (size_t)basis->items, stride = (size_t)m->stride;
    thaw__fine_tuning *t = out;
    *t = (thaw__fine_tuning){.m = m,
                             .basis = basis,
                             .histories = h,
                             .users = users,
                             .n = n,
                             .workers = thaw__n_workers(&m->config.parallel)};
    t->episodes = thaw__alloc0(a, (size_t)t->workers, sizeof *t->episodes);
    t->supports = thaw__alloc0(a, BATCH, sizeof *t->supports);
    t->by_score = thaw__alloc0(a, BATCH * items, sizeof *t->by_score);
    t->w = thaw__alloc0(a, BATCH * stride, sizeof *t->w);
    t->l = thaw__alloc0(a, BATCH * stride, sizeof *t->l);
    t->losses = thaw__alloc0(a, BATCH, sizeof *t->losses);
    t->slope = thaw__alloc0(a, items * stride, sizeof *t->slope);
    t->popularity = thaw__alloc0(a, items, sizeof *t->popularity);
    const int complete =
        t->episodes && t->supports && t->by_score && t->w && t->l && t->losses && t->slope && t->popularity;
    thaw_status st = complete ? THAW_OK : THAW_E_NOMEM;
    for (int64_t r = 0; complete && r < basis->items; r++)
        t->popularity[r] = thaw__ranking_of(m)->popularity[basis->item[r]];
    for (int32_t k = 0; st == THAW_OK && k < t->workers; k++) st = thaw__episode_create(&t->episodes[k], m, basis);
    for (int which = OF_F; which <= OF_V; which++) {
        const thaw__row_table rows = rows_of(t, which);
        t->descent[which] = thaw__rms_descent_of(&rows, m->kernels);
    }
    if (st != THAW_OK) thaw__fine_tuning_free(t);
    return st;
}

/* ---- an episode -------------------------------------------------------------------------------------------------- */

/* l, and the gradient by the item embeddings of the support. */
static void differentiate(thaw__fine_tuning_support *out, float *l, const thaw__episode *e, float gain)
{
    const thaw_model *m = e->m;
    const thaw__latent_schedules schedules = thaw__latent_schedules_at(thaw__ranking_of(m), e->support.interpolation);
    m->kernels->scale(m->stride, gain, e->by_c, l);
    m->kernels->axpy(m->stride, gain * thaw__ranking_of(m)->backward, e->by_c + m->stride, l);
    thaw__potrs(m->rank, e->factor, m->stride, l);
    out->n = e->support.n;
    for (int32_t i = 0; i < out->n; i++) {
        const thaw__latent_term term = thaw__latent_term_of(thaw__ranking_of(m), &e->support, i, schedules);
        const float *v = thaw__ranking_of(m)->item_embedding + e->support.item[i] * m->stride;
        out->item[i] = e->support.item[i];
        out->by_l[i] = term.linear - term.precision * m->kernels->dot(m->stride, v, e->w);
        out->by_w[i] = -term.precision * m->kernels->dot(m->stride, v, l);
    }
}

double thaw__fine_tuning_episode(thaw__fine_tuning *t, int64_t b, int32_t worker, int64_t user, int64_t k,
                                 double sample)
{
    const thaw_model *m = t->m;
    thaw__episode *e = t->episodes[worker];
    float *by_score = t->by_score + b * t->basis->items, *w = t->w + b * m->stride, *l = t->l + b * m->stride;
    double loss = 0;
    t->supports[b].n = 0;
    memset(by_score, 0, (size_t)t->basis->items * sizeof *by_score);
    if (!thaw__episode_adapt(e, t->histories, user, k))
        loss = thaw__episode_by_score(e, t->histories, m->config.loss, FLOOR, sample, by_score);
    if (loss == 0 || !isfinite(loss)) {
        memset(by_score, 0, (size_t)t->basis->items * sizeof *by_score);
        return 0;
    }
    const float gain = thaw__schedule_at(thaw__ranking_of(m), THAW__GAIN, e->support.interpolation);
    for (int64_t i = 0; i < t->basis->items; i++) by_score[i] *= gain;
    memcpy(w, e->w, (size_t)m->stride * sizeof *w);
    differentiate(&t->supports[b], l, e, gain);
    return loss;
}

static void run_episode(void *arg, int64_t index, int32_t worker)
{
    thaw__fine_tuning *t = arg;
    const int64_t b = t->first + index;
    const uint64_t first = FIRST_DRAW + THAW__EPISODE_COUNTERS * (uint64_t)(t->step * BATCH + b);
    const thaw__episode_draw draw = thaw__draw_episode(t->m->config.seed, first, t->n);
    const int64_t user = t->users[draw.user];
    const int64_t support = thaw__support_size_drawn(draw.support, thaw__history_length(t->histories, user));
    t->losses[b] = thaw__fine_tuning_episode(t, b, worker, user, support, draw.sample);
}

/* ---- a step ------------------------------------------------------------------------------------------------------ */

/* One step of F or V by the gradient of the batch. */
static void descend(thaw__fine_tuning *t, int which, double rate)
{
    const thaw__row_table rows = rows_of(t, which);
    thaw__rms_descent_step(&t->descent[which], &rows, t->slope, which == OF_F ? t->popularity : NULL,
                           rate * rates[which], t->m->kernels);
}

/* The mean gradient of the batch by V. */
static void sum_support_slopes(thaw__fine_tuning *t)
{
    const thaw_model *m = t->m;
    memset(t->slope, 0, (size_t)(t->basis->items * m->stride) * sizeof *t->slope);
    for (int64_t b = 0; b < BATCH; b++)
        for (int32_t i = 0; i < t->supports[b].n; i++) {
            float *g = t->slope + t->basis->row[t->supports[b].item[i]] * m->stride;
            m->kernels->axpy(m->stride, t->supports[b].by_l[i] / BATCH, t->l + b * m->stride, g);
            m->kernels->axpy(m->stride, t->supports[b].by_w[i] / BATCH, t->w + b * m->stride, g);
        }
}

static void apply(thaw__fine_tuning *t, double rate)
{
    const thaw__basis *b = t->basis;
    const int64_t stride = t->m->stride;
    thaw__gemm_tn(b->items, stride, BATCH, 1.0f / BATCH, t->by_score, b->items, t->w, stride, 0, t->slope, stride);
    descend(t, OF_F, rate);
    sum_support_slopes(t);
    descend(t, OF_V, rate);
}

/* ---- rotation ---------------------------------------------------------------------------------------------------- */

/* rows <- rows Q', rotation [rank, rank] = Q' */
static void rotate_rows(const thaw__row_table *rows, int64_t rank, const float *rotation)
{
    float out[THAW__RANK_MAX];
    for (int64_t i = 0; i < rows->rows; i++) {
        thaw__gemv_t(rank, rank, 1, rotation, rank, thaw__row_of(rows, i), 0, out);
        memcpy(thaw__row_of(rows, i), out, (size_t)rank * sizeof *out);
    }
}

/* Rotate everything that has coordinates in the latent space. */
static void rotate_space(thaw__fine_tuning *t, const float *rotation)
{
    thaw_model *m = t->m;
    const thaw__basis *b = t->basis;
    const thaw__prior *p = &m->user_prior;
    const thaw__row_table tables[] = {rows_of(t, OF_V),
                                      rows_of(t, OF_F),
                                      {b->rows + m->stride, b->items, m->stride, b->width, NULL},
                                      {p->weights, p->features.width, m->rank, m->rank, NULL},
                                      {p->column_mean, (int64_t)p->features.n, m->rank, m->rank, NULL}};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) rotate_rows(&tables[k], m->rank, rotation);
}

/* Rotate the latent space to the eigenvectors of V'V, largest first, and compute gram_diag and gram_popularity
 * again. */
static thaw_status rediagonalise(thaw__fine_tuning *t)
{
    thaw_model *m = t->m;
    const thaw_allocator *a = &m->config.allocator;
    const int64_t d = m->rank;
    float *small = thaw__alloc0(a, (size_t)(d * d), sizeof *small);
    double *square = thaw__alloc0(a, (size_t)(d * d), sizeof *square),
           *values = thaw__alloc(a, (size_t)d, sizeof *values);
    double *work = thaw__alloc(a, (size_t)(d * d + 3 * d), sizeof *work);
    thaw_status st = small && square && values && work ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) {
        thaw__basis_gather(t->basis, t->slope, thaw__ranking_of(m)->item_embedding);
        thaw__syrk_t(d, t->basis->items, 1, t->slope, m->stride, 0, small, d);
        for (int64_t i = 0; i < d; i++)
            for (int64_t k = 0; k <= i; k++) square[i * d + k] = (double)small[i * d + k];
        if (thaw__syev64(d, square, d, values, work))
            st = thaw__fail(THAW_E_NUMERIC, "the item embeddings have no eigenvectors after a step of fine-tuning");
    }
    if (st == THAW_OK) {
        for (int64_t c = 0; c < d; c++) {
            thaw__ranking_of(m)->gram_diag[c] = (float)(values[d - 1 - c] > 0 ? values[d - 1 - c] : 0);
            for (int64_t k = 0; k < d; k++) small[k * d + c] = (float)square[(d - 1 - c) * d + k];
        }
        rotate_space(t, small);
        thaw__gram_popularity_update(m);
    }
    thaw__free(a, small);
    thaw__free(a, square);
    thaw__free(a, values);
    thaw__free(a, work);
    return st;
}

int64_t thaw__fine_tuning_batches(const thaw__fine_tuning *t)
{
    return ((t->n < MOST_EPISODES ? t->n : MOST_EPISODES) + BATCH - 1) / BATCH;
}

thaw_status thaw__fine_tuning_add(thaw__fine_tuning *t, int64_t first, int64_t n)
{
    t->first = first;
    return thaw__parallel_for(&t->m->config.parallel, run_episode, t, n);
}

thaw_status thaw__fine_tuning_step(thaw__fine_tuning *t)
{
    const int64_t batches = thaw__fine_tuning_batches(t), k = t->step++ % batches;
    const double part = (double)(t->step - 1) / (double)(batches * THAW__FINE_TUNING_EPOCHS);
    if (k == 0) t->loss = 0;
    apply(t, part < 1 ? 1 - 0.9 * part : 0.1);
    for (int64_t b = 0; b < BATCH; b++) t->loss += t->losses[b] / (double)(BATCH * batches);
    return k % REDIAGONALISE_EVERY == REDIAGONALISE_EVERY - 1 || k == batches - 1 ? rediagonalise(t) : THAW_OK;
}
