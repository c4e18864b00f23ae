/* SPDX-License-Identifier: Apache-2.0
 * The E-step (docs/rating-model.md, eq. 5 to 7): two sparse-dense products and a small inverse per user.
 *
 *   by user:  A_u = I + sum_e omega_e E[p p']_i / s_i^2
 *             P = A_u^-1,    m = P (m0 + sum_e omega_e (z p - E[p bias])_i / s_i^2)
 *   by item:  ww_i = sum_e omega_e E[w~ w~']_u,    zw_i = sum_e omega_e z_e E[w~]_u
 *
 * Users run in parallel, then items. Each sum is made by one thread in the order of events, so the bits do not depend
 * on the number of threads.
 */
#include <string.h>

#include "linalg.h"
#include "packed.h"
#include "precision.h"
#include "status.h"
#include "thread.h"
#include "variational_em.h"

enum { USERS_PER_TASK = 16, ITEMS_PER_TASK = 64 };

typedef struct estep {
    const thaw_model *m;
    const thaw__rating_tasks *tasks;
    thaw__rating_sums *sum;
    int robust;      /* Student-t weights, eq. 6 */
    float *vv;       /* [items, packed]  E[v v'] */
    float *ww;       /* [users, packed]  E[w~ w~'], off-diagonals doubled */
    float *prior;    /* [users, rank]    m0 */
    float *mean;     /* [users, rank]    m */
    float *omega;    /* [events]         weights */
    double *error;   /* [users]          sum over events of E[(z - bias - p.w)^2] */
    uint8_t *failed; /* [users] */
    float *scratch;  /* [workers, scratch_size] */
    size_t scratch_size;
} estep;

/* E[v v'] = S + v v' */
static void item_second_moments(void *arg, int64_t index, int32_t worker)
{
    const estep *s = arg;
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    (void)worker;
    int64_t end = (index + 1) * ITEMS_PER_TASK;
    if (end > thaw__n_items(m)) end = thaw__n_items(m);
    for (int64_t i = index * ITEMS_PER_TASK; i < end; i++) {
        const float *p = rating->item_embedding + i * m->stride, *S = rating->covariance + i * rating->packed;
        float *out = s->vv + i * rating->packed;
        for (int32_t r = 0; r < rating->dim; r++) {
            float vr = r < m->rank ? p[r] : rating->bias[i];
            for (int32_t c = 0; c < r; c++) *out++ = *S++ + vr * p[c];
            *out++ = *S++ + vr * vr;
        }
    }
}

/* Eq. 5: mean and covariance P [rank, rank] of user u, given omega. sums [packed + stride] is scratch. Returns 1 if A_u
 * is not positive definite. */
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
        m->kernels->axpy(rating->packed, weight, s->vv + i * rating->packed, sums);
        m->kernels->axpy(d, weight * t->z[e], rating->item_embedding + i * m->stride, h);
    }
    const float *cross = sums + (rating->packed - rating->dim); /* the last row: sum of E[p bias] omega / s^2 */
    for (int32_t j = 0; j < d; j++) h[j] += s->prior[u * d + j] - cross[j];
    thaw__unpack(P, d, sums, d);
    const thaw__precision A = {P, d, d};
    thaw__precision_add_identity(A);
    if (thaw__precision_invert(A)) return 1;
    thaw__gemv(d, d, 1, P, d, h, 0, mean);
    return 0;
}

/* E[w~ w~'] = [P + m m', m; m', 1] with doubled off-diagonals: its dot product with a triangle is the inner product of
 * the full matrices. */
static void pack_user(const estep *s, int64_t u, const float *P)
{
    const int32_t d = s->m->rank;
    const float *mean = s->mean + u * d;
    float *out = s->ww + u * thaw__rating_of(s->m)->packed;
    for (int32_t r = 0; r < d; r++) {
        for (int32_t c = 0; c < r; c++) *out++ = 2 * (P[r * d + c] + mean[r] * mean[c]);
        *out++ = P[r * d + r] + mean[r] * mean[r];
    }
    for (int32_t c = 0; c < d; c++) *out++ = 2 * mean[c];
    *out = 1;
}

/* Returns the sum over events of error = E[(z - bias - p.w)^2]; with `robust`, also sets the weights of the next round,
 * omega = a (nu + 1) / (nu + error / s^2), eq. 6. */
static double weight_events(const estep *s, int64_t u)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw__rating_tasks *t = s->tasks;
    double sum = 0;
    for (int64_t e = t->start[u]; e < t->start[u + 1]; e++) {
        const int64_t i = t->item[e];
        const float z = t->z[e], *p = rating->item_embedding + i * m->stride;
        const float predicted = rating->bias[i] + m->kernels->dot(m->rank, p, s->mean + u * m->rank);
        const float square = m->kernels->dot(rating->packed, s->vv + i * rating->packed, s->ww + u * rating->packed);
        const float error = z * z - 2 * z * predicted + square;
        sum += (double)error;
        if (s->robust) s->omega[e] = t->weight[e] * (THAW__NU + 1) / (THAW__NU + error / rating->noise_var[i]);
    }
    return sum;
}

/* Eq. 5 and 6: solve with omega = a; with `robust`, weight the events, solve again, and weight for the sums. */
static void infer_user(const estep *s, int64_t u, float *sums, float *P)
{
    const thaw__rating_tasks *t = s->tasks;
    thaw__prior_mean(&s->m->user_prior, s->prior + u * s->m->rank, &t->features, u);
    memcpy(s->omega + t->start[u], t->weight + t->start[u], (size_t)(t->start[u + 1] - t->start[u]) * sizeof(float));
    for (int round = 0; round <= s->robust; round++) {
        s->failed[u] = (uint8_t)solve_user(s, u, sums, P);
        if (s->failed[u]) return;
        pack_user(s, u, P);
        s->error[u] = weight_events(s, u);
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

/* The sums of item i over its events, eq. 7. */
static void sum_item(const estep *s, int64_t i)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw__rating_tasks *t = s->tasks;
    float *ww = s->sum->ww + i * rating->packed, *zw = s->sum->zw + i * rating->dim;
    float *residual = s->sum->rater_residual + i * m->rank;
    for (int64_t k = t->item_start[i]; k < t->item_start[i + 1]; k++) {
        int64_t e = t->by_item[k], u = t->task[e];
        float omega = s->omega[e], z = t->z[e];
        m->kernels->axpy(rating->packed, omega, s->ww + u * rating->packed, ww);
        m->kernels->axpy(m->rank, omega * z, s->mean + u * m->rank, zw);
        zw[m->rank] += omega * z;
        m->kernels->axpy(m->rank, 1, s->mean + u * m->rank, residual);
        m->kernels->axpy(m->rank, -1, s->prior + u * m->rank, residual);
        s->sum->zz[i] += (double)omega * (double)z * (double)z;
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

/* The sums for the priors, eq. 7, in order of users. */
static void sum_users(const estep *s)
{
    const int32_t d = s->m->rank;
    thaw__rating_sums *sum = s->sum;
    float residual[THAW__RANK_MAX];
    for (int64_t u = 0; u < s->tasks->n_users; u++) {
        const float *m0 = s->prior + u * d, *mean = s->mean + u * d;
        const float *ww = s->ww + u * thaw__rating_of(s->m)->packed;
        for (int32_t j = 0; j < d; j++) residual[j] = mean[j] - m0[j];
        for (int32_t r = 0; r < d; r++)
            for (int32_t c = 0; c <= r; c++) {
                float P = (c < r ? 0.5f : 1) * *ww++ - mean[r] * mean[c];
                sum->scatter[r * d + c] += (double)(residual[r] * residual[c] + P);
                sum->prior_second_moment[r * d + c] += (double)(m0[r] * m0[c]);
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
    s->vv = thaw__alloc(a, (size_t)thaw__n_items(m) * packed, sizeof(float));
    s->ww = thaw__alloc(a, users * packed, sizeof(float));
    s->prior = thaw__alloc(a, users * d, sizeof(float));
    s->mean = thaw__alloc(a, users * d, sizeof(float));
    s->omega = thaw__alloc(a, (size_t)s->tasks->n_events, sizeof(float));
    s->error = thaw__alloc(a, users, sizeof(double));
    s->failed = thaw__alloc0(a, users, 1);
    s->scratch = thaw__alloc(a, (size_t)thaw__n_workers(&m->config.parallel) * s->scratch_size, sizeof(float));
    const int complete = s->vv && s->ww && s->prior && s->mean && s->omega && s->error && s->failed && s->scratch;
    return complete ? THAW_OK : THAW_E_NOMEM;
}

static void release(estep *s)
{
    const thaw_allocator *a = &s->m->config.allocator;
    thaw__free(a, s->vv);
    thaw__free(a, s->ww);
    thaw__free(a, s->prior);
    thaw__free(a, s->mean);
    thaw__free(a, s->omega);
    thaw__free(a, s->error);
    thaw__free(a, s->failed);
    thaw__free(a, s->scratch);
}

static int64_t n_tasks(int64_t n, int64_t per_task)
{
    return (n + per_task - 1) / per_task;
}

static thaw_status check_users(const estep *s)
{
    for (int64_t u = 0; u < s->tasks->n_users; u++)
        if (s->failed[u])
            return thaw__fail(THAW_E_NUMERIC, "the posterior of user \"%.64s\" is not positive definite",
                              thaw__keymap_key(s->tasks->keys, s->tasks->user[u]));
    return THAW_OK;
}

thaw_status thaw__rating_e_step(const thaw_model *m, thaw__rating_sums *sum, const thaw__rating_tasks *tasks)
{
    estep s = {.m = m, .tasks = tasks, .sum = sum, .robust = m->steps >= THAW__ROBUST_FROM};
    const thaw_parallel *p = &m->config.parallel;
    const int64_t item_tasks = n_tasks(thaw__n_items(m), ITEMS_PER_TASK);
    thaw_status st = allocate(&s);
    if (st == THAW_OK) st = thaw__parallel_for(p, item_second_moments, &s, item_tasks);
    if (st == THAW_OK) st = thaw__parallel_for(p, infer_users, &s, n_tasks(tasks->n_users, USERS_PER_TASK));
    if (st == THAW_OK) st = check_users(&s);
    if (st == THAW_OK) st = thaw__parallel_for(p, sum_items, &s, item_tasks);
    if (st == THAW_OK) sum_users(&s);
    release(&s);
    return st;
}
