/* SPDX-License-Identifier: Apache-2.0 */
#include "user.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "status.h"

/* One block: the struct, the posterior's numbers and those of interest; every part at a multiple of 64 bytes. */
static size_t block_floats(const thaw_user *u)
{
    const int64_t row = u->posterior.stride;
    const size_t interest = (size_t)row + THAW__HISTORY * (2 + sizeof(thaw_event) / sizeof(float));
    return thaw__posterior_floats(row, u->fades) + (u->ranks ? interest : 0);
}

enum { HEAD = (sizeof(struct thaw_user) + THAW__ALIGN - 1) / THAW__ALIGN * THAW__ALIGN };

static void lay_out(thaw_user *u)
{
    float *at = (float *)(void *)((char *)u + HEAD);
    at = thaw__posterior_lay_out(&u->posterior, at, u->fades);
    if (!u->ranks) return;
    u->interest.whiten = at;
    u->interest.history = (thaw_event *)(void *)(at + u->posterior.stride);
    u->interest.again = (float *)(void *)(u->interest.history + THAW__HISTORY);
    u->interest.again_item = (int32_t *)(void *)(u->interest.again + THAW__HISTORY);
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
    const thaw_user like = {.allocator = m->config.allocator,
                            .fit = fit_of(m),
                            .fades = m->half_life > 0,
                            .ranks = m->ranking != NULL,
                            .posterior = {.kernels = m->kernels, .rank = m->rank, .stride = m->stride}};
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
    thaw__posterior_copy(&u->posterior, &from->posterior);
    if (u->ranks) {
        memcpy(u->interest.whiten, from->interest.whiten, (size_t)u->posterior.stride * sizeof(float));
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
    thaw__posterior_set_prior(&u->posterior, mean);
    thaw__user_reset(u);
}

void thaw__user_forget(thaw_user *u)
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
    if (!u->ranks) return;
    u->interest.n_history = u->interest.n_near = u->interest.n_again = 0;
    u->interest.place = (thaw__place){0, 0};
    u->interest.popularity = 1;
    memset(u->interest.whiten, 0, (size_t)u->posterior.stride * sizeof(float));
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
