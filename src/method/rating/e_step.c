/* SPDX-License-Identifier: Apache-2.0
 * The E-step (docs/rating-model.md, eq. 5 to 7), two sparse-dense products and a small inverse per user:
 *
 *   by user:  A_u = I + sum_e omega_e E[p p']_i / s_i^2        P = A_u^-1,   m = P (m0 + sum_e omega_e (z p - E[p base])_i / s_i^2)
 *   by item:  square_i = sum_e omega_e E[w~ w~']_u,   linear_i = sum_e omega_e z E[w~]_u
 *
 * Users run in parallel, then items; each sum is made by one thread in the order of events, so bits do not depend on threads.
 */
#include <string.h>

#include "variational_em.h"
#include "linalg.h"
#include "packed.h"
#include "precision.h"
#include "status.h"
#include "thread.h"

enum { USERS_PER_TASK = 16, ITEMS_PER_TASK = 64 };

typedef struct estep {
    const thaw_model *m;
    const thaw__rating_tasks *tasks;
    thaw__rating_sums *sum;
    int robust;
    float *item_square; /* [items, packed]  E[v v'] */
    float *user_square; /* [users, packed]  E[w~ w~'], off-diagonals doubled */
    float *prior;       /* [users, rank]    m0 */
    float *mean;        /* [users, rank]    m */
    float *omega;       /* [events] */
    double *error;      /* [users] */
    uint8_t *failed;    /* [users] */
    float *scratch;     /* [workers, scratch_size] */
    size_t scratch_size;
} estep;

/* E[v v'] = cov + v v' */
static void item_squares(void *arg, int64_t index, int32_t worker)
{
    const estep *s = arg;
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    (void)worker;
    int64_t end = (index + 1) * ITEMS_PER_TASK;
    if (end > thaw__n_items(m)) end = thaw__n_items(m);
    for (int64_t i = index * ITEMS_PER_TASK; i < end; i++) {
        const float *p = rating->item_embedding + i * m->stride, *cov = rating->covariance + i * rating->packed;
        float *out = s->item_square + i * rating->packed;
        for (int32_t r = 0; r < rating->dim; r++) {
            float vr = r < m->rank ? p[r] : rating->bias[i];
            for (int32_t c = 0; c < r; c++) *out++ = *cov++ + vr * p[c];
            *out++ = *cov++ + vr * vr;
        }
    }
}

/* The posterior of user u given omega: P [rank, rank] at `square`, mean; returns 0 or not positive definite. */
static int solve_user(const estep *s, int64_t u, float *sums, float *P)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw__rating_tasks *t = s->tasks;
    const int32_t d = m->rank;
    float *mean = s->mean + u * d, *h = sums + rating->packed;
    memset(sums, 0, (size_t)(rating->packed + m->stride) * sizeof *sums);
    for (int64_t e = t->start[u]; e < t->start[u + 1]; e++) {
        int64_t i = t->item[e];
        float weight = s->omega[e] / rating->noise_var[i];
        m->kernels->axpy(rating->packed, weight, s->item_square + i * rating->packed, sums);
        m->kernels->axpy(d, weight * t->y[e], rating->item_embedding + i * m->stride, h);
    }
    const float *cross = sums + (rating->packed - rating->dim); /* the last row: sum of E[p base] */
    for (int32_t j = 0; j < d; j++) h[j] += s->prior[u * d + j] - cross[j];
    thaw__unpack(P, d, sums, d);
    const thaw__precision A = {P, d, d};
    thaw__precision_add_identity(A);
    if (thaw__precision_invert(A)) return 1;
    thaw__gemv(d, d, 1, P, d, h, 0, mean);
    return 0;
}

/* E[w~ w~'] = [P + m m', m; m', 1] with doubled off-diagonals, so that a plain dot with a triangle is the full inner product. */
static void pack_user(const estep *s, int64_t u, const float *P)
{
    const int32_t d = s->m->rank;
    const float *mean = s->mean + u * d;
    float *out = s->user_square + u * thaw__rating_of(s->m)->packed;
    for (int32_t r = 0; r < d; r++) {
        for (int32_t c = 0; c < r; c++) *out++ = 2 * (P[r * d + c] + mean[r] * mean[c]);
        *out++ = P[r * d + r] + mean[r] * mean[r];
    }
    for (int32_t c = 0; c < d; c++) *out++ = 2 * mean[c];
    *out = 1;
}

/* E[(z - p.w - base)^2] of each event; makes its Student-t weight (nu + 1) / (nu + error / s^2). */
static double weigh_events(const estep *s, int64_t u, int reweigh)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw__rating_tasks *t = s->tasks;
    double sum = 0;
    for (int64_t e = t->start[u]; e < t->start[u + 1]; e++) {
        int64_t i = t->item[e];
        float z = t->y[e];
        float predicted = rating->bias[i] + m->kernels->dot(m->rank, rating->item_embedding + i * m->stride, s->mean + u * m->rank);
        float square = m->kernels->dot(rating->packed, s->item_square + i * rating->packed, s->user_square + u * rating->packed);
        float error = z * z - 2 * z * predicted + square;
        sum += (double)error;
        if (reweigh)
            s->omega[e] = t->weight[e] * (THAW__FREEDOM + 1) / (THAW__FREEDOM + error / rating->noise_var[i]);
    }
    return sum;
}

static void infer_user(const estep *s, int64_t u, float *sums, float *P)
{
    const thaw__rating_tasks *t = s->tasks;
    thaw__prior_mean(&s->m->user_prior, s->prior + u * s->m->rank, &t->features, u);
    memcpy(s->omega + t->start[u], t->weight + t->start[u], (size_t)(t->start[u + 1] - t->start[u]) * sizeof(float));
    for (int round = 0; round <= s->robust; round++) {
        s->failed[u] = (uint8_t)solve_user(s, u, sums, P);
        if (s->failed[u]) return;
        pack_user(s, u, P);
        s->error[u] = weigh_events(s, u, s->robust);
    }
}

static void infer_users(void *arg, int64_t index, int32_t worker)
{
    const estep *s = arg;
    float *sums = s->scratch + (size_t)worker * s->scratch_size;
    float *P = sums + thaw__stride((size_t)thaw__rating_of(s->m)->packed) + (size_t)s->m->stride;
    int64_t end = (index + 1) * USERS_PER_TASK;
    if (end > s->tasks->n_users) end = s->tasks->n_users;
    for (int64_t u = index * USERS_PER_TASK; u < end; u++) infer_user(s, u, sums, P);
}

static void sum_item(const estep *s, int64_t i)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw__rating_tasks *t = s->tasks;
    float *square = s->sum->square + i * rating->packed, *linear = s->sum->linear + i * rating->dim;
    float *chosen = s->sum->chosen + i * m->rank;
    for (int64_t k = t->item_start[i]; k < t->item_start[i + 1]; k++) {
        int64_t e = t->by_item[k], u = t->task[e];
        float omega = s->omega[e], z = t->y[e];
        m->kernels->axpy(rating->packed, omega, s->user_square + u * rating->packed, square);
        m->kernels->axpy(m->rank, omega * z, s->mean + u * m->rank, linear);
        linear[m->rank] += omega * z;
        m->kernels->axpy(m->rank, 1, s->mean + u * m->rank, chosen);
        m->kernels->axpy(m->rank, -1, s->prior + u * m->rank, chosen);
        s->sum->energy[i] += (double)omega * (double)z * (double)z;
    }
    s->sum->count[i] += (double)(t->item_start[i + 1] - t->item_start[i]);
}

static void sum_items(void *arg, int64_t index, int32_t worker)
{
    const estep *s = arg;
    (void)worker;
    int64_t end = (index + 1) * ITEMS_PER_TASK;
    if (end > thaw__n_items(s->m)) end = thaw__n_items(s->m);
    for (int64_t i = index * ITEMS_PER_TASK; i < end; i++) sum_item(s, i);
}

/* Sums over users that the priors learn from; few numbers, in order of users. */
static void sum_users(const estep *s)
{
    const int32_t d = s->m->rank;
    thaw__rating_sums *sum = s->sum;
    float residual[THAW__RANK_MAX];
    for (int64_t u = 0; u < s->tasks->n_users; u++) {
        const float *m0 = s->prior + u * d, *mean = s->mean + u * d, *square = s->user_square + u * thaw__rating_of(s->m)->packed;
        for (int32_t j = 0; j < d; j++) residual[j] = mean[j] - m0[j];
        for (int32_t r = 0; r < d; r++)
            for (int32_t c = 0; c <= r; c++) {
                float P = (c < r ? 0.5f : 1) * *square++ - mean[r] * mean[c];
                sum->scatter[r * d + c] += (double)(residual[r] * residual[c] + P);
                sum->moment[r * d + c] += (double)(m0[r] * m0[c]);
            }
        thaw__prior_fit_add(&sum->user, &s->m->user_prior, &s->tasks->features, u, residual, 1);
        sum->error += s->error[u];
    }
    sum->users += (double)s->tasks->n_users;
    sum->events += (double)s->tasks->n_events;
}

static thaw_status allocate(estep *s)
{
    const thaw_model *m = s->m;
    const thaw_allocator *a = &m->config.allocator;
    const size_t users = (size_t)s->tasks->n_users, d = (size_t)m->rank, packed = (size_t)thaw__rating_of(m)->packed;
    s->scratch_size = thaw__stride(packed) + (size_t)m->stride + thaw__stride(d * d);
    s->item_square = thaw__alloc(a, (size_t)thaw__n_items(m) * packed, sizeof(float));
    s->user_square = thaw__alloc(a, users * packed, sizeof(float));
    s->prior = thaw__alloc(a, users * d, sizeof(float));
    s->mean = thaw__alloc(a, users * d, sizeof(float));
    s->omega = thaw__alloc(a, (size_t)s->tasks->n_events, sizeof(float));
    s->error = thaw__alloc(a, users, sizeof(double));
    s->failed = thaw__alloc0(a, users, 1);
    s->scratch = thaw__alloc(a, (size_t)thaw__n_workers(&m->config.parallel) * s->scratch_size, sizeof(float));
    int fine = s->item_square && s->user_square && s->prior && s->mean && s->omega && s->error && s->failed && s->scratch;
    return fine ? THAW_OK : THAW_E_NOMEM;
}

static void release(estep *s)
{
    const thaw_allocator *a = &s->m->config.allocator;
    thaw__free(a, s->item_square);
    thaw__free(a, s->user_square);
    thaw__free(a, s->prior);
    thaw__free(a, s->mean);
    thaw__free(a, s->omega);
    thaw__free(a, s->error);
    thaw__free(a, s->failed);
    thaw__free(a, s->scratch);
}

static int64_t pieces(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

static thaw_status check_users(const estep *s)
{
    for (int64_t u = 0; u < s->tasks->n_users; u++)
        if (s->failed[u]) return thaw__fail(THAW_E_NUMERIC, "the posterior of a user is not positive definite");
    return THAW_OK;
}

thaw_status thaw__rating_e_step(const thaw_model *m, thaw__rating_sums *sum, const thaw__rating_tasks *tasks)
{
    estep s = {.m = m, .tasks = tasks, .sum = sum, .robust = m->steps >= THAW__ROBUST_FROM};
    const thaw_parallel *p = &m->config.parallel;
    const int64_t item_pieces = pieces(thaw__n_items(m), ITEMS_PER_TASK);
    thaw_status st = allocate(&s);
    if (st == THAW_OK) st = thaw__parallel_for(p, item_squares, &s, item_pieces);
    if (st == THAW_OK) st = thaw__parallel_for(p, infer_users, &s, pieces(tasks->n_users, USERS_PER_TASK));
    if (st == THAW_OK) st = check_users(&s);
    if (st == THAW_OK) st = thaw__parallel_for(p, sum_items, &s, item_pieces);
    if (st == THAW_OK) sum_users(&s);
    release(&s);
    return st;
}
