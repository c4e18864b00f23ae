/* SPDX-License-Identifier: Apache-2.0
 * A model as a safetensors file (docs/file-format.md). One table of slots says which arrays a file has; saving and loading
 * both walk it. Scalars and names of events and features are JSON texts in the metadata; item keys are a byte tensor.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "number.h"
#include "safetensors.h"
#include "status.h"

static const char format_version[] = "1";

/* Of ratings and of rankings. */
static const char *const methods[] = {"bayes", "conditional"};

#define MOST (INT64_C(1) << 53) /* of anything that is counted */

/* One array of the model; rows -1 in no slot: shapes are known before the tensors are read. `big` ones may stay mapped,
 * where they begin at a multiple of so many bytes; 0: small. */
typedef struct slot {
    const char *name;
    thaw__dtype type;
    int64_t rows, columns;
    void *where; /* the address of the pointer */
    int big;
} slot;

enum { RATING_SLOTS = 9, RANKING_SLOTS = 16, MOST_SLOTS = 3 + RANKING_SLOTS + 11 };

/* How many entries the sparse tables have. */
typedef struct entries {
    int64_t features, near;
} entries;

static entries entries_of(const thaw_model *m)
{
    const int64_t n = thaw__n_items(m);
    return (entries){m->features.start[n], m->ranking ? m->ranking->near.start[n] : 0};
}

static size_t rating_slots(thaw_model *m, slot *s)
{
    const int64_t n = thaw__n_items(m);
    const slot all[RATING_SLOTS] = {
        {"item.key.start", THAW__I64, n, 0, &m->items.offsets, 0},
        {"item.covariance", THAW__F32, n, m->packed, &m->cov, 4},
        {"item.base", THAW__F32, n, 0, &m->base, 0},
        {"item.spread", THAW__F32, n, 0, &m->spread, 0},
        {"item.surplus", THAW__F32, n, 0, &m->surplus, 0},
        {"item.seen", THAW__F32, n, 0, &m->seen, 0},
        {"item.noise", THAW__F32, n, 0, &m->noise, 0},
        {"item.gamma", THAW__F32, m->dim, m->dim, &m->gamma, 0},
        {"user.moment", THAW__F32, m->rank, m->rank, &m->moment, 0},
    };
    memcpy(s, all, sizeof all);
    return RATING_SLOTS;
}

static size_t ranking_slots(thaw_model *m, slot *s, int64_t near)
{
    thaw__ranking *r = m->ranking;
    const int64_t n = thaw__n_items(m);
    const slot all[RANKING_SLOTS] = {
        {"item.key.start", THAW__I64, n, 0, &m->items.offsets, 0},
        {"item.near.start", THAW__I64, n + 1, 0, &r->near.start, 0},
        {"item.popular", THAW__F32, n, 0, &r->popular, 0},
        {"item.again", THAW__F32, n, 0, &r->again, 0},
        {"item.offset.1", THAW__F32, n, 0, &r->offset[0], 0},
        {"item.offset.3", THAW__F32, n, 0, &r->offset[1], 0},
        {"item.offset.10", THAW__F32, n, 0, &r->offset[2], 0},
        {"item.offset.30", THAW__F32, n, 0, &r->offset[3], 0},
        {"item.offset.100", THAW__F32, n, 0, &r->offset[4], 0},
        {"item.offset.300", THAW__F32, n, 0, &r->offset[5], 0},
        {"item.near.item", THAW__I32, near, 0, &r->near.item, 0},
        {"item.near.tie", THAW__F32, near, THAW__TIE_NUMBERS, &r->near.tie, 0},
        {"user.silent", THAW__F32, m->stride, 0, &r->silent, 0},
        {"user.pull", THAW__F32, m->stride, 0, &r->pull, 0},
        {"user.rule", THAW__F32, THAW__N_RULES, THAW__RULE_KNOTS, &r->rule, 0},
        {"event.kind", THAW__F32, r->n_kinds, THAW__KIND_NUMBERS, &r->kinds, 0},
    };
    memcpy(s, all, sizeof all);
    return RANKING_SLOTS;
}

/* Largest alignment first: the rows that kernels read must start at multiples of 64 bytes, and no tensor may leave a gap. */
static size_t slots_of(thaw_model *m, slot *s, entries e)
{
    const int64_t n = thaw__n_items(m);
    const thaw__prior *ip = &m->item_prior, *up = &m->user_prior;
    size_t made = 0;
    s[made++] = (slot){"item.factor", THAW__F32, n, m->stride, &m->factor, 64};
    if (m->ranking) s[made++] = (slot){"item.reach", THAW__F32, n, m->stride, &m->ranking->reach, 64};
    s[made++] = (slot){"item.feature.start", THAW__I64, n + 1, 0, &m->features.start, 0};
    made += m->ranking ? ranking_slots(m, s + made, e.near) : rating_slots(m, s + made);
    const slot shared[] = {
        {"item.prior.centre", THAW__F32, m->dim, 0, (void *)(uintptr_t)&ip->centre, 0},
        {"item.prior.weight", THAW__F32, ip->features.width, m->dim, (void *)(uintptr_t)&ip->weights, 0},
        {"item.prior.mean", THAW__F32, (int64_t)ip->features.n, m->dim, (void *)(uintptr_t)&ip->column_mean, 0},
        {"item.prior.mass", THAW__F32, ip->features.width, 0, (void *)(uintptr_t)&ip->mass, 0},
        {"item.prior.ridge", THAW__F32, (int64_t)ip->features.n, 0, (void *)(uintptr_t)&ip->ridge, 0},
        {"user.prior.weight", THAW__F32, up->features.width, m->rank, (void *)(uintptr_t)&up->weights, 0},
        {"user.prior.mean", THAW__F32, (int64_t)up->features.n, m->rank, (void *)(uintptr_t)&up->column_mean, 0},
        {"user.prior.mass", THAW__F32, up->features.width, 0, (void *)(uintptr_t)&up->mass, 0},
        {"user.prior.ridge", THAW__F32, (int64_t)up->features.n, 0, (void *)(uintptr_t)&up->ridge, 0},
        {"item.feature.column", THAW__I32, e.features, 0, &m->features.column, 0},
        {"item.feature.value", THAW__F32, e.features, 0, &m->features.value, 0},
    };
    memcpy(s + made, shared, sizeof shared);
    return made + sizeof shared / sizeof *shared;
}

static void *pointer_at(const slot *s)
{
    void *p;
    memcpy(&p, s->where, sizeof p);
    return p;
}

/* ---- saving ---------------------------------------------------------------------------------------------------- */

static json_t *numbers_to_json(const thaw_model *m)
{
    const thaw__ranking none = {0}, *r = m->ranking ? m->ranking : &none;
    const double half_life = m->ranking ? (double)r->half_life : (double)m->half_life;
    json_t *json = json_pack("{s:i, s:I, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:I}", "rank", (int)m->rank, "items",
                     (json_int_t)thaw__n_items(m), "min_feature", (int)m->config.min_feature, "mean", m->mean, "scale", m->scale, "surplus",
                     (double)m->mean_surplus, "noise2", m->noise2, "rating_min", (double)m->rating_min, "rating_max", (double)m->rating_max, "half_life",
                     half_life, "steps", (json_int_t)m->steps, "trained_users",
                     (json_int_t)m->trained_users, "trained_events", (json_int_t)m->trained_events);
    if (!json || !m->ranking) return json;
    int failed = json_object_set_new(json, "backward", json_real((double)r->backward));
    failed |= json_object_set_new(json, "order", json_real((double)r->order));
    failed |= json_object_set_new(json, "mean_popular", json_real((double)r->mean_popular));
    failed |= json_object_set_new(json, "again", json_real((double)r->again_rate));
    failed |= json_object_set_new(json, "mass", json_real(m->mass));
    failed |= json_object_set_new(json, "target", json_integer(r->target));
    if (!failed) return json;
    json_decref(json);
    return NULL;
}

static json_t *floats_to_json(const float *x, int32_t n)
{
    json_t *list = json_array();
    for (int32_t k = 0; list && k < n; k++) {
        if (json_array_append_new(list, json_real((double)x[k])) == 0) continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

static json_t *names_to_json(const thaw__keymap *names)
{
    json_t *list = json_array();
    for (int64_t r = 0; list && r < names->n; r++) {
        if (json_array_append_new(list, json_string(thaw__keymap_key(names, r))) == 0) continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

static json_t *schema_to_json(const thaw_model *m)
{
    json_t *schema = json_object();
    int failed = json_object_set_new(schema, "events", names_to_json(&m->events));
    failed |= json_object_set_new(schema, "levels", floats_to_json(m->link.level, m->link.n));
    failed |= json_object_set_new(schema, "scores", floats_to_json(m->link.score, m->link.n));
    failed |= json_object_set_new(schema, "items", thaw__features_to_json(&m->item_prior.features));
    failed |= json_object_set_new(schema, "users", thaw__features_to_json(&m->user_prior.features));
    if (!failed) return schema;
    json_decref(schema);
    return NULL;
}

/* Put a JSON value into the metadata as text; takes the value. */
static int put_text(json_t *metadata, const char *key, json_t *value, const thaw_allocator *a)
{
    size_t length;
    char *text = value ? thaw__json_text(&length, value, JSON_COMPACT | JSON_REAL_PRECISION(17), a) : NULL;
    json_decref(value);
    int failed = !text || json_object_set_new(metadata, key, json_stringn(text, length)) != 0;
    thaw__free(a, text);
    return failed;
}

static json_t *metadata_of(const thaw_model *m)
{
    char id[17], seed[24];
    snprintf(id, sizeof id, "%016" PRIx64, m->id);
    snprintf(seed, sizeof seed, "%" PRIu64, m->config.seed);
    json_t *meta = json_pack("{s:s, s:s, s:s, s:s}", "thaw.format", format_version, "thaw.method",
                              m->ranking ? methods[1] : methods[0], "thaw.id",
                             id, "thaw.seed", seed);
    if (!meta) return NULL;
    if (put_text(meta, "thaw.numbers", numbers_to_json(m), &m->config.allocator) ||
        put_text(meta, "thaw.schema", schema_to_json(m), &m->config.allocator)) {
        json_decref(meta);
        return NULL;
    }
    return meta;
}

/* The file as spans; *header is to be freed. */
static thaw_status layout(const thaw_model *m, thaw__span *spans, char **header, size_t *n)
{
    slot slots[MOST_SLOTS];
    thaw__tensor tensors[MOST_SLOTS + 2];
    size_t count = slots_of((thaw_model *)(uintptr_t)m, slots, entries_of(m));
    for (size_t i = 0; i < count; i++)
        tensors[i] = (thaw__tensor){slots[i].name, slots[i].type, slots[i].rows, slots[i].columns,
                                    pointer_at(&slots[i])};
    tensors[count++] = (thaw__tensor){"item.key", THAW__U8, (int64_t)m->items.n_bytes, 0, m->items.bytes};
    if (m->n_retired) tensors[count++] = (thaw__tensor){"item.retired", THAW__U8, m->n_retired, 0, m->retired};

    json_t *metadata = metadata_of(m);
    if (!metadata) return thaw__fail(THAW_E_NOMEM, "no memory for the file header");
    thaw_status st = thaw__safetensors_spans(spans, header, metadata, tensors, count, &m->config.allocator);
    json_decref(metadata);
    *n = count + 1;
    return st;
}

thaw_status thaw__model_save(const thaw_model *m, const char *path)
{
    thaw__span spans[MOST_SLOTS + 3];
    char *header = NULL;
    size_t n = 0;
    THAW__TRY(layout(m, spans, &header, &n));
    thaw_status st = thaw__file_save(path, spans, n, &m->config.allocator);
    thaw__free(&m->config.allocator, header);
    return st;
}

thaw_status thaw__model_save_buffer(const thaw_model *m, void *buffer, int64_t capacity, int64_t *size)
{
    thaw__span spans[MOST_SLOTS + 3];
    char *header = NULL;
    size_t n = 0, total = 0;
    THAW__TRY(layout(m, spans, &header, &n));
    for (size_t i = 0; i < n; i++) total += spans[i].size;
    *size = (int64_t)total;
    thaw_status st = THAW_OK;
    if (capacity < *size)
        st = thaw__fail(THAW_E_SPACE, "the model has %zu bytes; the buffer has %" PRId64, total, capacity);
    char *at = buffer;
    for (size_t i = 0; st == THAW_OK && i < n; at += spans[i].size, i++)
        if (spans[i].size) memcpy(at, spans[i].bytes, spans[i].size);
    thaw__free(&m->config.allocator, header);
    return st;
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

static thaw_status damaged(const char *what)
{
    return thaw__fail(THAW_E_FORMAT, "not a whole thaw model: %s", what);
}

/* A JSON text of the metadata. */
static thaw_status meta_json(json_t **out, const thaw__safetensors *file, const char *key)
{
    const char *text = thaw__safetensors_meta(file, key);
    return thaw__json_object(out, text ? text : "", text ? strlen(text) : 0, key);
}

static double number(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static thaw_status check_version(const thaw__safetensors *file, int *ranks)
{
    double version = 0;
    const char *text = thaw__safetensors_meta(file, "thaw.format");
    if (!text || !thaw__number_parse(&version, text, strlen(text)) || version < 1) return damaged("no format version");
    if (version > 1)
        return thaw__fail(THAW_E_VERSION, "the file has format %.20s; this library reads up to %s", text, format_version);
    const char *method = thaw__safetensors_meta(file, "thaw.method");
    *ranks = method && strcmp(method, methods[1]) == 0;
    if (!*ranks && (!method || strcmp(method, methods[0]) != 0))
        return thaw__fail(THAW_E_UNSUPPORTED, "the method %.40s is not known to this library", method ? method : "");
    return THAW_OK;
}

static thaw_status read_numbers(thaw_model *m, const json_t *json)
{
    const double min_feature = number(json, "min_feature");
    if (!(min_feature >= 1 && min_feature <= INT32_MAX)) return damaged("its numbers are out of bounds");
    m->config.min_feature = (int32_t)min_feature;
    m->mean = number(json, "mean");
    m->scale = number(json, "scale");
    m->mean_surplus = (float)number(json, "surplus");
    m->noise2 = number(json, "noise2");
    m->rating_min = (float)number(json, "rating_min");
    m->rating_max = (float)number(json, "rating_max");
    m->half_life = (float)number(json, "half_life");
    m->steps = json_integer_value(json_object_get(json, "steps"));
    m->trained_users = json_integer_value(json_object_get(json, "trained_users"));
    m->trained_events = json_integer_value(json_object_get(json, "trained_events"));
    int fine = isfinite(m->mean) && isfinite(m->scale) && isfinite(m->mean_surplus) && m->noise2 > 0 && isfinite(m->noise2) &&
               m->rating_min <= m->rating_max && isfinite(m->rating_min) && isfinite(m->rating_max) &&
               m->half_life >= 0 && isfinite(m->half_life) && m->steps >= 0 && m->steps < MOST && m->trained_users >= 0 &&
               m->trained_users < MOST && m->trained_events >= 0 && m->trained_events < MOST;
    return fine ? THAW_OK : damaged("its numbers are out of bounds");
}

/* The numbers that only a ranking has; after the names of events. */
static thaw_status read_ranking(thaw_model *m, const json_t *json)
{
    const double target = number(json, "target");
    THAW__TRY(thaw__ranking_create(&m->ranking, m->stride, (int32_t)m->events.n, &m->config.allocator));
    thaw__ranking *r = m->ranking;
    r->backward = (float)number(json, "backward");
    r->order = (float)number(json, "order");
    r->mean_popular = (float)number(json, "mean_popular");
    r->again_rate = (float)number(json, "again");
    r->half_life = m->half_life;
    m->half_life = 0;
    m->mass = number(json, "mass");
    if (!isfinite(r->backward) || !(m->mass >= 0) || !isfinite(m->mass) || !(r->order >= 0 && r->order <= 1) || !(r->mean_popular >= 0) || !isfinite(r->mean_popular) || !isfinite(r->again_rate) ||
        !(target >= -1 && target < (double)m->events.n))
        return damaged("its numbers are out of bounds");
    r->target = (int32_t)target;
    return THAW_OK;
}

static thaw_status read_link(thaw__link *link, const json_t *levels, const json_t *scores)
{
    size_t n = json_array_size(levels);
    if (n < 1 || n > THAW__LEVELS || json_array_size(scores) != n) return damaged("its rating levels cannot be read");
    link->n = (int32_t)n;
    for (size_t k = 0; k < n; k++) {
        link->level[k] = (float)json_number_value(json_array_get(levels, k));
        link->score[k] = (float)json_number_value(json_array_get(scores, k));
    }
    thaw__link_pad(link);
    return thaw__link_valid(link) ? THAW_OK : damaged("its rating levels do not ascend");
}

static thaw_status read_schema(thaw_model *m, const json_t *json)
{
    const thaw_allocator *a = &m->config.allocator;
    const json_t *events = json_object_get(json, "events");
    for (size_t e = 0; e < json_array_size(events); e++) {
        const char *name = json_string_value(json_array_get(events, e));
        int64_t row;
        if (!name) return damaged("an event has no name");
        THAW__TRY(thaw__keymap_add(&m->events, &row, name, strlen(name)));
        if (row != (int64_t)e) return damaged("an event has two numbers");
    }
    thaw__features items, users;
    if (m->objective == THAW_RATING) THAW__TRY(read_link(&m->link, json_object_get(json, "levels"), json_object_get(json, "scores")));
    THAW__TRY(thaw__features_from_json(&items, json_object_get(json, "items"), a));
    thaw_status st = thaw__prior_init(&m->item_prior, &items, m->dim);
    if (st != THAW_OK) return st;
    THAW__TRY(thaw__features_from_json(&users, json_object_get(json, "users"), a));
    return thaw__prior_init(&m->user_prior, &users, m->rank);
}

/* The keys: zero-terminated strings that begin where item.key.start says. */
static thaw_status read_keys(thaw_model *m, const thaw__safetensors *file, int64_t n)
{
    const char *bytes;
    const char *start;
    int64_t size, end = 0;
    THAW__TRY(thaw__safetensors_get(file, (const void **)&bytes, &size, "item.key", THAW__U8, -1, 0));
    THAW__TRY(thaw__safetensors_get(file, (const void **)&start, NULL, "item.key.start", THAW__I64, n, 0));
    if (size && bytes[size - 1] != 0) return damaged("the last item key does not end");
    for (int64_t r = 0, at = 0; r < n; r++) {
        int64_t row, begin;
        memcpy(&begin, start + 8 * r, sizeof begin); /* bytes from a buffer may lie anywhere */
        if (begin != at || at >= size) return damaged("item keys are out of order");
        size_t length = strlen(bytes + at);
        THAW__TRY(thaw__keymap_add(&m->items, &row, bytes + at, length));
        if (row != r) return damaged("an item key stands twice");
        end = at += (int64_t)length + 1;
    }
    return end == size ? THAW_OK : damaged("bytes follow the last item key");
}

static int is_sorted_csr(const thaw__sparse *rows, int32_t width)
{
    for (int64_t r = 0; r < rows->n; r++)
        if (rows->start[r] < 0 || rows->start[r] > rows->start[r + 1]) return 0;
    for (int64_t k = 0; k < rows->start[rows->n]; k++)
        if (rows->column[k] < 0 || rows->column[k] >= width) return 0;
    return 1;
}

/* Neighbours: rows of at most THAW__NEAR_MOST items, ascending. */
static int is_near(const thaw__ranking *r, int64_t n)
{
    if (r->near.start[0] != 0) return 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t first = r->near.start[i], end = r->near.start[i + 1];
        if (end < first || end - first > THAW__NEAR_MOST) return 0;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = r->near.start[i]; k < r->near.start[i + 1]; k++)
            if (r->near.item[k] < 0 || r->near.item[k] >= n || (k > r->near.start[i] && r->near.item[k] <= r->near.item[k - 1]))
                return 0;
    return 1;
}

static int is_finite(const void *bytes, size_t count)
{
    float sum = 0, x;
    for (size_t k = 0; k < count; k++) {
        memcpy(&x, (const char *)bytes + k * sizeof x, sizeof x);
        sum += 0 * x;
    }
    return sum == 0;
}

/* Take one tensor: copied, or left in the mapped file if the kernels can read it there. Big ones are not looked through here:
 * the factor is, with the model, and the covariances are not read before training. */
static thaw_status read_slot(thaw_model *m, const slot *s, const thaw__safetensors *file, int mapped)
{
    const void *bytes;
    THAW__TRY(thaw__safetensors_get(file, &bytes, NULL, s->name, s->type, s->rows, s->columns));
    size_t size = s->type == THAW__I64 ? 8 : 4;
    size_t count = (size_t)s->rows * (size_t)(s->columns ? s->columns : 1);
    if (s->type == THAW__F32 && !s->big && !is_finite(bytes, count)) return damaged("its numbers are not finite");
    const int stays = mapped && s->big && (uintptr_t)bytes % (size_t)s->big == 0;
    void *p = stays ? (void *)(uintptr_t)bytes : thaw__dup(&m->config.allocator, bytes, count, size);
    if (!p) return THAW_E_NOMEM;
    void *old = pointer_at(s);
    thaw__free(&m->config.allocator, old);
    memcpy(s->where, &p, sizeof p);
    return THAW_OK;
}

/* What serving a rating derives from its tensors. */
static thaw_status derive_certainty(thaw_model *m)
{
    if (m->ranking) return THAW_OK;
    m->certainty = thaw__alloc(&m->config.allocator, (size_t)m->features.n, sizeof *m->certainty);
    if (!m->certainty) return THAW_E_NOMEM;
    for (int64_t i = 0; i < m->features.n; i++) m->certainty[i] = 1 / sqrtf(m->noise[i]);
    return THAW_OK;
}

/* Items that are never recommended, where there are any. */
static thaw_status read_retired(thaw_model *m, const thaw__safetensors *file)
{
    const uint8_t *bytes;
    if (!json_object_get(file->header, "item.retired")) return THAW_OK;
    THAW__TRY(thaw__safetensors_get(file, (const void **)&bytes, &m->n_retired, "item.retired", THAW__U8, -1, 0));
    if (m->n_retired > m->features.n) return damaged("it retires more items than it has");
    for (int64_t i = 0; i < m->n_retired; i++)
        if (bytes[i] > 1) return damaged("an item is neither retired nor not");
    m->retired = thaw__dup(&m->config.allocator, bytes, (size_t)m->n_retired, 1);
    return m->retired ? THAW_OK : THAW_E_NOMEM;
}

static thaw_status read_tensors(thaw_model *m, const thaw__safetensors *file, int mapped)
{
    entries e = {0, 0};
    const void *unused;
    slot slots[MOST_SLOTS];
    THAW__TRY(thaw__safetensors_get(file, &unused, &e.features, "item.feature.column", THAW__I32, -1, 0));
    if (m->ranking) THAW__TRY(thaw__safetensors_get(file, &unused, &e.near, "item.near.item", THAW__I32, -1, 0));
    size_t n = slots_of(m, slots, e);
    m->features.n = thaw__n_items(m);
    for (size_t i = 0; i < n; i++)
        if (strcmp(slots[i].name, "item.key.start") != 0) THAW__TRY(read_slot(m, &slots[i], file, mapped));
    THAW__TRY(derive_certainty(m));
    THAW__TRY(read_retired(m, file));
    if (m->features.start[0] != 0 || m->features.start[m->features.n] != e.features ||
        !is_sorted_csr(&m->features, m->item_prior.features.width))
        return damaged("item features are out of order");
    if (m->ranking && (m->ranking->near.start[m->features.n] != e.near || !is_near(m->ranking, m->features.n)))
        return damaged("neighbours of items are out of order");
    return thaw__model_check_finite(m) == THAW_OK ? THAW_OK : damaged("its numbers are not finite");
}

/* A mapped file belongs to the model from here on, so that giving up half-way knows which arrays lie in it. */
static thaw_status read_model(thaw_model **out, const thaw__safetensors *file, const thaw_config *config,
                              thaw__file *source, int ranks)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    json_t *numbers = NULL, *schema = NULL;
    const char *id = thaw__safetensors_meta(file, "thaw.id"), *seed = thaw__safetensors_meta(file, "thaw.seed");
    THAW__TRY_GOTO(meta_json(&numbers, file, "thaw.numbers"));
    THAW__TRY_GOTO(meta_json(&schema, file, "thaw.schema"));
    double rank = number(numbers, "rank"), items = number(numbers, "items");
    if (!id || !seed || !(rank >= 1 && rank <= THAW__RANK_MAX) || !(items >= 1 && items <= INT32_MAX)) {
        st = damaged("its metadata are out of bounds");
        goto fail;
    }
    THAW__TRY_GOTO(thaw__model_begin(&m, config, (int32_t)rank));
    if (source->mapped) {
        m->map = *source;
        *source = (thaw__file){0};
    }
    m->objective = ranks ? THAW_RANKING : THAW_RATING;
    m->id = strtoull(id, NULL, 16);
    m->config.seed = strtoull(seed, NULL, 10);
    m->config.rank = m->rank;
    THAW__TRY_GOTO(read_numbers(m, numbers));
    THAW__TRY_GOTO(read_schema(m, schema));
    if (ranks) THAW__TRY_GOTO(read_ranking(m, numbers));
    THAW__TRY_GOTO(read_keys(m, file, (int64_t)items));
    THAW__TRY_GOTO(read_tensors(m, file, m->map.mapped));
    THAW__TRY_GOTO(thaw__codes_reserve(&m->codes, thaw__n_items(m), m->rank, m->stride, &m->config.allocator));
    thaw__codes_make(&m->codes, thaw__model_scored(m), thaw__n_items(m));
    *out = m;
fail:
    json_decref(numbers);
    json_decref(schema);
    if (st != THAW_OK) thaw__model_free(m);
    return st;
}

thaw_status thaw__model_load(thaw_model **out, thaw__file *file, const thaw_config *config)
{
    thaw__safetensors tensors;
    THAW__TRY(thaw__safetensors_open(&tensors, file->bytes, file->size));
    int ranks = 0;
    thaw_status st = check_version(&tensors, &ranks);
    if (st == THAW_OK) st = read_model(out, &tensors, config, file, ranks);
    thaw__safetensors_close(&tensors);
    return st;
}
