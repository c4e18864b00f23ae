/* SPDX-License-Identifier: Apache-2.0
 * Creating, copying, resetting and checking users; prior means from features. */
#include "user.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "method.h"
#include "status.h"

enum { HEAD = (sizeof(struct thaw_user) + THAW__ALIGN - 1) / THAW__ALIGN * THAW__ALIGN };

static size_t state_bytes(const thaw_user *u)
{
    return u->fit.type->method->user_bytes;
}

/* One block: the struct, the posterior, the state of the method, each aligned to 64 bytes. */
static thaw_user *allocate(const thaw_user *shape)
{
    size_t bytes = HEAD + state_bytes(shape);
    const size_t floats = thaw__posterior_floats(shape->posterior.stride, shape->fit.fades);
    if (thaw__add_size(&bytes, floats, sizeof(float)) != THAW_OK) return NULL;
    thaw_user *u = thaw__alloc0(&shape->allocator, bytes, 1);
    if (!u) return NULL;
    *u = *shape;
    u->state = thaw__posterior_lay_out(&u->posterior, (float *)(void *)((char *)u + HEAD), u->fit.fades);
    return u;
}

static thaw__user_fit fit_of(const thaw_model *m)
{
    return (thaw__user_fit){m->id, m->type, m->rank, (int32_t)m->events.n, m->half_life > 0};
}

thaw_status thaw__user_create(thaw_user **out, const thaw_model *m)
{
    const thaw_user shape = {.allocator = m->config.allocator,
                             .fit = fit_of(m),
                             .posterior = {.kernels = m->kernels, .rank = m->rank, .stride = m->stride}};
    thaw_user *u = allocate(&shape);
    if (!u) return THAW_E_NOMEM;
    thaw__user_reset(u);
    const thaw_status st = thaw__method_of(m)->adapt(m, u, NULL, 0);
    if (st == THAW_OK) *out = u;
    else thaw__user_free(u);
    return st;
}

thaw_status thaw__user_copy(thaw_user **out, const thaw_user *from)
{
    thaw_user *u = allocate(from);
    if (!u) return THAW_E_NOMEM;
    thaw__posterior_copy(&u->posterior, &from->posterior);
    if (state_bytes(u)) memcpy(u->state, from->state, state_bytes(u));
    *out = u;
    return THAW_OK;
}

void thaw__user_free(thaw_user *u)
{
    if (!u) return;
    thaw_allocator a = u->allocator;
    thaw__free(&a, u);
}

/* Adds value times the row of M of a coordinate to mean [rank]. */
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
    return thaw__method_of(m)->adapt(m, u, NULL, 0);
}

void thaw__user_set_prior(thaw_user *u, const float *mean)
{
    thaw__posterior_set_prior(&u->posterior, mean);
    thaw__user_reset(u);
}

void thaw__user_clear_prior(thaw_user *u)
{
    static const float zero[THAW__RANK_MAX] = {0};
    thaw__user_set_prior(u, zero);
}

void thaw__user_reset(thaw_user *u)
{
    thaw__posterior_reset(&u->posterior);
    u->n_events = 0;
    u->highest_row = -1;
    u->time = -INFINITY;
}

thaw_status thaw__user_refuse(thaw_user *u)
{
    thaw__user_reset(u);
    return thaw__fail(THAW_E_NUMERIC, "the posterior is not finite or above 1e15; the user is reset to the prior");
}

thaw_status thaw__user_adapt_many(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                                  const int64_t *offsets, int64_t n_users)
{
    const thaw__method *method = thaw__method_of(m);
    thaw__user_clear_prior(work);
    if (method->adapt_many) return method->adapt_many(m, work, means, events, offsets, n_users);
    thaw_status st = THAW_OK;
    for (int64_t k = 0; st == THAW_OK && k < n_users; k++) {
        st = method->adapt(m, work, events + offsets[k], offsets[k + 1] - offsets[k]);
        memcpy(means + k * m->rank, work->posterior.mean, (size_t)m->rank * sizeof *means);
    }
    const thaw_status rest = method->adapt(m, work, NULL, 0);
    return st != THAW_OK ? st : rest;
}

thaw_status thaw__user_check(const thaw_model *m, const thaw_user *u)
{
    const thaw__user_fit now = fit_of(m), made = u->fit;
    if (made.id != now.id || made.type != now.type || made.rank != now.rank || made.events != now.events ||
        made.fades != now.fades)
        return thaw__fail(THAW_E_MISMATCH, "the user belongs to model %016" PRIx64 "; this is %016" PRIx64, made.id,
                          now.id);
    if (u->highest_row < thaw__n_items(m)) return THAW_OK;
    return thaw__fail(THAW_E_MISMATCH, "the user has item row %" PRId64 "; the last of the model is %" PRId64,
                      u->highest_row, thaw__n_items(m) - 1);
}
