/* SPDX-License-Identifier: Apache-2.0 */
#include "user.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "status.h"

/* One block: the struct, two vectors, two or three matrices; every part at a multiple of 64 bytes. Matrices have stride
 * rows, which the kernels want, though only rank of them matter. */
static size_t block_floats(const thaw_user *u)
{
    size_t row = (size_t)u->stride;
    size_t interest = u->ranks ? row + THAW__HISTORY * (2 + sizeof(thaw_event) / sizeof(float)) : 0;
    return 2 * row + (size_t)(u->fades ? 3 : 2) * row * row + interest;
}

enum { HEAD = (sizeof(struct thaw_user) + THAW__ALIGN - 1) / THAW__ALIGN * THAW__ALIGN };

static void lay_out(thaw_user *u)
{
    float *at = (float *)(void *)((char *)u + HEAD);
    size_t row = (size_t)u->stride, matrix = row * row;
    u->prior = at;
    u->mean = at + row;
    u->main = at + 2 * row;
    u->side = u->main + matrix;
    u->information = u->fades ? u->side + matrix : NULL;
    u->interest.whiten = u->ranks ? u->side + matrix : NULL; /* what ranks has no information of its own */
    u->interest.history = u->ranks ? (thaw_event *)(void *)(u->side + matrix + row) : NULL;
    u->interest.again = u->ranks ? (float *)(void *)(u->interest.history + THAW__HISTORY) : NULL;
    u->interest.again_item = u->ranks ? (int32_t *)(void *)(u->interest.again + THAW__HISTORY) : NULL;
}

static thaw_user *allocate(const thaw_user *like)
{
    size_t bytes = HEAD;
    if (thaw__add_size(&bytes, block_floats(like), sizeof(float)) != THAW_OK) return NULL;
    thaw_user *u = thaw__alloc0(&like->allocator, bytes, 1);
    if (!u) return NULL;
    *u = *like;
    lay_out(u);
    return u;
}

static thaw__user_fit fit_of(const thaw_model *m)
{
    return (thaw__user_fit){m->id, m->objective, m->rank, (int32_t)m->events.n, m->half_life > 0};
}

thaw_status thaw__user_create(thaw_user **out, const thaw_model *m)
{
    thaw_user like = {.allocator = m->config.allocator, .kernels = m->kernels, .fit = fit_of(m), .rank = m->rank,
                      .fades = m->half_life > 0, .ranks = m->ranking != NULL, .stride = m->stride};
    thaw_user *u = allocate(&like);
    if (!u) return THAW_E_NOMEM;
    thaw__user_reset(u);
    *out = u;
    return THAW_OK;
}

thaw_status thaw__user_copy(thaw_user **out, const thaw_user *from)
{
    thaw_user *u = allocate(from);
    if (!u) return THAW_E_NOMEM;
    memcpy(u->prior, from->prior, (size_t)u->stride * sizeof(float));
    memcpy(u->mean, from->mean, (size_t)u->stride * sizeof(float));
    size_t matrix = (size_t)u->stride * (size_t)u->stride * sizeof(float);
    memcpy(u->main, from->main, matrix);
    memcpy(u->side, from->side, matrix);
    if (u->fades) memcpy(u->information, from->information, matrix);
    if (u->ranks) {
        memcpy(u->interest.whiten, from->interest.whiten, (size_t)u->stride * sizeof(float));
        memcpy(u->interest.history, from->interest.history, THAW__HISTORY * sizeof(thaw_event));
        memcpy(u->interest.again, from->interest.again, THAW__HISTORY * sizeof(float));
        memcpy(u->interest.again_item, from->interest.again_item, THAW__HISTORY * sizeof(int32_t));
    }
    *out = u;
    return THAW_OK;
}

void thaw__user_free(thaw_user *u)
{
    if (!u) return;
    thaw_allocator a = u->allocator;
    thaw__free(&a, u);
}

/* Adds value times a feature's row of M to the mean. */
typedef struct adder {
    const thaw__prior *prior;
    float *mean;
    int present;
} adder;

static void add_weight(void *ctx, int32_t coordinate, float value)
{
    adder *a = ctx;
    a->present = 1;
    const float *w = a->prior->weights + (int64_t)coordinate * a->prior->dim;
    for (int32_t j = 0; j < a->prior->dim; j++) a->mean[j] += value * w[j];
}

thaw_status thaw__user_set_features(const thaw_model *m, thaw_user *u, const char *const *names,
                                    const char *const *values, int64_t n)
{
    const thaw__prior *prior = &m->user_prior;
    float mean[THAW__RANK_MAX] = {0};
    for (int64_t k = 0; k < n; k++) {
        if (!names[k]) return thaw__fail(THAW_E_ARG, "names[%" PRId64 "] is required", k);
        const thaw__feature *column = thaw__features_find(&prior->features, names[k]);
        if (!column) return thaw__fail(THAW_E_UNKNOWN, "no user feature of the model is named \"%.80s\"", names[k]);
        if (!values[k] || !values[k][0]) continue;
        adder a = {prior, mean, 0};
        THAW__TRY(thaw__features_parse(column, values[k], add_weight, &a));
        const float *average = prior->column_mean + (column - prior->features.columns) * prior->dim;
        for (int32_t j = 0; a.present && j < prior->dim; j++) mean[j] -= average[j];
    }
    thaw__user_set_prior(u, mean);
    return THAW_OK;
}

void thaw__user_set_prior(thaw_user *u, const float *mean)
{
    memcpy(u->prior, mean, (size_t)u->rank * sizeof *mean);
    u->has_prior = 0;
    for (int32_t j = 0; j < u->rank; j++) u->has_prior |= mean[j] != 0;
    thaw__user_reset(u);
}

void thaw__user_forget(thaw_user *u)
{
    static const float zero[THAW__RANK_MAX] = {0};
    thaw__user_set_prior(u, zero);
}

void thaw__user_reset(thaw_user *u)
{
    memcpy(u->mean, u->prior, (size_t)u->stride * sizeof(float));
    u->form = THAW__DUAL;
    u->n_rows = 0;
    u->n_events = 0;
    u->highest_row = -1;
    u->time = -INFINITY;
    if (!u->ranks) return;
    u->interest.n_history = u->interest.n_near = u->interest.n_again = 0;
    u->interest.place = (thaw__place){0, 0};
    u->interest.popularity = 1;
    memset(u->interest.whiten, 0, (size_t)u->stride * sizeof(float));
}

thaw_status thaw__user_check(const thaw_model *m, const thaw_user *u)
{
    const thaw__user_fit now = fit_of(m), made = u->fit;
    if (made.id != now.id || made.objective != now.objective || made.rank != now.rank || made.events != now.events ||
        made.fades != now.fades)
        return thaw__fail(THAW_E_MISMATCH, "the user belongs to model %016" PRIx64 "; this is %016" PRIx64, made.id, now.id);
    if (u->highest_row < thaw__n_items(m)) return THAW_OK;
    return thaw__fail(THAW_E_MISMATCH, "the user holds item row %" PRId64 "; the model's last is %" PRId64, u->highest_row,
                      thaw__n_items(m) - 1);
}

/* Solve U' v = v in place, column by column of U'. */
static void forward(const thaw_user *u, float *v)
{
    for (int32_t i = 0; i < u->n_rows; i++) {
        const float *row = u->side + i * u->stride;
        v[i] /= row[i];
        for (int32_t j = i + 1; j < u->n_rows; j++) v[j] -= v[i] * row[j];
    }
}

void thaw__user_variances(const thaw_user *u, float *out, const float *const *rows, int64_t n)
{
    const float *lanes[THAW__LANES];
    float explained[THAW__LANES];
    if (u->form == THAW__COVARIANCE) {
        for (int64_t k = 0; k < n; k++) out[k] = u->kernels->quadratic(u->rank, u->stride, u->main, rows[k]);
        return;
    }
    for (int64_t k = 0; k < THAW__LANES; k++) lanes[k] = rows[k < n ? k : n - 1];
    u->kernels->explained16(u->n_rows, u->stride, u->main, u->side, u->stride, lanes, explained);
    for (int64_t k = 0; k < n; k++) { /* x'Px = |x|^2 - |U'^-1 X x|^2 */
        const float all = u->kernels->dot(u->stride, rows[k], rows[k]);
        out[k] = all > explained[k] ? all - explained[k] : 0;
    }
}

/* V = U'^-1 X in place of X. */
static void forward_rows(thaw_user *u)
{
    for (int32_t i = 0; i < u->n_rows; i++) {
        const float *coefficients = u->side + i * u->stride;
        float *vi = u->main + i * u->stride;
        for (int64_t c = 0; c < u->stride; c++) vi[c] /= coefficients[i];
        for (int32_t j = i + 1; j < u->n_rows; j++)
            u->kernels->axpy(u->stride, -coefficients[j], vi, u->main + j * u->stride);
    }
}

/* M = X'X or the like: sum of outer products of rows, in full. */
static void outer_sum(const thaw_user *u, float *M, float sign, const float *rows)
{
    for (int32_t k = 0; k < u->n_rows; k++) {
        const float *x = rows + k * u->stride;
        for (int32_t r = 0; r < u->rank; r++) u->kernels->axpy(u->stride, sign * x[r], x, M + r * u->stride);
    }
}

void thaw__user_expand(thaw_user *u)
{
    if (u->form == THAW__COVARIANCE) return;
    size_t matrix = (size_t)u->rank * (size_t)u->stride * sizeof(float);
    if (u->fades) {
        memset(u->information, 0, matrix);
        outer_sum(u, u->information, 1, u->main);
    }
    forward_rows(u);
    /* P = I - V'V takes the place of U, which is used up. */
    memset(u->side, 0, matrix);
    for (int32_t r = 0; r < u->rank; r++) u->side[r * u->stride + r] = 1;
    outer_sum(u, u->side, -1, u->main);
    float *swap = u->main;
    u->main = u->side;
    u->side = swap;
    u->form = THAW__COVARIANCE;
    u->n_rows = 0;
}

void thaw__user_covariance(const thaw_user *u, float *P)
{
    const int32_t d = u->rank;
    if (u->form == THAW__COVARIANCE) {
        for (int32_t r = 0; r < d; r++) memcpy(P + r * d, u->main + r * u->stride, (size_t)d * sizeof *P);
        return;
    }
    /* P e_c, one column after the other: e_c - X' (U'U)^-1 X e_c */
    float v[THAW__RANK_MAX];
    for (int32_t c = 0; c < d; c++) {
        for (int32_t k = 0; k < u->n_rows; k++) v[k] = u->main[k * u->stride + c];
        forward(u, v);
        for (int32_t i = u->n_rows - 1; i >= 0; i--) { /* U x = v, backwards */
            const float *row = u->side + i * u->stride;
            for (int32_t j = i + 1; j < u->n_rows; j++) v[i] -= row[j] * v[j];
            v[i] /= row[i];
        }
        for (int32_t r = 0; r < d; r++) {
            float known = 0;
            for (int32_t k = 0; k < u->n_rows; k++) known += u->main[k * u->stride + r] * v[k];
            P[r * d + c] = (float)(r == c) - known;
        }
    }
}
