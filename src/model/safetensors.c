/* SPDX-License-Identifier: Apache-2.0
 * Writing and checking safetensors files. */
#include "safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "mem.h"
#include "status.h"

enum { PREFIX = 8, DIGITS = 16, HEADER_MAX = 100000000 };

static const char checksum_key[] = "thaw.checksum";
static const char no_digits[DIGITS + 1] = "0000000000000000";

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {{"U8", 1}, {"I32", 4}, {"I64", 8}, {"F32", 4}, {"F64", 8}};

size_t thaw__dtype_size(thaw__dtype type)
{
    return dtypes[type].size;
}

const char *thaw__dtype_name(thaw__dtype type)
{
    return dtypes[type].name;
}

static size_t tensor_size(const thaw__tensor *t)
{
    return (size_t)t->rows * (size_t)(t->columns ? t->columns : 1) * dtypes[t->type].size;
}

static void put_u64(char *at, uint64_t v)
{
    for (int i = 0; i < 8; i++) at[i] = (char)(v >> (8 * i));
}

static uint64_t get_u64(const char *at)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--) v = v << 8 | (uint8_t)at[i];
    return v;
}

/* The 16 digits of the checksum in a header, or NULL. */
static const char *find_digits(const char *header, size_t length)
{
    static const char mark[] = "\"thaw.checksum\":\"";
    const size_t n = sizeof mark - 1;
    for (const char *at = header; (at = memchr(at, '"', length - (size_t)(at - header))) != NULL; at++) {
        if (length - (size_t)(at - header) < n + DIGITS) return NULL;
        if (memcmp(at, mark, n) == 0) return at + n;
    }
    return NULL;
}

/* XXH3 of the spans; the digits, which are in the first span, count as zeros. */
static uint64_t checksum(const thaw__span *spans, size_t n, const char *digits)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    const char *head = spans[0].bytes;
    size_t before = (size_t)(digits - head);
    XXH3_64bits_update(&state, head, before);
    XXH3_64bits_update(&state, no_digits, DIGITS);
    XXH3_64bits_update(&state, digits + DIGITS, spans[0].size - before - DIGITS);
    for (size_t i = 1; i < n; i++)
        if (spans[i].size) XXH3_64bits_update(&state, spans[i].bytes, spans[i].size);
    return XXH3_64bits_digest(&state);
}

static json_t *describe(const thaw__tensor *t, size_t at)
{
    json_t *shape = t->columns ? json_pack("[I,I]", (json_int_t)t->rows, (json_int_t)t->columns)
                               : json_pack("[I]", (json_int_t)t->rows);
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", dtypes[t->type].name, "shape", shape, "data_offsets",
                     (json_int_t)at, (json_int_t)(at + tensor_size(t)));
}

char *thaw__json_text(size_t *length, const json_t *json, size_t flags, const thaw_allocator *allocator)
{
    *length = json_dumpb(json, NULL, 0, flags); /* only measures; 0: failed */
    char *text = *length ? thaw__alloc(allocator, *length + 1, 1) : NULL;
    if (!text) return NULL;
    text[*length] = 0;
    if (json_dumpb(json, text, *length, flags) == *length) return text;
    thaw__free(allocator, text);
    return NULL;
}

/* The header as JSON text; NULL: out of memory. */
static char *header_text(size_t *length, const json_t *metadata, const thaw__tensor *tensors, size_t n,
                         const thaw_allocator *allocator)
{
    json_t *root = json_object(), *meta = json_deep_copy(metadata);
    int failed = json_object_set_new(meta, checksum_key, json_string(no_digits));
    failed |= json_object_set_new(root, "__metadata__", meta);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        failed |= json_object_set_new(root, tensors[i].name, describe(&tensors[i], at));
        at += tensor_size(&tensors[i]);
    }
    char *text = failed ? NULL : thaw__json_text(length, root, JSON_COMPACT, allocator);
    json_decref(root);
    return text;
}

thaw_status thaw__safetensors_spans(thaw__span *spans, char **header, const json_t *metadata,
                                    const thaw__tensor *tensors, size_t n, const thaw_allocator *allocator)
{
    *header = NULL;
    size_t length;
    char *text = header_text(&length, metadata, tensors, n, allocator);
    if (!text) return thaw__fail(THAW_E_NOMEM, "no memory for the file header");
    size_t padded = (PREFIX + length + 63) / 64 * 64;
    thaw_status st = THAW_OK;
    char *bytes = NULL;
    if (padded - PREFIX > HEADER_MAX) {
        st = thaw__fail(THAW_E_RANGE, "the file header has %zu bytes; at most %d are allowed", length, HEADER_MAX);
        goto done;
    }
    bytes = thaw__alloc(allocator, padded, 1);
    if (!bytes) {
        st = THAW_E_NOMEM;
        goto done;
    }
    put_u64(bytes, padded - PREFIX);
    memcpy(bytes + PREFIX, text, length);
    memset(bytes + PREFIX + length, ' ', padded - PREFIX - length);

    spans[0] = (thaw__span){bytes, padded};
    for (size_t i = 0; i < n; i++) spans[i + 1] = (thaw__span){tensors[i].bytes, tensor_size(&tensors[i])};
    const char *digits = find_digits(bytes, padded);
    char hex[DIGITS + 1];
    snprintf(hex, sizeof hex, "%016" PRIx64, checksum(spans, n + 1, digits));
    memcpy(bytes + (digits - bytes), hex, DIGITS);
    *header = bytes;
done:
    thaw__free(allocator, text);
    return st;
}

static thaw_status damaged(const char *what)
{
    return thaw__fail(THAW_E_FORMAT, "not a valid thaw model: %s", what);
}

static int known_dtype(thaw__json name)
{
    for (int i = 0; i < (int)(sizeof dtypes / sizeof *dtypes); i++)
        if (thaw__json_equals(name, dtypes[i].name)) return i;
    return -1;
}

/* The integers of an array of at most `most`: how many, or -1. */
static int integers_of(int64_t *out, int most, thaw__json array)
{
    int n = 0;
    if (!thaw__json_is_array(array)) return -1;
    for (thaw__json_cursor c = thaw__json_begin(array); thaw__json_next(&c); n++)
        if (n == most || !thaw__json_integer(&out[n], c.value)) return -1;
    return n;
}

enum { DIMENSIONS = 8 }; /* of a tensor, at most */

/* Bytes of a tensor by its shape; -1 if the shape is invalid. */
static int64_t shape_size(thaw__json shape, int dtype)
{
    int64_t size = (int64_t)dtypes[dtype].size, extents[DIMENSIONS];
    const int n = integers_of(extents, DIMENSIONS, shape);
    if (n < 0) return -1;
    for (int i = 0; i < n; i++)
        if (extents[i] < 0 || __builtin_mul_overflow(size, extents[i], &size)) return -1;
    return size;
}

/* An entry must have a known type, a shape that agrees with its bytes, and bytes inside the file that begin at *sum,
 * the end of the tensor before. */
static thaw_status check_entry(thaw__json entry, int64_t data_size, int64_t *sum)
{
    int64_t at[2];
    const int dtype = known_dtype(thaw__json_get(entry, "dtype"));
    if (dtype < 0) return damaged("a tensor has no known type");
    if (integers_of(at, 2, thaw__json_get(entry, "data_offsets")) != 2) return damaged("a tensor has no offsets");
    const int64_t begin = at[0], end = at[1];
    if (begin < 0 || end < begin || end > data_size) return damaged("a tensor is outside the file");
    if (shape_size(thaw__json_get(entry, "shape"), dtype) != end - begin)
        return damaged("a tensor's shape does not agree with its size");
    if (begin % (int64_t)dtypes[dtype].size) return damaged("a tensor is not aligned");
    if (begin != *sum) return damaged("tensors overlap, leave a gap or are out of order");
    *sum = end;
    return THAW_OK;
}

static thaw_status read_entries(thaw__safetensors *out, thaw__json header, int64_t data_size)
{
    int64_t sum = 0;
    for (thaw__json_cursor c = thaw__json_begin(header); thaw__json_next(&c);) {
        if (thaw__json_equals(c.key, "__metadata__")) out->metadata = c.value;
        else {
            THAW__TRY(check_entry(c.value, data_size, &sum));
            out->entries[out->n++] = c; /* an object has at most THAW__JSON_MEMBERS */
        }
    }
    if (!thaw__json_is_object(out->metadata)) return damaged("the header has no metadata");
    return sum == data_size ? THAW_OK : damaged("the tensors do not fill the file");
}

thaw_status thaw__safetensors_open(thaw__safetensors *out, const char *bytes, size_t size)
{
    *out = (thaw__safetensors){0};
    if (size < PREFIX) return damaged("shorter than its length field");
    uint64_t length = get_u64(bytes);
    if (length > HEADER_MAX || length > size - PREFIX) return damaged("the header is longer than the file");
    const char *header = bytes + PREFIX;
    const char *digits = find_digits(header, (size_t)length);
    if (length == 0 || header[0] != '{' || !digits) return damaged("no thaw header");

    thaw__span spans[2] = {{bytes, PREFIX + (size_t)length}, {header + length, size - PREFIX - (size_t)length}};
    char hex[DIGITS + 1];
    snprintf(hex, sizeof hex, "%016" PRIx64, checksum(spans, 2, digits));
    if (memcmp(hex, digits, DIGITS) != 0) return damaged("the checksum does not match; it is truncated or damaged");

    thaw__json root;
    THAW__TRY(thaw__json_check(&root, header, (size_t)length, "the header"));
    out->data = header + length;
    return read_entries(out, root, (int64_t)spans[1].size);
}

thaw__json thaw__safetensors_find(const thaw__safetensors *file, const char *name)
{
    for (int k = 0; k < file->n; k++)
        if (thaw__json_equals(file->entries[k].key, name)) return file->entries[k].value;
    return (thaw__json){NULL};
}

thaw_status thaw__safetensors_get(const thaw__safetensors *file, const void **bytes, int64_t *rows, const char *name,
                                  thaw__dtype type, int64_t expected_rows, int64_t expected_columns)
{
    const thaw__json entry = thaw__safetensors_find(file, name);
    if (!entry.at) return thaw__fail(THAW_E_FORMAT, "the tensor %s is missing", name);
    int64_t shape[DIMENSIONS] = {0}, at[2] = {0};
    const int dimensions = integers_of(shape, DIMENSIONS, thaw__json_get(entry, "shape"));
    if (known_dtype(thaw__json_get(entry, "dtype")) != (int)type || dimensions != (expected_columns ? 2 : 1) ||
        (expected_columns && shape[1] != expected_columns) || (expected_rows >= 0 && shape[0] != expected_rows))
        return thaw__fail(THAW_E_FORMAT, "the tensor %s has another type or shape than expected", name);
    integers_of(at, 2, thaw__json_get(entry, "data_offsets"));
    *bytes = file->data + at[0];
    if (rows) *rows = shape[0];
    return THAW_OK;
}

thaw__json thaw__safetensors_meta(const thaw__safetensors *file, const char *key)
{
    return thaw__json_get(file->metadata, key);
}
