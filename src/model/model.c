/* SPDX-License-Identifier: Apache-2.0
 * Creating a model, adding items, the id. */
#include "model.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "event_time.h"
#include "status.h"

#define MOST 9007199254740992.0 /* 2^53: upper bound of counts */

/* ---- memory ------------------------------------------------------------------------------------------------------ */

thaw_status thaw__model_begin(thaw_model **out, const thaw_config *config, const thaw__model_type *type, int32_t rank)
{
    thaw_allocator a = thaw__allocator(&config->allocator);
    thaw_model *m = thaw__alloc0(&a, 1, sizeof *m);
    if (!m) return THAW_E_NOMEM;
    m->config = *config;
    m->config.allocator = a;
    m->type = type;
    m->kernels = thaw__kernels_best();
    m->rank = rank;
    m->stride = (int64_t)thaw__stride((size_t)rank);
    thaw__keymap_init(&m->events, &a);
    m->state = thaw__alloc0(&a, 1, type->state_bytes);
    m->catalogue = thaw__alloc0(&a, 1, sizeof *m->catalogue);
    if (!m->state || !m->catalogue) {
        thaw__free(&a, m->state);
        thaw__free(&a, m->catalogue);
        thaw__free(&a, m);
        return THAW_E_NOMEM;
    }
    m->n_catalogues = 1;
    thaw__catalogue_init(m->catalogue, &a);
    if (type->begin) type->begin(m);
    *out = m;
    return THAW_OK;
}

/* The order decides the order of tensors in files: first the aligned arrays of the method, then the others. */
void thaw__model_params(thaw_model *m, thaw__params *out)
{
    const thaw__param rows[] = {
        {"min_feature", THAW__I32, THAW__NUMBER, 0, &m->config.min_feature, 0, 1, INT32_MAX},
        {"steps", THAW__I64, THAW__NUMBER, 0, &m->steps, THAW__LEARNED | THAW__IN_ID, 0, MOST},
        {"trained_users", THAW__I64, THAW__NUMBER, 0, &m->trained_users, THAW__LEARNED, 0, MOST},
        {"trained_events", THAW__I64, THAW__NUMBER, 0, &m->trained_events, THAW__LEARNED, 0, MOST},
        {"time_low", THAW__F64, THAW__NUMBER, 0, &m->time_low, THAW__OPTIONAL, 0, 0},
        {"time_high", THAW__F64, THAW__NUMBER, 0, &m->time_high, THAW__OPTIONAL, 0, 0},
    };
    out->n = 0;
    m->type->params(m, out);
    thaw__catalogue_params(m->catalogue, out);
    thaw__prior_params(&m->user_prior, 1, THAW__DERIVED, out);
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
}

thaw_status thaw__model_allocate(thaw_model *m)
{
    thaw__params t;
    thaw__model_params(m, &t);
    return thaw__params_allocate(&t, &m->config.allocator);
}

void thaw__model_free(thaw_model *m)
{
    if (!m) return;
    thaw_allocator a = m->config.allocator;
    thaw__params t;
    thaw__model_params(m, &t);
    thaw__params_free(&t, &m->map, &a);
    thaw__catalogue_free(m->catalogue, &a);
    thaw__free(&a, m->catalogue);
    thaw__free(&a, m->state);
    thaw__keymap_free(&m->events);
    thaw__prior_free(&m->user_prior);
    thaw__file_close(&m->map, &a);
    thaw__free(&a, m);
}

/* ---- before training --------------------------------------------------------------------------------------------- */

/* The coordinates of features of items and users, and priors with zero weights. */
static thaw_status learn_features(thaw_model *m, const thaw_data *data)
{
    thaw__features items = {0}, users = {0};
    const thaw_allocator *a = &m->config.allocator;
    const int32_t extra = m->type->prior_extra;
    THAW__TRY(thaw__features_learn(&items, &data->items, m->config.min_feature, a));
    THAW__TRY(thaw__prior_init(&m->catalogue->prior, &items, extra < 0 ? 0 : m->rank + extra));
    THAW__TRY(thaw__features_learn(&users, &data->users, m->config.min_feature, a));
    return thaw__prior_init(&m->user_prior, &users, m->rank);
}

thaw_status thaw__model_create(thaw_model **out, const thaw_config *config, const thaw__model_type *type,
                               const thaw_data *data)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    if (data->items.keys.n == 0) return thaw__fail(THAW_E_RANGE, "the data hold no item; at least 1 is needed");
    THAW__TRY(thaw__model_begin(&m, config, type, config->rank ? config->rank : type->default_rank));
    THAW__TRY_GOTO(thaw__keymap_copy(&m->events, &data->events, &m->config.allocator));
    THAW__TRY_GOTO(learn_features(m, data));
    THAW__TRY_GOTO(thaw__model_set_times(m, data));
    THAW__TRY_GOTO(thaw__model_allocate(m));
    if (type->start) THAW__TRY_GOTO(type->start(m, data));
    THAW__TRY_GOTO(thaw__model_add_items(m, NULL, data));
    if (type->start_items) type->start_items(m, data);
    thaw__model_refresh(m);
    *out = m;
    return THAW_OK;
fail:
    thaw__model_free(m);
    return st;
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

thaw_status thaw__model_reserve_codes(thaw_model *m, int64_t n)
{
    return thaw__codes_reserve(&m->catalogue->codes, m->type->scored ? n : 0, m->rank, m->stride, &m->config.allocator);
}

void thaw__model_code_rows(thaw_model *m)
{
    if (m->type->scored) thaw__codes_make(&m->catalogue->codes, m->type->scored(m), thaw__n_items(m));
}

/* Resize all arrays from n_old to n items. The codes become invalid. t: the table of n_old items, because the length of
 * a sparse table is read from its last start, which new items do not have yet. */
static thaw_status resize(thaw_model *m, const thaw__params *t, int64_t n_old, int64_t n)
{
    THAW__TRY(thaw__model_reserve_codes(m, n));
    THAW__TRY(thaw__params_resize(t, n_old, n, &m->map, &m->config.allocator));
    return m->type->extend ? m->type->extend(m, n_old, n) : THAW_OK;
}

/* Undo an addition: keep the first n items. */
static void drop_items(thaw_model *m, int64_t n)
{
    thaw__keymap_truncate(&m->catalogue->items, n);
    m->catalogue->features.n = n;
}

/* Items from row `first` on as what is known of them before training. */
static void reset_items(thaw_model *m, int64_t first)
{
    const thaw__model_type *type = m->type;
    for (int64_t i = first; type->reset_item && i < thaw__n_items(m); i++) type->reset_item(m, i);
    if (!type->reset_item && type->derive) type->derive(m);
}

thaw_status thaw__model_add_items(thaw_model *m, int64_t *n_added, const thaw_data *data)
{
    const int64_t n_old = thaw__n_items(m);
    int64_t n;
    thaw__params t;
    thaw__model_params(m, &t);
    THAW__TRY(thaw__catalogue_add(m->catalogue, &n, &data->items, &m->config.allocator));
    thaw_status st = n ? resize(m, &t, n_old, n_old + n) : THAW_OK;
    if (st == THAW_OK && n) reset_items(m, n_old);
    if (st == THAW_OK && n && m->type->relate_items) st = m->type->relate_items(m, n_old);
    if (st == THAW_OK && n) st = thaw__model_check_finite(m);
    if (st != THAW_OK) drop_items(m, n_old);
    if (n) thaw__model_code_rows(m);
    if (st == THAW_OK && n_added) *n_added = n;
    return st;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* The id: a hash of the THAW__IN_ID rows and the keys of the items. It is computed after training only: items added
 * later do not change the posteriors of users. */
static uint64_t model_id(const thaw_model *m)
{
    thaw__params t;
    const thaw__keymap *items = &m->catalogue->items;
    thaw__model_params_read(m, &t);
    const uint64_t seed = m->config.seed + (uint64_t)m->rank;
    return thaw__params_hash(&t, XXH3_64bits_withSeed(items->bytes, items->n_bytes, seed));
}

void thaw__model_refresh(thaw_model *m)
{
    if (m->type->derive) m->type->derive(m);
    thaw__model_code_rows(m);
    m->id = model_id(m);
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
        .item_features = m->catalogue->prior.features.width,
        .user_features = m->user_prior.features.width,
        .trained_users = m->trained_users,
        .trained_events = m->trained_events,
        .steps = m->steps,
        .id = m->id,
        .events = (int32_t)m->events.n,
        .objective = m->type->objective,
    };
    if (m->type->info) m->type->info(m, out);
}
