/* SPDX-License-Identifier: Apache-2.0
 * A model as a safetensors file (docs/file-format.md). Arrays of the parameter table are tensors, its numbers one JSON
 * text of the metadata, names of events and features another. Item keys are a tensor of bytes and one of starts.
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

enum { FORMAT = 3, PACKED_SINCE = 3, MOST_TENSORS = THAW__PARAMS + 2 };

/* ---- saving ---------------------------------------------------------------------------------------------------- */

static json_t *number_to_json(const thaw__param *p)
{
    const double x = thaw__param_number(p);
    return p->type == THAW__F32 || p->type == THAW__F64 ? json_real(x) : json_integer((json_int_t)x);
}

static json_t *numbers_to_json(const thaw_model *m, const thaw__params *t)
{
    json_t *json = json_pack("{s:i, s:I}", "rank", (int)m->rank, "items", (json_int_t)thaw__n_items(m));
    for (int k = 0; json && k < t->n; k++) {
        const thaw__param *p = &t->row[k];
        if (p->rows != THAW__NUMBER || json_object_set_new(json, p->name, number_to_json(p)) == 0) continue;
        json_decref(json);
        json = NULL;
    }
    return json;
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
    failed |= json_object_set_new(schema, "items", thaw__features_to_json(&m->catalogue->prior.features));
    failed |= json_object_set_new(schema, "users", thaw__features_to_json(&m->user_prior.features));
    if (m->type->write_schema) failed |= m->type->write_schema(m, schema);
    if (!failed) return schema;
    json_decref(schema);
    return NULL;
}

/* Put a JSON value into the metadata as text; takes ownership of the value. Returns 0 or 1. */
static int put_text(json_t *metadata, const char *key, json_t *value, const thaw_allocator *a)
{
    size_t length;
    char *text = value ? thaw__json_text(&length, value, JSON_COMPACT | JSON_REAL_PRECISION(17), a) : NULL;
    json_decref(value);
    int failed = !text || json_object_set_new(metadata, key, json_stringn(text, length)) != 0;
    thaw__free(a, text);
    return failed;
}

static json_t *metadata_of(const thaw_model *m, const thaw__params *t)
{
    char format[12], id[17], seed[24];
    snprintf(format, sizeof format, "%d", FORMAT);
    snprintf(id, sizeof id, "%016" PRIx64, m->id);
    snprintf(seed, sizeof seed, "%" PRIu64, m->config.seed);
    json_t *meta = json_pack("{s:s, s:s, s:s, s:s}", "thaw.format", format, "thaw.method", m->type->name, "thaw.id", id,
                             "thaw.seed", seed);
    if (!meta) return NULL;
    if (put_text(meta, "thaw.numbers", numbers_to_json(m, t), &m->config.allocator) ||
        put_text(meta, "thaw.schema", schema_to_json(m), &m->config.allocator)) {
        json_decref(meta);
        return NULL;
    }
    return meta;
}

/* The order of tensors: aligned ones first, then by decreasing size of elements, so that no padding is needed. */
static int order_of(const thaw__tensor *t, unsigned role)
{
    return role & THAW__ALIGNED ? 0 : 1 + (int)(sizeof(double) - thaw__dtype_size(t->type));
}

/* Insert a tensor after those of the same order. */
static void add_tensor(thaw__tensor *tensors, int *orders, size_t *n, thaw__tensor added, unsigned role)
{
    const int order = order_of(&added, role);
    size_t at = (*n)++;
    for (; at > 0 && orders[at - 1] > order; at--) {
        tensors[at] = tensors[at - 1];
        orders[at] = orders[at - 1];
    }
    tensors[at] = added;
    orders[at] = order;
}

static size_t tensors_of(const thaw_model *m, const thaw__params *t, thaw__tensor *out)
{
    const thaw__keymap *keys = &m->catalogue->items;
    int orders[MOST_TENSORS];
    size_t n = 0;
    for (int k = 0; k < t->n; k++) {
        const thaw__param *p = &t->row[k];
        if (p->rows == THAW__NUMBER || p->role & (THAW__DERIVED | THAW__UNPACKED) ||
            (p->role & THAW__OPTIONAL && !p->rows))
            continue;
        const thaw__tensor tensor = {p->name, p->type, p->rows, p->columns, thaw__param_data(p)};
        add_tensor(out, orders, &n, tensor, p->role);
    }
    add_tensor(out, orders, &n, (thaw__tensor){"item.key.start", THAW__I64, keys->n, 0, keys->offsets}, 0);
    add_tensor(out, orders, &n, (thaw__tensor){"item.key", THAW__U8, (int64_t)keys->n_bytes, 0, keys->bytes}, 0);
    return n;
}

/* A model as the spans of a file. */
typedef struct image {
    thaw_model packed; /* a copy that shares the arrays of the model, and has the packed rows */
    char *header;
    thaw__span spans[MOST_TENSORS + 1];
    size_t n;
} image;

static void close_image(image *f)
{
    const thaw_allocator *a = &f->packed.config.allocator;
    thaw__params t;
    if (f->packed.state) thaw__model_params(&f->packed, &t);
    for (int k = 0; f->packed.state && k < t.n; k++)
        if (t.row[k].role & THAW__PACKED && t.row[k].rows != THAW__NUMBER)
            thaw__param_release(&t.row[k], &f->packed.map, a);
    thaw__free(a, f->packed.state);
    thaw__free(a, f->header);
}

/* Forget packed arrays of the model that was copied: they belong to it. */
static void detach_packed(thaw_model *m)
{
    thaw__params t;
    thaw__model_params(m, &t);
    for (int k = 0; k < t.n; k++)
        if (t.row[k].role & THAW__PACKED && t.row[k].rows != THAW__NUMBER) thaw__param_set(&t.row[k], NULL);
}

static thaw_status pack(image *f, const thaw_model *m)
{
    *f = (image){.packed = *m};
    f->packed.state = thaw__dup(&m->config.allocator, m->state, m->type->state_bytes, 1);
    if (!f->packed.state) return THAW_E_NOMEM;
    detach_packed(&f->packed);
    return m->type->pack ? m->type->pack(&f->packed) : THAW_OK;
}

static thaw_status lay_out(image *f)
{
    thaw__params t;
    thaw__tensor tensors[MOST_TENSORS];
    thaw__model_params(&f->packed, &t);
    const size_t count = tensors_of(&f->packed, &t, tensors);
    json_t *metadata = metadata_of(&f->packed, &t);
    if (!metadata) return thaw__fail(THAW_E_NOMEM, "no memory for the file header");
    const thaw_status st =
        thaw__safetensors_spans(f->spans, &f->header, metadata, tensors, count, &f->packed.config.allocator);
    json_decref(metadata);
    f->n = count + 1;
    return st;
}

/* Close it also on error. */
static thaw_status open_image(image *f, const thaw_model *m)
{
    THAW__TRY(pack(f, m));
    return lay_out(f);
}

thaw_status thaw__model_save(const thaw_model *m, const char *path)
{
    image f;
    thaw_status st = open_image(&f, m);
    if (st == THAW_OK) st = thaw__file_save(path, f.spans, f.n, &m->config.allocator);
    close_image(&f);
    return st;
}

static thaw_status copy_image(const image *f, void *buffer, int64_t capacity, int64_t *size)
{
    size_t total = 0;
    char *at = buffer;
    for (size_t i = 0; i < f->n; i++) total += f->spans[i].size;
    *size = (int64_t)total;
    if (capacity < *size)
        return thaw__fail(THAW_E_SPACE, "the model has %zu bytes; the buffer has %" PRId64, total, capacity);
    for (size_t i = 0; i < f->n; at += f->spans[i].size, i++)
        if (f->spans[i].size) memcpy(at, f->spans[i].bytes, f->spans[i].size);
    return THAW_OK;
}

thaw_status thaw__model_save_buffer(const thaw_model *m, void *buffer, int64_t capacity, int64_t *size)
{
    image f;
    thaw_status st = open_image(&f, m);
    if (st == THAW_OK) st = copy_image(&f, buffer, capacity, size);
    close_image(&f);
    return st;
}

/* ---- names of format 1 ------------------------------------------------------------------------------------------ */

/* Of the parameters that every method has. */
static const thaw__old_name shared_old_names[] = {
    {"item.prior.total_weight", "item.prior.mass"},
    {"user.prior.total_weight", "user.prior.mass"},
    {NULL, NULL},
};

static const char *old_name_in(const thaw__old_name *names, const char *name)
{
    while (names && names->name && strcmp(names->name, name) != 0) names++;
    return names ? names->old : NULL;
}

/* The name of a row of the table in a file of a format. */
static const char *name_in(const thaw__model_type *type, int format, const char *name)
{
    const char *old = format > 1 ? NULL : old_name_in(type->old_names, name);
    if (!old && format <= 1) old = old_name_in(shared_old_names, name);
    return old ? old : name;
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

static thaw_status damaged(const char *what)
{
    return thaw__fail(THAW_E_FORMAT, "not a valid thaw model: %s", what);
}

/* A JSON text that a string of the metadata holds; the caller frees *text. */
static thaw_status meta_json(thaw__json *out, char **text, const thaw__safetensors *file, const char *key,
                             const thaw_allocator *a)
{
    size_t n;
    THAW__TRY(thaw__json_string(text, &n, thaw__safetensors_meta(file, key), a));
    return thaw__json_check(out, *text ? *text : "", n, key);
}

static double number(thaw__json json, const char *key)
{
    double x = (double)NAN;
    thaw__json_number(&x, thaw__json_get(json, key));
    return x;
}

/* Room for a short text of the metadata. */
typedef struct short_text {
    char at[48];
} short_text;

static short_text meta_text(const thaw__safetensors *file, const char *key)
{
    short_text text;
    thaw__json_copy(text.at, sizeof text.at, thaw__safetensors_meta(file, key));
    return text;
}

static thaw_status check_version(const thaw__safetensors *file, int *format, const thaw__model_type **type,
                                 thaw__find_type find)
{
    double version = 0;
    const short_text text = meta_text(file, "thaw.format"), method = meta_text(file, "thaw.method");
    if (!thaw__number_parse(&version, text.at, strlen(text.at)) || version < 1) return damaged("no format version");
    if (version > FORMAT)
        return thaw__fail(THAW_E_VERSION, "the file has format %.20s; this library reads up to %d", text.at, FORMAT);
    *format = (int)version;
    *type = find(method.at);
    return *type ? THAW_OK : thaw__fail(THAW_E_UNSUPPORTED, "this library has no method %s", method.at);
}

static thaw_status read_numbers(thaw_model *m, thaw__json json, int format)
{
    thaw__params t;
    thaw__model_params(m, &t);
    for (int k = 0; k < t.n; k++) {
        const thaw__param *p = &t.row[k];
        const double most = p->type == THAW__F32 && p->low == 0 && p->high == 0 ? (double)THAW__PARAM_MOST : 0;
        const thaw__param given = {
            .type = THAW__F64, .rows = THAW__NUMBER, .low = p->low - most, .high = p->high + most};
        if (p->rows != THAW__NUMBER) continue;
        if (p->role & THAW__OPTIONAL && !thaw__json_get(json, p->name).at) continue;
        const double x = number(json, name_in(m->type, format, p->name));
        if (!thaw__param_is_sound(&given, &x) || (p->type != THAW__F32 && p->type != THAW__F64 && x != floor(x)))
            return damaged("a number of the metadata is out of bounds");
        thaw__param_set_number(p, x);
    }
    return THAW_OK;
}

/* Event number n, by its name. */
static thaw_status read_event(thaw_model *m, thaw__json name, int64_t n)
{
    char *text;
    size_t length;
    int64_t row = -1;
    THAW__TRY(thaw__json_string(&text, &length, name, &m->config.allocator));
    if (!text) return damaged("an event has no name");
    const thaw_status st = thaw__keymap_add(&m->events, &row, text, length);
    thaw__free(&m->config.allocator, text);
    return st != THAW_OK || row == n ? st : damaged("an event name is repeated");
}

static thaw_status read_schema(thaw_model *m, thaw__json json)
{
    const thaw_allocator *a = &m->config.allocator;
    const thaw__json events = thaw__json_get(json, "events");
    for (thaw__json_cursor c = thaw__json_begin(events); thaw__json_next(&c);)
        THAW__TRY(read_event(m, c.value, m->events.n));
    thaw__features items, users;
    const int32_t extra = m->type->prior_extra;
    if (m->type->read_schema) THAW__TRY(m->type->read_schema(m, json));
    THAW__TRY(thaw__features_from_json(&items, thaw__json_get(json, "items"), a));
    thaw_status st = thaw__prior_init(&m->catalogue->prior, &items, extra < 0 ? 0 : m->rank + extra);
    if (st != THAW_OK) return st;
    THAW__TRY(thaw__features_from_json(&users, thaw__json_get(json, "users"), a));
    return thaw__prior_init(&m->user_prior, &users, m->rank);
}

/* Item keys: zero-terminated strings in item.key, which begin at item.key.start. */
static thaw_status read_keys(thaw_model *m, const thaw__safetensors *file, int64_t n)
{
    const char *bytes;
    const char *start;
    int64_t size, end = 0;
    THAW__TRY(thaw__safetensors_get(file, (const void **)&bytes, &size, "item.key", THAW__U8, -1, 0));
    THAW__TRY(thaw__safetensors_get(file, (const void **)&start, NULL, "item.key.start", THAW__I64, n, 0));
    if (size && bytes[size - 1] != 0) return damaged("the last item key has no end");
    for (int64_t r = 0, at = 0; r < n; r++) {
        int64_t row, begin;
        memcpy(&begin, start + 8 * r, sizeof begin); /* a buffer may be unaligned */
        if (begin != at || at >= size) return damaged("item keys are out of order");
        size_t length = strlen(bytes + at);
        THAW__TRY(thaw__keymap_add(&m->catalogue->items, &row, bytes + at, length));
        if (row != r) return damaged("an item key is repeated");
        end = at += (int64_t)length + 1;
    }
    return end == size ? THAW_OK : damaged("bytes follow the last item key");
}

/* A copy of the n rows that a file has of an array, then zeros. */
static void *grown(const thaw__param *p, const void *bytes, int64_t n, const thaw_allocator *a)
{
    void *array = thaw__alloc0(a, thaw__param_count(p), thaw__dtype_size(p->type));
    if (array && n) memcpy(array, bytes, thaw__param_bytes(p) / (size_t)p->rows * (size_t)n);
    return array;
}

/* Read one tensor: copy it, or leave it in the mapped file if its role and alignment allow that. */
static thaw_status read_row(thaw_model *m, const thaw__param *p, const thaw__safetensors *file, int format)
{
    const void *bytes;
    thaw__param found = *p;
    const thaw_allocator *a = &m->config.allocator;
    const size_t align = p->role & THAW__ALIGNED ? THAW__ALIGN : thaw__dtype_size(p->type);
    const int64_t rows = p->role & THAW__GROWS ? -1 : p->rows;
    THAW__TRY(
        thaw__safetensors_get(file, &bytes, &found.rows, name_in(m->type, format, p->name), p->type, rows, p->columns));
    if (found.rows > p->rows) return damaged("a tensor has more rows than this version uses");
    if (!(p->role & THAW__COLD) && !thaw__param_is_sound(&found, bytes))
        return damaged("a tensor is not finite or out of bounds");
    const int in_place = m->map.mapped && p->role & THAW__MAPPED && (uintptr_t)bytes % align == 0;
    void *array = in_place ? (void *)(uintptr_t)bytes : grown(p, bytes, found.rows, a);
    if (!array) return THAW_E_NOMEM;
    thaw__param_release(p, &m->map, a);
    thaw__param_set(p, array);
    return THAW_OK;
}

/* Whether a file of a format has a row as a tensor. */
static int is_in(const thaw__safetensors *file, const thaw__param *p, int format)
{
    if (p->rows == THAW__NUMBER || p->role & THAW__DERIVED) return 0;
    if (p->role & (format < PACKED_SINCE ? THAW__PACKED : THAW__UNPACKED)) return 0;
    return !(p->role & THAW__OPTIONAL) || thaw__safetensors_find(file, p->name).at;
}

/* The table is rebuilt after each row, because the starts of a sparse table give the shapes of its other arrays. */
static thaw_status read_rows(thaw_model *m, const thaw__safetensors *file, int format)
{
    thaw__params t;
    m->catalogue->features.n = thaw__n_items(m);
    thaw__model_params(m, &t);
    for (int k = 0; k < t.n; k++) {
        const thaw__param *p = &t.row[k];
        if (is_in(file, p, format)) THAW__TRY(read_row(m, p, file, format));
        thaw__model_params(m, &t);
    }
    return thaw__params_allocate(&t, &m->config.allocator);
}

/* The length of the optional tensor item.retired, which the shapes of the table depend on. */
static thaw_status read_n_retired(thaw_model *m, const thaw__safetensors *file)
{
    const void *bytes;
    int64_t *n = &m->catalogue->n_retired;
    if (!thaw__safetensors_find(file, "item.retired").at) return THAW_OK;
    THAW__TRY(thaw__safetensors_get(file, &bytes, n, "item.retired", THAW__U8, -1, 0));
    return *n <= thaw__n_items(m) ? THAW_OK : damaged("more items are retired than there are");
}

static thaw_status read_tensors(thaw_model *m, const thaw__safetensors *file, int format)
{
    THAW__TRY(read_n_retired(m, file));
    THAW__TRY(read_rows(m, file, format));
    if (m->type->unpack) THAW__TRY(m->type->unpack(m));
    if (!thaw__catalogue_is_sound(m->catalogue)) return damaged("item features are inconsistent");
    if (m->type->is_sound && !m->type->is_sound(m)) return damaged("the tables of the method are inconsistent");
    return THAW_OK;
}

/* The model takes ownership of a mapped file before it reads arrays, so that thaw__model_free() knows which lie in
 * it. */
static thaw_status read_model(thaw_model **out, const thaw__safetensors *file, const thaw_config *config,
                              thaw__file *source, const thaw__model_type *type, int format)
{
    thaw_status st = THAW_OK;
    thaw_model *m = NULL;
    thaw__json numbers, schema;
    char *texts[2] = {NULL, NULL};
    const thaw_allocator a = thaw__allocator(&config->allocator);
    const short_text id = meta_text(file, "thaw.id"), seed = meta_text(file, "thaw.seed");
    THAW__TRY_GOTO(meta_json(&numbers, &texts[0], file, "thaw.numbers", &a));
    THAW__TRY_GOTO(meta_json(&schema, &texts[1], file, "thaw.schema", &a));
    double rank = number(numbers, "rank"), items = number(numbers, "items");
    if (!id.at[0] || !seed.at[0] || !(rank >= 1 && rank <= THAW__RANK_MAX) || !(items >= 1 && items <= INT32_MAX)) {
        st = damaged("the metadata are incomplete or out of bounds");
        goto fail;
    }
    THAW__TRY_GOTO(thaw__model_begin(&m, config, type, (int32_t)rank));
    if (source->mapped) {
        m->map = *source;
        *source = (thaw__file){0};
    }
    m->id = strtoull(id.at, NULL, 16);
    m->config.seed = strtoull(seed.at, NULL, 10);
    m->config.rank = m->rank;
    THAW__TRY_GOTO(read_schema(m, schema));
    THAW__TRY_GOTO(read_numbers(m, numbers, format));
    THAW__TRY_GOTO(read_keys(m, file, (int64_t)items));
    THAW__TRY_GOTO(read_tensors(m, file, format));
    if (type->derive) type->derive(m);
    THAW__TRY_GOTO(thaw__model_reserve_codes(m, thaw__n_items(m)));
    thaw__model_code_rows(m);
    *out = m;
fail:
    thaw__free(&a, texts[0]);
    thaw__free(&a, texts[1]);
    if (st != THAW_OK) thaw__model_free(m);
    return st;
}

thaw_status thaw__model_load(thaw_model **out, thaw__file *file, const thaw_config *config, thaw__find_type find)
{
    thaw__safetensors tensors;
    THAW__TRY(thaw__safetensors_open(&tensors, file->bytes, file->size));
    const thaw__model_type *type;
    int format = 0;
    THAW__TRY(check_version(&tensors, &format, &type, find));
    return read_model(out, &tensors, config, file, type, format);
}
