/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "rng.h"
#include "status.h"

#define START_NOISE 0.8 /* of a variance of 1 */
#define RATING_MOST 1e6f /* as the bounds of rating_min and rating_max; float32 differences of larger ones say little */

thaw_status thaw__model_begin(thaw_model **out, const thaw_config *config, int32_t rank)
{
    thaw_allocator a = thaw__allocator(&config->allocator);
    thaw_model *m = thaw__alloc0(&a, 1, sizeof *m);
    if (!m) return THAW_E_NOMEM;
    m->config = *config;
    m->config.allocator = a;
    m->kernels = thaw__kernels_best();
    m->rank = rank;
    m->dim = rank + 1;
    m->stride = (int64_t)thaw__stride((size_t)rank);
    m->packed = (int64_t)m->dim * (m->dim + 1) / 2;
    thaw__keymap_init(&m->items, &a);
    thaw__keymap_init(&m->events, &a);
    *out = m;
    return THAW_OK;
}

void thaw__model_free(thaw_model *m)
{
    if (!m) return;
    thaw_allocator a = m->config.allocator;
    thaw__params t;
    thaw__model_params(m, &t);
    thaw__params_free(&t, &m->map, &a);
    thaw__free(&a, m->ranking);
    thaw__codes_free(&m->codes, &a);
    thaw__keymap_free(&m->items);
    thaw__keymap_free(&m->events);
    thaw__prior_free(&m->item_prior);
    thaw__prior_free(&m->user_prior);
    thaw__file_close(&m->map, &a);
    thaw__free(&a, m);
}

static thaw_status allocate(thaw_model *m)
{
    thaw__params t;
    thaw__model_params(m, &t);
    return thaw__params_allocate(&t, &m->config.allocator);
}

static thaw_status resize_items(thaw_model *m, int64_t n_old, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    thaw__params t;
    thaw__model_params(m, &t);
    THAW__TRY(thaw__codes_reserve(&m->codes, n, m->rank, m->stride, a));
    const thaw_status st = thaw__params_resize(&t, n_old, n, &m->map, a);
    thaw__codes_make(&m->codes, thaw__model_scored(m), n_old);
    return st;
}

void thaw__model_reset_item(thaw_model *m, int64_t i)
{
    if (m->ranking) { /* an item that nobody met */
        for (int k = 0; k < THAW__RULE_KNOTS; k++) m->ranking->offset[k][i] = thaw__ranking_due(m->ranking);
        return;
    }
    float mean[THAW__RANK_MAX + 1];
    thaw__prior_mean(&m->item_prior, mean, &m->features, i);
    memcpy(m->factor + i * m->stride, mean, (size_t)m->rank * sizeof *mean);
    m->base[i] = mean[m->rank];
    m->spread[i] = (float)m->noise2;
    m->surplus[i] = m->mean_surplus;
    m->seen[i] = 0;
    float wide = thaw__prior_widening(&m->item_prior, &m->features, i), *cov = m->cov + i * m->packed;
    for (int32_t r = 0; r < m->dim; r++)
        for (int32_t c = 0; c <= r; c++) *cov++ = wide * m->gamma[r * m->dim + c];
}

/* E[w~' S w~] = sum_ab S_ab E[w_a w_b] + S_bb, with E[w] = 0 and w~ = [w, 1]. */
static float folded(const thaw_model *m, const float *cov)
{
    double sum = 0;
    for (int32_t r = 0; r < m->rank; r++) {
        for (int32_t c = 0; c < r; c++) sum += 2 * (double)cov[c] * (double)m->moment[r * m->rank + c];
        sum += (double)cov[r] * (double)m->moment[r * m->rank + r];
        cov += r + 1;
    }
    return (float)(sum + (double)cov[m->rank]);
}

static void fold_item(thaw_model *m, int64_t i)
{
    if (m->ranking) return;
    m->noise[i] = m->spread[i] + folded(m, m->cov + i * m->packed);
    m->certainty[i] = 1 / sqrtf(m->noise[i]);
}

/* A number for what a belief depends on: learned numbers and the items they are about. Taken when the numbers change, so
 * that items which come later leave it, because they change nothing that a user knows. */
static uint64_t identify(const thaw_model *m)
{
    thaw__params t;
    thaw__model_params_read(m, &t);
    return thaw__params_hash(&t, XXH3_64bits_withSeed(m->items.bytes, m->items.n_bytes, m->config.seed + (uint64_t)m->rank));
}

void thaw__model_refresh(thaw_model *m)
{
    for (int64_t i = 0; i < thaw__n_items(m); i++) fold_item(m, i);
    thaw__codes_make(&m->codes, thaw__model_scored(m), thaw__n_items(m));
    m->id = identify(m);
}

thaw_status thaw__model_check_finite(const thaw_model *m)
{
    thaw__params t;
    thaw__model_params_read(m, &t);
    return thaw__params_check(&t);
}

void thaw__model_info(const thaw_model *m, thaw_model_info *out)
{
    *out = (thaw_model_info){
        .struct_size = sizeof *out,
        .rank = m->rank,
        .items = thaw__n_items(m),
        .item_features = m->item_prior.features.width,
        .user_features = m->user_prior.features.width,
        .trained_users = m->trained_users,
        .trained_events = m->trained_events,
        .steps = m->steps,
        .id = m->id,
        .mean = m->mean,
        .noise = m->scale * sqrt(m->noise2),
        .rating_min = m->rating_min,
        .rating_max = m->rating_max,
        .half_life = m->ranking ? m->ranking->half_life : m->half_life,
        .events = (int32_t)m->events.n,
        .objective = m->objective,
    };
}

thaw_status thaw__model_retire_items(thaw_model *m, const int64_t *rows, int64_t n, int retired)
{
    const thaw_allocator *a = &m->config.allocator;
    if (m->n_retired < thaw__n_items(m)) {
        uint8_t *marks = thaw__alloc0(a, (size_t)thaw__n_items(m), 1);
        if (!marks) return THAW_E_NOMEM;
        if (m->retired) memcpy(marks, m->retired, (size_t)m->n_retired);
        thaw__free(a, m->retired);
        m->retired = marks;
        m->n_retired = thaw__n_items(m);
    }
    for (int64_t k = 0; k < n; k++) m->retired[rows[k]] = (uint8_t)retired;
    return THAW_OK;
}

/* Range, link, mean and spread of the ratings. */
static void learn_link(thaw_model *m, float *values, int64_t n)
{
    double sum = 0, square = 0;
    thaw__link_learn(&m->link, values, n);
    for (int64_t k = 0; k < n; k++) {
        sum += (double)values[k];
        square += (double)values[k] * (double)values[k];
    }
    m->mean = sum / (double)n;
    double variance = square / (double)n - m->mean * m->mean;
    m->scale = variance > 0 ? sqrt(variance) : 0;
    m->noise2 = START_NOISE;
    int given = m->config.rating_min < m->config.rating_max;
    m->rating_min = given ? m->config.rating_min : values[0];
    m->rating_max = given ? m->config.rating_max : values[n - 1];
}

static thaw_status check_ratings(const float *values, int64_t n)
{
    if (n == 0) return thaw__fail(THAW_E_UNSUPPORTED, "no event carries a value; this version learns from ratings");
    for (int64_t k = 0; k < n; k++)
        if (!(values[k] >= -RATING_MOST && values[k] <= RATING_MOST))
            return thaw__fail(THAW_E_RANGE, "a rating is %g; must be %g to %g", (double)values[k], (double)-RATING_MOST,
                              (double)RATING_MOST);
    return THAW_OK;
}

static thaw_status learn_ratings(thaw_model *m, const thaw_data *data)
{
    int64_t n = 0;
    float *values = thaw__alloc(&m->config.allocator, (size_t)data->n, sizeof *values);
    if (!values) return THAW_E_NOMEM;
    for (int64_t e = 0; e < data->n; e++)
        if (!isnan(data->value[e])) values[n++] = data->value[e];
    thaw_status st = check_ratings(values, n);
    if (st == THAW_OK) learn_link(m, values, n);
    thaw__free(&m->config.allocator, values);
    return st;
}

/* Damped means of the items' scores: base = sum z / (n + 5). */
static void start_bases(thaw_model *m, const thaw_data *data)
{
    for (int64_t e = 0; e < data->n; e++) {
        if (isnan(data->value[e])) continue;
        m->base[data->item[e]] += thaw__link_score(&m->link, data->value[e]);
        m->seen[data->item[e]]++;
    }
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        m->base[i] /= m->seen[i] + 5;
        m->seen[i] = 0;
    }
}

/* Before any training: loadings that agree on one direction, "likes things", and are random in the others. */
static void start_numbers(thaw_model *m, const thaw_data *data)
{
    for (int32_t r = 0; r < m->rank; r++) m->moment[r * m->rank + r] = 1;
    for (int32_t r = 0; r < m->dim; r++) m->gamma[r * m->dim + r] = 0.1f;
    for (int64_t i = 0; i < thaw__n_items(m); i++) thaw__model_reset_item(m, i);
    start_bases(m, data);
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        for (int64_t k = 0; k < m->packed; k++) m->cov[i * m->packed + k] *= 0.1f;
        for (int32_t j = 0; j < m->rank; j++) {
            double z = thaw__rng_normal(m->config.seed, THAW__RNG_INIT, (uint64_t)(i * m->rank + j));
            m->factor[i * m->stride + j] = (float)(0.1 * z + (j == 0 ? 0.4 : 0));
        }
    }
    thaw__model_refresh(m);
}

static thaw_status learn_features(thaw_model *m, const thaw_data *data)
{
    thaw__features items = {0}, users = {0};
    const thaw_allocator *a = &m->config.allocator;
    THAW__TRY(thaw__features_learn(&items, &data->items, m->config.min_feature, a));
    THAW__TRY(thaw__prior_init(&m->item_prior, &items, m->dim));
    THAW__TRY(thaw__features_learn(&users, &data->users, m->config.min_feature, a));
    return thaw__prior_init(&m->user_prior, &users, m->rank);
}

/* What the events carry decides where the shop does not. */
static int32_t objective_of(const thaw_config *config, const thaw_data *data)
{
    if (config->objective != THAW_BY_EVENTS) return config->objective;
    for (int64_t e = 0; e < data->n; e++)
        if (!isnan(data->value[e])) return THAW_RATING;
    return THAW_RANKING;
}

static thaw_status begin_rating(thaw_model *m, const thaw_data *data)
{
    m->objective = THAW_RATING;
    m->half_life = m->config.half_life;
    return learn_ratings(m, data);
}

static thaw_status begin_ranking(thaw_model *m)
{
    const char *target = m->config.target;
    m->objective = THAW_RANKING;
    m->noise2 = 1; /* nothing is measured against it */
    thaw__ranking_start(m->ranking);
    for (int32_t e = 0; e < m->ranking->n_kinds; e++)
        if (thaw__event_is_refusal(thaw__keymap_key(&m->events, e))) m->ranking->kinds[e].target = m->ranking->kinds[e].wanted = 0;
    if (!target[0]) return THAW_OK;
    target = thaw__event_canonical(target);
    m->ranking->target = (int32_t)thaw__keymap_find(&m->events, target, strlen(target));
    if (m->ranking->target >= 0) return THAW_OK;
    return thaw__fail(THAW_E_UNKNOWN, "no event of the data is named \"%.64s\", which is the target", target);
}

thaw_status thaw__model_create(thaw_model **out, const thaw_config *config, const thaw_data *data)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    if (data->items.keys.n == 0) return thaw__fail(THAW_E_RANGE, "the data hold no item; at least 1 is needed");
    const int ranks = objective_of(config, data) == THAW_RANKING;
    THAW__TRY(thaw__model_begin(&m, config, config->rank ? config->rank : ranks ? 64 : 16));
    THAW__TRY_GOTO(thaw__keymap_copy(&m->events, &data->events, &m->config.allocator));
    if (ranks) THAW__TRY_GOTO(thaw__ranking_create(&m->ranking, (int32_t)m->events.n, &m->config.allocator));
    THAW__TRY_GOTO(learn_features(m, data));
    THAW__TRY_GOTO(allocate(m));
    THAW__TRY_GOTO(ranks ? begin_ranking(m) : begin_rating(m, data));
    THAW__TRY_GOTO(thaw__model_add_items(m, NULL, data));
    if (ranks) thaw__model_refresh(m);
    else start_numbers(m, data);
    *out = m;
    return THAW_OK;
fail:
    thaw__model_free(m);
    return st;
}

/* Names of data's items that are not known yet go to the end of m->items; rows[] receives their rows in data. */
static thaw_status add_names(thaw_model *m, const thaw_data *data, int64_t *rows, int64_t *n)
{
    const thaw__keymap *keys = &data->items.keys;
    for (int64_t r = 0; r < keys->n; r++) {
        const char *key = thaw__keymap_key(keys, r);
        int64_t before = m->items.n, row;
        THAW__TRY(thaw__keymap_add(&m->items, &row, key, strlen(key)));
        if (m->items.n > before) rows[(*n)++] = r;
    }
    return THAW_OK;
}

thaw_status thaw__model_add_items(thaw_model *m, int64_t *n_added, const thaw_data *data)
{
    const thaw_allocator *a = &m->config.allocator;
    const int64_t n_old = thaw__n_items(m);
    int64_t n = 0;
    thaw__sparse added = {0};
    thaw_status st = THAW_OK;
    int64_t *rows = thaw__alloc(a, (size_t)data->items.keys.n, sizeof *rows);
    if (!rows) return THAW_E_NOMEM;
    THAW__TRY_GOTO(add_names(m, data, rows, &n));
    THAW__TRY_GOTO(thaw__features_encode(&m->item_prior.features, &added, &data->items, rows, n));
    if (n) THAW__TRY_GOTO(resize_items(m, n_old, n_old + n));
    if (m->ranking) THAW__TRY_GOTO(thaw__lists_extend(&m->ranking->near, n_old, n_old + n, a));
    THAW__TRY_GOTO(thaw__sparse_append(&m->features, &added, a));
    for (int64_t i = n_old; i < thaw__n_items(m); i++) {
        thaw__model_reset_item(m, i);
        fold_item(m, i);
    }
    if (n) thaw__codes_make(&m->codes, thaw__model_scored(m), thaw__n_items(m));
    if (n_added) *n_added = n;
fail:
    if (st != THAW_OK) thaw__keymap_truncate(&m->items, n_old);
    thaw__sparse_free(&added, a);
    thaw__free(a, rows);
    return st;
}

void thaw__model_drop_items(thaw_model *m, int64_t n)
{
    thaw__keymap_truncate(&m->items, n);
    m->features.n = n;
    thaw__codes_make(&m->codes, thaw__model_scored(m), n);
}
