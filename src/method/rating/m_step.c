/* SPDX-License-Identifier: Apache-2.0
 * The M-step (docs/rating-model.md, eq. 8 to 12): posteriors of items, then what they and the users say of the priors, then the whole
 * space is turned and stretched so that users' residuals have unit covariance again (parameter-expanded EM, Liu, Rubin, Wu 1998).
 */
#include <math.h>
#include <string.h>

#include "variational_em.h"
#include "linalg.h"
#include "packed.h"
#include "status.h"
#include "thread.h"

enum {
    ITEMS_PER_TASK = 64,
    NOISE_EVENTS = 50,  /* an item's own noise counts from about so many ratings */
    SURPLUS_EVENTS = 10, /* an item's surplus is damped as by so many without any */
    PRIOR_EVENTS = 100, /* an item teaches the content prior in full from about so many */
    PRIOR_SWEEPS = 4
};

#define LEAST_GAMMA 0.05 /* as if one more item of this covariance had been seen */

typedef struct mstep {
    thaw_model *m;
    const thaw__rating_sums *sum;
    double scale, rho;
    float *precision;  /* [dim, dim] Gamma^-1 */
    float *turn;       /* [dim, dim] T of the new space */
    uint8_t *failed;   /* [items] */
    float *scratch;    /* [workers, 2 dim^2 + 3 dim] */
} mstep;

/* J and h of q(v_i) = N(J^-1 h, J^-1): the prior plus what the ratings say; with rho < 1 a natural-gradient step from
 * the old ones: (J, h) <- (1 - rho) (J, h) + rho (J^, h^)   (Hoffman et al. 2013). J at `J`, h at `h`. */
static int item_natural(const mstep *s, int64_t i, float *J, float *h, float *spare)
{
    const thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim, d = m->rank;
    const float weight = (float)(s->scale / (double)rating->noise_var[i]);
    const float *square = s->sum->square + i * rating->packed, *linear = s->sum->linear + i * dim;
    float *prior = spare, *old = spare + dim;
    thaw__prior_mean(&m->catalogue->prior, prior, &m->catalogue->features, i);
    thaw__gemv(dim, dim, 1, s->precision, dim, prior, 0, h);
    for (int32_t r = 0; r < dim; r++) {
        for (int32_t c = 0; c < r; c++, square++)
            J[r * dim + c] = J[c * dim + r] = s->precision[r * dim + c] + 0.5f * weight * *square;
        J[r * dim + r] = s->precision[r * dim + r] + weight * *square++;
        h[r] += weight * linear[r];
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

/* sum of omega E[(z - v.w~)^2] over the item's events: energy - 2 v.linear + <square, v v' + S> */
static double item_error(const mstep *s, int64_t i, const float *v, const float *S)
{
    const thaw__rating *rating = thaw__rating_of(s->m);
    const int32_t dim = rating->dim;
    const float *square = s->sum->square + i * rating->packed, *linear = s->sum->linear + i * dim;
    double error = s->sum->energy[i];
    for (int32_t r = 0; r < dim; r++) {
        error -= 2 * (double)v[r] * (double)linear[r];
        for (int32_t c = 0; c <= r; c++) error += (double)*square++ * ((double)v[r] * (double)v[c] + (double)S[r * dim + c]);
    }
    return error > 0 ? error : 0;
}

static int update_item(const mstep *s, int64_t i, float *scratch)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim;
    float *S = scratch, *h = S + dim * dim, *v = h + dim, *spare = v + dim; /* spare: 2 dim + dim^2 */
    const double n = s->scale * s->sum->count[i];
    if (n == 0 && (s->rho >= 1 || rating->n_ratings[i] == 0)) return rating->n_ratings[i] = 0, 0; /* back to its prior, later */
    if (item_natural(s, i, S, h, spare) || thaw__potrf(dim, S, dim) || thaw__potri(dim, S, dim)) return 1;
    thaw__gemv(dim, dim, 1, S, dim, h, 0, v);

    double spread = (NOISE_EVENTS * rating->mean_noise_var + s->scale * item_error(s, i, v, S)) / (NOISE_EVENTS + n);
    double surplus = s->scale / (n + SURPLUS_EVENTS) * (double)m->kernels->dot(m->rank, v, s->sum->chosen + i * m->rank);
    memcpy(rating->item_embedding + i * m->stride, v, (size_t)m->rank * sizeof *v);
    rating->bias[i] = v[m->rank];
    thaw__pack(rating->covariance + i * rating->packed, S, dim, dim);
    rating->selection_bias[i] = (float)((1 - s->rho) * (double)rating->selection_bias[i] + s->rho * surplus);
    rating->noise_var[i] = (float)((1 - s->rho) * (double)rating->noise_var[i] + s->rho * spread);
    rating->n_ratings[i] = (float)((1 - s->rho) * (double)rating->n_ratings[i] + s->rho * n);
    return 0;
}

static size_t scratch_size(const thaw_model *m)
{
    const thaw__rating *rating = thaw__rating_of(m);
    return thaw__stride((size_t)(2 * rating->dim * rating->dim + 4 * rating->dim));
}

static void update_items(void *arg, int64_t index, int32_t worker)
{
    const mstep *s = arg;
    int64_t end = (index + 1) * ITEMS_PER_TASK;
    if (end > thaw__n_items(s->m)) end = thaw__n_items(s->m);
    for (int64_t i = index * ITEMS_PER_TASK; i < end; i++)
        s->failed[i] = (uint8_t)update_item(s, i, s->scratch + (size_t)worker * scratch_size(s->m));
}

/* What new items get. s^2: the harmonic mean of the items' noises, each counted as far as it rests on its own ratings. The
 * surplus: the mean over ratings. */
static void update_averages(thaw_model *m)
{
    thaw__rating *rating = thaw__rating_of(m);
    double weight = 0, precision = 0, seen = 0, surplus = 0;
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        double w = (double)rating->n_ratings[i] / ((double)rating->n_ratings[i] + NOISE_EVENTS);
        weight += w;
        precision += w / (double)rating->noise_var[i];
        seen += (double)rating->n_ratings[i];
        surplus += (double)rating->n_ratings[i] * (double)rating->selection_bias[i];
    }
    if (weight > 0) rating->mean_noise_var = weight / precision;
    if (seen > 0) rating->mean_selection_bias = (float)(surplus / seen);
}

static double lesson(const thaw_model *m, int64_t i)
{
    const thaw__rating *rating = thaw__rating_of(m);
    return (double)rating->n_ratings[i] / ((double)rating->n_ratings[i] + PRIOR_EVENTS);
}

/* What is left of v_i when its content has spoken. */
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
            thaw__prior_fit_add(fit, &m->catalogue->prior, &m->catalogue->features, i, residual, lesson(m, i));
        }
        for (int32_t j = 0; j < rating->dim && fit->rows > 0; j++)
            m->catalogue->prior.centre[j] += (float)(fit->residual[j] / fit->rows);
        thaw__prior_fit_apply(fit, &m->catalogue->prior, 1, 1);
    }
}

/* Gamma = mean over items of e e' + S + (widening - 1) Gamma, weighted by lesson(); at gamma64 [dim, dim]. */
static void estimate_gamma(const thaw_model *m, double *gamma64)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t dim = rating->dim;
    double total = 1;
    float e[THAW__RANK_MAX + 1];
    memset(gamma64, 0, (size_t)dim * (size_t)dim * sizeof *gamma64);
    for (int32_t r = 0; r < dim; r++) gamma64[r * dim + r] = LEAST_GAMMA;
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        if (rating->n_ratings[i] == 0) continue;
        const double w = lesson(m, i);
        const double wide = (double)thaw__prior_widening(&m->catalogue->prior, &m->catalogue->features, i) - 1;
        const float *S = rating->covariance + i * rating->packed;
        item_residual(m, i, e);
        total += w;
        for (int32_t r = 0; r < dim; r++)
            for (int32_t c = 0; c <= r; c++)
                gamma64[r * dim + c] += w * ((double)e[r] * (double)e[c] + (double)*S++ + wide * (double)rating->gamma[r * dim + c]);
    }
    for (int32_t r = 0; r < dim; r++)
        for (int32_t c = 0; c <= r; c++) gamma64[r * dim + c] = gamma64[c * dim + r] = gamma64[r * dim + c] / total;
}

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
        st = thaw__fail(THAW_E_NUMERIC, "the items' prior covariance is not positive definite");
    else if (m->steps >= THAW__RIDGE_FROM) thaw__prior_fit_ridge(&m->catalogue->prior, gamma64);
fail:
    thaw__prior_fit_free(&fit, a);
    thaw__free(a, gamma64);
    return st;
}

/* ---- the turn of the space ------------------------------------------------------------------------------------- */

/* Users' residuals have mean delta and covariance C C': w <- C^-1 (w - delta). Then p <- C' p and base <- base + p . delta keep
 * every prediction: v <- T v with T = [C', 0; delta', 1]. C at `C` [d, d] lower, delta [d]. */
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
            double fresh = (sum->scatter[r * d + c] - users * mean + one) / (users + 1);
            C[r * d + c] = (1 - rho) * one + rho * fresh;
        }
    if (thaw__potrf64(d, C, d)) return thaw__fail(THAW_E_NUMERIC, "the users' covariance is not positive definite");
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = r + 1; c < d; c++) C[r * d + c] = 0;
    return THAW_OK;
}

/* x <- T x for a vector [dim]. */
static void turn_vector(const mstep *s, float *x, float *spare)
{
    const int32_t dim = thaw__rating_of(s->m)->dim;
    thaw__gemv(dim, dim, 1, s->turn, dim, x, 0, spare);
    memcpy(x, spare, (size_t)dim * sizeof *x);
}

/* S <- T S T' for a full matrix [dim, dim]. */
static void turn_square(const mstep *s, float *S, float *spare)
{
    const int32_t dim = thaw__rating_of(s->m)->dim;
    thaw__gemm(dim, dim, dim, 1, s->turn, dim, S, dim, 0, spare, dim);
    thaw__gemm_nt(dim, dim, dim, 1, spare, dim, s->turn, dim, 0, S, dim);
}

static void turn_items(void *arg, int64_t index, int32_t worker)
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
        turn_vector(s, v, spare);
        memcpy(rating->item_embedding + i * m->stride, v, (size_t)m->rank * sizeof *v);
        rating->bias[i] = v[m->rank];
        thaw__unpack(S, dim, rating->covariance + i * rating->packed, dim);
        turn_square(s, S, spare);
        thaw__pack(rating->covariance + i * rating->packed, S, dim, dim);
    }
}

/* Solve C x = x in place. */
static void solve_lower(const double *C, int32_t d, double *x)
{
    for (int32_t r = 0; r < d; r++) {
        for (int32_t c = 0; c < r; c++) x[r] -= C[r * d + c] * x[c];
        x[r] /= C[r * d + r];
    }
}

static void turn_user_rows(float *rows, int64_t n, const double *C, int32_t d)
{
    double x[THAW__RANK_MAX];
    for (int64_t g = 0; g < n; g++) {
        for (int32_t j = 0; j < d; j++) x[j] = (double)rows[g * d + j];
        solve_lower(C, d, x);
        for (int32_t j = 0; j < d; j++) rows[g * d + j] = (float)x[j];
    }
}

/* moment = I + C^-1 (mean of m0 m0') C^-T; both solves run over rows, the matrix being symmetric. */
static void turn_moment(const mstep *s, const double *C)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t d = m->rank;
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = 0; c <= r; c++) {
            double fresh = s->sum->moment[r * d + c] / s->sum->users;
            double old = (double)rating->user_second_moment[r * d + c] - (r == c);
            rating->user_second_moment[r * d + c] = rating->user_second_moment[c * d + r] = (float)((1 - s->rho) * old + s->rho * fresh);
        }
    for (int half = 0; half < 2; half++) {
        turn_user_rows(rating->user_second_moment, d, C, d);
        for (int32_t r = 0; r < d; r++)
            for (int32_t c = 0; c < r; c++) {
                float t = rating->user_second_moment[r * d + c];
                rating->user_second_moment[r * d + c] = rating->user_second_moment[c * d + r];
                rating->user_second_moment[c * d + r] = t;
            }
    }
    for (int32_t r = 0; r < d; r++) rating->user_second_moment[r * d + r] += 1;
}

static thaw_status turn_space(mstep *s, double *C, double *delta)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int32_t d = m->rank, dim = rating->dim;
    THAW__TRY(residual_moments(s, C, delta));
    memset(s->turn, 0, (size_t)dim * (size_t)dim * sizeof(float));
    for (int32_t r = 0; r < d; r++)
        for (int32_t c = r; c < d; c++) s->turn[r * dim + c] = (float)C[c * d + r];
    for (int32_t j = 0; j < d; j++) s->turn[d * dim + j] = (float)delta[j];
    s->turn[d * dim + d] = 1;

    int64_t pieces = (thaw__n_items(m) + ITEMS_PER_TASK - 1) / ITEMS_PER_TASK;
    THAW__TRY(thaw__parallel_for(&m->config.parallel, turn_items, s, pieces));
    turn_square(s, rating->gamma, s->scratch);
    turn_vector(s, m->catalogue->prior.centre, s->scratch);
    for (int32_t g = 0; g < m->catalogue->prior.features.width; g++)
        turn_vector(s, m->catalogue->prior.weights + (int64_t)g * dim, s->scratch);
    for (size_t c = 0; c < m->catalogue->prior.features.n; c++)
        turn_vector(s, m->catalogue->prior.column_mean + (int64_t)c * dim, s->scratch);
    turn_user_rows(m->user_prior.weights, m->user_prior.features.width, C, d);
    turn_user_rows(m->user_prior.column_mean, (int64_t)m->user_prior.features.n, C, d);
    turn_moment(s, C);
    return THAW_OK;
}

/* ---- all together ---------------------------------------------------------------------------------------------- */

static thaw_status invert_gamma(mstep *s, double *spare)
{
    const thaw__rating *rating = thaw__rating_of(s->m);
    const int32_t dim = rating->dim;
    for (int32_t k = 0; k < dim * dim; k++) spare[k] = (double)rating->gamma[k];
    if (thaw__potrf64(dim, spare, dim) || thaw__potri64(dim, spare, dim))
        return thaw__fail(THAW_E_NUMERIC, "the items' prior covariance is not positive definite");
    for (int32_t k = 0; k < dim * dim; k++) s->precision[k] = (float)spare[k];
    return THAW_OK;
}

static thaw_status check_items(const mstep *s)
{
    for (int64_t i = 0; i < thaw__n_items(s->m); i++)
        if (s->failed[i]) return thaw__fail(THAW_E_NUMERIC, "the posterior of an item is not positive definite");
    return THAW_OK;
}

static thaw_status run(mstep *s, double *spare)
{
    thaw_model *m = s->m;
    const thaw__rating *rating = thaw__rating_of(m);
    const int64_t pieces = (thaw__n_items(m) + ITEMS_PER_TASK - 1) / ITEMS_PER_TASK;
    THAW__TRY(invert_gamma(s, spare));
    THAW__TRY(thaw__parallel_for(&m->config.parallel, update_items, s, pieces));
    THAW__TRY(check_items(s));
    update_averages(m);
    THAW__TRY(update_item_prior(m, s->rho));
    thaw__prior_fit_apply(&s->sum->user, &m->user_prior, s->scale, s->rho);
    if (m->steps >= THAW__RIDGE_FROM) thaw__prior_fit_ridge(&m->user_prior, NULL);
    THAW__TRY(turn_space(s, spare, spare + rating->dim * rating->dim));
    m->steps++;
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        if (rating->n_ratings[i] == 0) m->type->reset_item(m, i);
    thaw__rating_fold_items(m);
    thaw__model_refresh(m);
    return thaw__model_check_finite(m);
}

thaw_status thaw__rating_m_step(thaw_model *m, const thaw__rating_sums *sum, double scale, double rho)
{
    const thaw__rating *rating = thaw__rating_of(m);
    const thaw_allocator *a = &m->config.allocator;
    const size_t square = (size_t)rating->dim * (size_t)rating->dim, workers = (size_t)thaw__n_workers(&m->config.parallel);
    mstep s = {.m = m, .sum = sum, .scale = scale, .rho = rho};
    s.precision = thaw__alloc(a, square, sizeof(float));
    s.turn = thaw__alloc(a, square, sizeof(float));
    s.failed = thaw__alloc0(a, (size_t)thaw__n_items(m), 1);
    s.scratch = thaw__alloc(a, workers * scratch_size(m), sizeof(float));
    double *spare = thaw__alloc(a, square + (size_t)rating->dim, sizeof *spare);
    thaw_status st = s.precision && s.turn && s.failed && s.scratch && spare ? run(&s, spare) : THAW_E_NOMEM;
    thaw__free(a, s.precision);
    thaw__free(a, s.turn);
    thaw__free(a, s.failed);
    thaw__free(a, s.scratch);
    thaw__free(a, spare);
    return st;
}
