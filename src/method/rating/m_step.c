/* SPDX-License-Identifier: Apache-2.0
 * The M-step (docs/rating-model.md, eq. 8 to 12): posteriors of items, then the priors of items and users, then
 * whitening: a change of coordinates after which the prior covariance of users is I again (parameter-expanded EM; Liu,
 * Rubin and Wu 1998).
 */
#include <math.h>
#include <string.h>

#include "linalg.h"
#include "packed.h"
#include "status.h"
#include "thread.h"
#include "variational_em.h"

enum {
    ITEMS_PER_TASK = 64,
    NOISE_RATINGS = 50,     /* noise_var is shrunk to the overall noise as by so many ratings */
    SELECTION_RATINGS = 10, /* selection_bias is shrunk to 0 as by so many raters */
    PRIOR_RATINGS = 100,    /* weight of an item in fitting the prior: n / (n + so many) */
    PRIOR_SWEEPS = 4        /* updates of the weights of items' features per step */
};

#define GAMMA_START 0.05 /* Gamma is estimated as if one more item of residual covariance 0.05 I had been seen */

typedef struct mstep {
    thaw_model *m;
    const thaw__rating_sums *sum;
    double scale, rho;
    float *precision; /* [dim, dim] Gamma^-1 */
    float *T;         /* [dim, dim] the change of coordinates of items, eq. 9 */
    uint8_t *failed;  /* [items] */
    float *scratch;   /* [workers, scratch_size()] */
} mstep;

/* Eq. 8: the natural parameters J [dim, dim] and h [dim] of q(v_i) = N(J^-1 h, J^-1), from the prior and the ratings.
 * With rho < 1 a natural-gradient step (Hoffman et al. 2013): (J, h) <- (1 - rho) (J, h)_old + rho (J, h). spare is
 * scratch [dim^2 + 2 dim]. Returns 1 if the old covariance is not positive definite. */
static int item_natural(const mstep *s, int64_t i, float *J, float *h, float *spare)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim, d = m->rank;
    const float weight = (float)(s->scale / (double)rating->noise_var[i]);
    const float *ww = s->sum->ww + i * rating->packed, *zw = s->sum->zw + i * dim;
    float *prior = spare, *old = spare + dim;
    thaw__prior_mean(&m->catalogue->prior, prior, &m->catalogue->features, i);
    thaw__gemv(dim, dim, 1, s->precision, dim, prior, 0, h);
    for (int32_t r = 0; r < dim; r++) {
        for (int32_t c = 0; c < r; c++, ww++)
            J[r * dim + c] = J[c * dim + r] = s->precision[r * dim + c] + 0.5f * weight * *ww;
        J[r * dim + r] = s->precision[r * dim + r] + weight * *ww++;
        h[r] += weight * zw[r];
    }
    if (s->rho >= 1) return 0;

    float rho = (float)s->rho, *K = spare + 2 * dim; /* the old precision */
    thaw__unpack(K, dim, rating->covariance + i * rating->packed, dim);
    if (thaw__potrf(dim, K, dim) || thaw__potri(dim, K, dim)) return 1;
    memcpy(old, rating->item_embedding + i * m->stride, (size_t)d * sizeof *old);
    old[d] = rating->bias[i];
    thaw__gemv(dim, dim, 1 - rho, K, dim, old, rho, h);
    for (int32_t k = 0; k < dim * dim; k++) J[k] = (1 - rho) * K[k] + rho * J[k];
    return 0;
}

/* Sum of omega E[(z - v.w~)^2] over the item's events = zz - 2 v.zw + <ww, v v' + S>. */
static double item_error(const mstep *s, int64_t i, const float *v, const float *S)
{
    const thaw__rating *rating = thaw__rating_of(s->m);
    const int32_t dim = rating->dim;
    const float *ww = s->sum->ww + i * rating->packed, *zw = s->sum->zw + i * dim;
    double error = s->sum->zz[i];
    for (int32_t r = 0; r < dim; r++) {
        error -= 2 * (double)v[r] * (double)zw[r];
        for (int32_t c = 0; c <= r; c++)
            error += (double)*ww++ * ((double)v[r] * (double)v[c] + (double)S[r * dim + c]);
    }
    return error > 0 ? error : 0;
}

/* Update q(v_i), noise_var, selection_bias and n_ratings of item i. Returns 1 if J_i is not positive definite. */
static int update_item(const mstep *s, int64_t i, float *scratch)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim;
    float *S = scratch, *h = S + dim * dim, *v = h + dim, *spare = v + dim; /* spare: 2 dim + dim^2 */
    const double n = s->scale * s->sum->count[i];
    if (n == 0 && (s->rho >= 1 || rating->n_ratings[i] == 0)) { /* run() resets it to its prior */
        rating->n_ratings[i] = 0;
        return 0;
    }
    if (item_natural(s, i, S, h, spare) || thaw__potrf(dim, S, dim) || thaw__potri(dim, S, dim)) return 1;
    thaw__gemv(dim, dim, 1, S, dim, h, 0, v);

    const double noise_var =
        (NOISE_RATINGS * rating->mean_noise_var + s->scale * item_error(s, i, v, S)) / (NOISE_RATINGS + n);
    const double selection_bias =
        s->scale / (n + SELECTION_RATINGS) * (double)m->kernels->dot(m->rank, v, s->sum->rater_residual + i * m->rank);
    memcpy(rating->item_embedding + i * m->stride, v, (size_t)m->rank * sizeof *v);
    rating->bias[i] = v[m->rank];
    thaw__pack(rating->covariance + i * rating->packed, S, dim, dim);
    rating->selection_bias[i] = (float)((1 - s->rho) * (double)rating->selection_bias[i] + s->rho * selection_bias);
    rating->noise_var[i] = (float)((1 - s->rho) * (double)rating->noise_var[i] + s->rho * noise_var);
    rating->n_ratings[i] = (float)((1 - s->rho) * (double)rating->n_ratings[i] + s->rho * n);
    return 0;
}

static size_t scratch_size(const thaw_model *m)
{
    const thaw__rating *rating = thaw__rating_of(m);
    return thaw__stride((size_t)(2 * rating->dim * rating->dim + 4 * rating->dim));
}

static int64_t n_tasks(const thaw_model *m)
{
    return (thaw__n_items(m) + ITEMS_PER_TASK - 1) / ITEMS_PER_TASK;
}

static void update_items(void *arg, int64_t index, int32_t worker)
{
    const mstep *s = arg;
    int64_t end = (index + 1) * ITEMS_PER_TASK;
    if (end > thaw__n_items(s->m)) end = thaw__n_items(s->m);
    for (int64_t i = index * ITEMS_PER_TASK; i < end; i++)
        s->failed[i] = (uint8_t)update_item(s, i, s->scratch + (size_t)worker * scratch_size(s->m));
}

/* Eq. 12, the values of new items: s^2 is the harmonic mean of the s_i^2, weighted by n_i / (n_i + 50); the selection
 * bias is the mean over ratings. */
static void update_averages(thaw_model *m)
{
    thaw__rating *rating = thaw__rating_of(m);
    double weight = 0, precision = 0, ratings = 0, selection_bias = 0;
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        const double n = (double)rating->n_ratings[i], w = n / (n + NOISE_RATINGS);
        weight += w;
        precision += w / (double)rating->noise_var[i];
        ratings += n;
        selection_bias += n * (double)rating->selection_bias[i];
    }
    if (weight > 0) rating->mean_noise_var = weight / precision;
    if (ratings > 0) rating->mean_selection_bias = (float)(selection_bias / ratings);
}

/* ---- the prior of items ----------------------------------------------------------------------------------------- */

/* The weight u_i of item i in fitting the prior, eq. 10. */
static double prior_weight(const thaw_model *m, int64_t i)
{
    const double n = (double)thaw__rating_of(m)->n_ratings[i];
    return n / (n + PRIOR_RATINGS);
}

/* e_i = v_i minus its prior mean. */
static void item_residual(const thaw_model *m, int64_t i, float *residual)
{
    const thaw__rating *rating = thaw__rating_of(m);
    thaw__prior_mean(&m->catalogue->prior, residual, &m->catalogue->features, i);
    for (int32_t j = 0; j < m->rank; j++) residual[j] = rating->item_embedding[i * m->stride + j] - residual[j];
    residual[m->rank] = rating->bias[i] - residual[m->rank];
}

static void fit_item_prior(thaw_model *m, thaw__prior_fit *fit)
{
    const thaw__rating *rating = thaw__rating_of(m);
    float residual[THAW__RANK_MAX + 1];
    for (int sweep = 0; sweep < PRIOR_SWEEPS; sweep++) {
        thaw__prior_fit_clear(fit, &m->catalogue->prior);
        for (int64_t i = 0; i < thaw__n_items(m); i++) {
            if (rating->n_ratings[i] == 0) continue;
            item_residual(m, i, residual);
            thaw__prior_fit_add(fit, &m->catalogue->prior, &m->catalogue->features, i, residual, prior_weight(m, i));
        }
        for (int32_t j = 0; j < rating->dim && fit->rows > 0; j++)
            m->catalogue->prior.centre[j] += (float)(fit->residual[j] / fit->rows);
        thaw__prior_fit_apply(fit, &m->catalogue->prior, 1, 1);
    }
}

/* Eq. 10: gamma64 [dim, dim] = mean over items of e e' + S + (kappa - 1) Gamma, weighted by prior_weight(). */
static void estimate_gamma(const thaw_model *m, double *gamma64)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim;
    double total = 1;
    float e[THAW__RANK_MAX + 1];
    memset(gamma64, 0, (size_t)dim * (size_t)dim * sizeof *gamma64);
    for (int32_t r = 0; r < dim; r++) gamma64[r * dim + r] = GAMMA_START;
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        if (rating->n_ratings[i] == 0) continue;
        const double w = prior_weight(m, i);
        const double widening = (double)thaw__prior_widening(&m->catalogue->prior, &m->catalogue->features, i) - 1;
        const float *S = rating->covariance + i * rating->packed;
        item_residual(m, i, e);
        total += w;
        for (int32_t r = 0; r < dim; r++)
            for (int32_t c = 0; c <= r; c++)
                gamma64[r * dim + c] +=
                    w * ((double)e[r] * (double)e[c] + (double)*S++ + widening * (double)rating->gamma[r * dim + c]);
    }
    for (int32_t r = 0; r < dim; r++)
        for (int32_t c = 0; c <= r; c++) gamma64[r * dim + c] = gamma64[c * dim + r] = gamma64[r * dim + c] / total;
}

/* Update W, the centre, Gamma and the ridges of the prior of items. */
static thaw_status update_item_prior(thaw_model *m, double rho)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw_allocator *a = &m->config.allocator;
    const int64_t square = (int64_t)rating->dim * rating->dim;
    thaw__prior_fit fit;
    THAW__TRY(thaw__prior_fit_init(&fit, &m->catalogue->prior, a));
    double *gamma64 = thaw__alloc(a, (size_t)square, sizeof *gamma64);
    thaw_status st = gamma64 ? THAW_OK : THAW_E_NOMEM;
    if (st != THAW_OK) goto fail;
    fit_item_prior(m, &fit);
    estimate_gamma(m, gamma64);
    for (int64_t k = 0; k < square; k++) {
        gamma64[k] = (1 - rho) * (double)rating->gamma[k] + rho * gamma64[k];
        rating->gamma[k] = (float)gamma64[k];
    }
    if (thaw__potrf64(rating->dim, gamma64, rating->dim) || thaw__potri64(rating->dim, gamma64, rating->dim))
        st = thaw__fail(THAW_E_NUMERIC, "the prior covariance of items is not positive definite");
    else if (m->steps >= THAW__RIDGE_FROM) thaw__prior_fit_ridge(&m->catalogue->prior, gamma64);
fail:
    thaw__prior_fit_free(&fit, a);
    thaw__free(a, gamma64);
    return st;
}

/* ---- whitening the space ---------------------------------------------------------------------------------------- */

/* Eq. 9: delta [d] = rho times the mean of users' residuals m - m0, and the lower triangle C [d, d] with
 * C C' = (1 - rho) I + rho R. The change w <- C^-1 (w - delta) makes the prior covariance of users I; p <- C' p and
 * bias <- bias + p . delta, that is v <- T v with T = [C', 0; delta', 1], keep every prediction. */
static thaw_status residual_moments(const mstep *s, double *C, double *delta)
{
    const int32_t d = s->m->rank;
    const thaw__rating_sums *sum = s->sum;
    const double rho = s->rho, users = sum->users;
    for (int32_t j = 0; j < d; j++) delta[j] = rho * sum->user.residual[j] / users;
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = 0; c <= r; c++) {
            double one = r == c ? 1 : 0;
            double mean = sum->user.residual[r] * sum->user.residual[c] / (users * users);
            double estimate = (sum->scatter[r * d + c] - users * mean + one) / (users + 1);
            C[r * d + c] = (1 - rho) * one + rho * estimate;
        }
    if (thaw__potrf64(d, C, d)) return thaw__fail(THAW_E_NUMERIC, "the covariance of users is not positive definite");
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = r + 1; c < d; c++) C[r * d + c] = 0;
    return THAW_OK;
}

/* x <- T x for a vector [dim]. */
static void transform_vector(const mstep *s, float *x, float *spare)
{
    const int32_t dim = thaw__rating_of(s->m)->dim;
    thaw__gemv(dim, dim, 1, s->T, dim, x, 0, spare);
    memcpy(x, spare, (size_t)dim * sizeof *x);
}

/* S <- T S T' for a full matrix [dim, dim]. */
static void transform_square(const mstep *s, float *S, float *spare)
{
    const int32_t dim = thaw__rating_of(s->m)->dim;
    thaw__gemm(dim, dim, dim, 1, s->T, dim, S, dim, 0, spare, dim);
    thaw__gemm_nt(dim, dim, dim, 1, spare, dim, s->T, dim, 0, S, dim);
}

static void transform_items(void *arg, int64_t index, int32_t worker)
{
    const mstep *s = arg;
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim;
    float *S = s->scratch + (size_t)worker * scratch_size(m), *spare = S + dim * dim, *v = spare + dim * dim;
    int64_t end = (index + 1) * ITEMS_PER_TASK;
    if (end > thaw__n_items(m)) end = thaw__n_items(m);
    for (int64_t i = index * ITEMS_PER_TASK; i < end; i++) {
        if (rating->n_ratings[i] == 0) continue;
        memcpy(v, rating->item_embedding + i * m->stride, (size_t)m->rank * sizeof *v);
        v[m->rank] = rating->bias[i];
        transform_vector(s, v, spare);
        memcpy(rating->item_embedding + i * m->stride, v, (size_t)m->rank * sizeof *v);
        rating->bias[i] = v[m->rank];
        thaw__unpack(S, dim, rating->covariance + i * rating->packed, dim);
        transform_square(s, S, spare);
        thaw__pack(rating->covariance + i * rating->packed, S, dim, dim);
    }
}

/* x <- C^-1 x for a lower triangle C [d, d]. */
static void solve_lower(const double *C, int32_t d, double *x)
{
    for (int32_t r = 0; r < d; r++) {
        for (int32_t c = 0; c < r; c++) x[r] -= C[r * d + c] * x[c];
        x[r] /= C[r * d + r];
    }
}

/* x <- C^-1 x for each row of rows [n, d]. */
static void whiten_rows(float *rows, int64_t n, const double *C, int32_t d)
{
    double x[THAW__RANK_MAX];
    for (int64_t g = 0; g < n; g++) {
        for (int32_t j = 0; j < d; j++) x[j] = (double)rows[g * d + j];
        solve_lower(C, d, x);
        for (int32_t j = 0; j < d; j++) rows[g * d + j] = (float)x[j];
    }
}

static void transpose(float *A, int32_t d)
{
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = 0; c < r; c++) {
            const float upper = A[c * d + r];
            A[c * d + r] = A[r * d + c];
            A[r * d + c] = upper;
        }
}

/* E[w w'] = I + C^-1 (mean of m0 m0') C^-T. Both solves run over rows, with a transposition after each. */
static void whiten_second_moment(const mstep *s, const double *C)
{
    const int32_t d = s->m->rank;
    float *M = thaw__rating_of(s->m)->user_second_moment;
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = 0; c <= r; c++) {
            const double estimate = s->sum->prior_second_moment[r * d + c] / s->sum->users;
            const double old = (double)M[r * d + c] - (r == c);
            M[r * d + c] = M[c * d + r] = (float)((1 - s->rho) * old + s->rho * estimate);
        }
    for (int half = 0; half < 2; half++) {
        whiten_rows(M, d, C, d);
        transpose(M, d);
    }
    for (int32_t r = 0; r < d; r++) M[r * d + r] += 1;
}

/* Whiten the users and transform everything that lives in the same space. C [dim, dim] and delta are scratch. */
static thaw_status whiten_space(mstep *s, double *C, double *delta)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t d = m->rank, dim = rating->dim;
    THAW__TRY(residual_moments(s, C, delta));
    memset(s->T, 0, (size_t)dim * (size_t)dim * sizeof(float));
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = r; c < d; c++) s->T[r * dim + c] = (float)C[c * d + r];
    for (int32_t j = 0; j < d; j++) s->T[d * dim + j] = (float)delta[j];
    s->T[d * dim + d] = 1;

    THAW__TRY(thaw__parallel_for(&m->config.parallel, transform_items, s, n_tasks(m)));
    transform_square(s, rating->gamma, s->scratch);
    transform_vector(s, m->catalogue->prior.centre, s->scratch);
    for (int32_t g = 0; g < m->catalogue->prior.features.width; g++)
        transform_vector(s, m->catalogue->prior.weights + (int64_t)g * dim, s->scratch);
    for (size_t c = 0; c < m->catalogue->prior.features.n; c++)
        transform_vector(s, m->catalogue->prior.column_mean + (int64_t)c * dim, s->scratch);
    whiten_rows(m->user_prior.weights, m->user_prior.features.width, C, d);
    whiten_rows(m->user_prior.column_mean, (int64_t)m->user_prior.features.n, C, d);
    whiten_second_moment(s, C);
    return THAW_OK;
}

/* ---- all together ---------------------------------------------------------------------------------------------- */

/* precision = Gamma^-1; spare [dim, dim]. */
static thaw_status invert_gamma(mstep *s, double *spare)
{
    const int32_t dim = thaw__rating_of(s->m)->dim;
    for (int32_t k = 0; k < dim * dim; k++) spare[k] = (double)thaw__rating_of(s->m)->gamma[k];
    if (thaw__potrf64(dim, spare, dim) || thaw__potri64(dim, spare, dim))
        return thaw__fail(THAW_E_NUMERIC, "the prior covariance of items is not positive definite");
    for (int32_t k = 0; k < dim * dim; k++) s->precision[k] = (float)spare[k];
    return THAW_OK;
}

static thaw_status check_items(const mstep *s)
{
    for (int64_t i = 0; i < thaw__n_items(s->m); i++)
        if (s->failed[i]) return thaw__fail(THAW_E_NUMERIC, "the posterior of an item is not positive definite");
    return THAW_OK;
}

/* spare [dim^2 + dim] */
static thaw_status run(mstep *s, double *spare)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    THAW__TRY(invert_gamma(s, spare));
    THAW__TRY(thaw__parallel_for(&m->config.parallel, update_items, s, n_tasks(m)));
    THAW__TRY(check_items(s));
    update_averages(m);
    THAW__TRY(update_item_prior(m, s->rho));
    thaw__prior_fit_apply(&s->sum->user, &m->user_prior, s->scale, s->rho);
    if (m->steps >= THAW__RIDGE_FROM) thaw__prior_fit_ridge(&m->user_prior, NULL);
    THAW__TRY(whiten_space(s, spare, spare + rating->dim * rating->dim));
    m->steps++;
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        if (rating->n_ratings[i] == 0) m->type->reset_item(m, i);
    thaw__rating_update_var(m);
    thaw__model_refresh(m);
    return thaw__model_check_finite(m);
}

thaw_status thaw__rating_m_step(thaw_model *m, const thaw__rating_sums *sum, double scale, double rho)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw_allocator *a = &m->config.allocator;
    const size_t square = (size_t)rating->dim * (size_t)rating->dim;
    const size_t workers = (size_t)thaw__n_workers(&m->config.parallel);
    mstep s = {.m = m, .sum = sum, .scale = scale, .rho = rho};
    s.precision = thaw__alloc(a, square, sizeof(float));
    s.T = thaw__alloc(a, square, sizeof(float));
    s.failed = thaw__alloc0(a, (size_t)thaw__n_items(m), 1);
    s.scratch = thaw__alloc(a, workers * scratch_size(m), sizeof(float));
    double *spare = thaw__alloc(a, square + (size_t)rating->dim, sizeof *spare);
    thaw_status st = s.precision && s.T && s.failed && s.scratch && spare ? run(&s, spare) : THAW_E_NOMEM;
    thaw__free(a, s.precision);
    thaw__free(a, s.T);
    thaw__free(a, s.failed);
    thaw__free(a, s.scratch);
    thaw__free(a, spare);
    return st;
}
