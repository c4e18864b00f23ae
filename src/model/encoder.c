/* SPDX-License-Identifier: Apache-2.0
 * The encoder: learning coordinates, encoding tables and single values, JSON. */
#include "encoder.h"

#include <math.h>
#include <string.h>

#include "number.h"
#include "sort.h"
#include "status.h"

static int is_token(int32_t type)
{
    return type == THAW_TYPE_TOKEN || type == THAW_TYPE_TOKEN_SEQ;
}

void thaw__features_free(thaw__features *f)
{
    for (size_t c = 0; c < f->n; c++) thaw__keymap_free(&f->columns[c].tokens);
    thaw__free(&f->allocator, f->columns);
    *f = (thaw__features){.allocator = f->allocator};
}

thaw_status thaw__features_copy(thaw__features *out, const thaw__features *from, const thaw_allocator *a)
{
    out->allocator = *a;
    out->width = from->width;
    if (!from->columns) return THAW_OK;
    out->columns = thaw__alloc0(a, from->n, sizeof *out->columns);
    if (!out->columns) return THAW_E_NOMEM;
    for (; out->n < from->n; out->n++) {
        thaw__feature *to = &out->columns[out->n];
        *to = from->columns[out->n];
        thaw__keymap_init(&to->tokens, a);
        THAW__TRY(thaw__keymap_copy(&to->tokens, &from->columns[out->n].tokens, a));
    }
    return THAW_OK;
}

/* Keep the tokens with at least min_count occurrences, in the order of the column's vocabulary. */
static thaw_status learn_tokens(thaw__feature *out, const thaw__column *column, int32_t min_count,
                                const thaw_allocator *a)
{
    int64_t *counts = thaw__alloc0(a, (size_t)column->tokens.n, sizeof *counts);
    if (!counts) return THAW_E_NOMEM;
    for (int64_t r = 0; r < column->n_rows; r++)
        for (int32_t k = 0; k < column->count[r]; k++) counts[column->ids[column->first[r] + k]]++;

    thaw_status st = THAW_OK;
    for (int64_t t = 0; st == THAW_OK && t < column->tokens.n; t++) {
        const char *token = thaw__keymap_key(&column->tokens, t);
        int64_t row;
        if (counts[t] >= min_count) st = thaw__keymap_add(&out->tokens, &row, token, strlen(token));
    }
    out->width = (int32_t)out->tokens.n;
    thaw__free(a, counts);
    return st;
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Knots at THAW__KNOTS evenly spaced quantiles, without repeats. */
static thaw_status learn_knots(thaw__feature *out, const thaw__column *column, const thaw_allocator *a)
{
    size_t n = 0;
    float *sorted = thaw__alloc(a, column->n_pool, sizeof *sorted);
    if (!sorted) return THAW_E_NOMEM;
    for (int64_t r = 0; r < column->n_rows; r++)
        for (int32_t k = 0; k < column->count[r]; k++) sorted[n++] = column->numbers[column->first[r] + k];
    thaw__sort(sorted, n, sizeof *sorted, ascending);
    for (size_t k = 0; n && k < THAW__KNOTS; k++) {
        float knot = sorted[(size_t)((double)k / (THAW__KNOTS - 1) * (double)(n - 1))];
        if (out->width == 0 || knot > out->knots[out->width - 1]) out->knots[out->width++] = knot;
    }
    thaw__free(a, sorted);
    return THAW_OK;
}

thaw_status thaw__features_learn(thaw__features *out, const thaw__table *table, int32_t min_count,
                                 const thaw_allocator *allocator)
{
    *out = (thaw__features){.allocator = *allocator};
    out->columns = thaw__alloc0(allocator, table->n_columns, sizeof *out->columns);
    if (!out->columns) return THAW_E_NOMEM;
    int64_t width = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const thaw__column *column = &table->columns[c];
        if (column->type == THAW_TYPE_TEXT) continue;
        thaw__feature *f = &out->columns[out->n++];
        memcpy(f->name, column->name, sizeof f->name);
        f->type = column->type;
        thaw__keymap_init(&f->tokens, allocator);
        thaw_status st =
            is_token(f->type) ? learn_tokens(f, column, min_count, allocator) : learn_knots(f, column, allocator);
        width += f->width;
        if (st == THAW_OK && width > INT32_MAX) st = thaw__fail(THAW_E_RANGE, "more than %d feature values", INT32_MAX);
        if (st != THAW_OK) {
            thaw__features_free(out);
            return st;
        }
        f->first = out->width;
        out->width = (int32_t)width;
    }
    return THAW_OK;
}

typedef void (*setter)(void *ctx, int32_t coordinate, float value);

/* Set the one or two hat functions that are not 0 at x. */
static void set_number(const thaw__feature *f, float x, setter set, void *ctx)
{
    int32_t last = f->width - 1;
    if (last < 0) return;
    if (x <= f->knots[0]) set(ctx, f->first, 1);
    else if (x >= f->knots[last]) set(ctx, f->first + last, 1);
    else {
        int32_t k = 0;
        while (x >= f->knots[k + 1]) k++;
        float part = (x - f->knots[k]) / (f->knots[k + 1] - f->knots[k]);
        set(ctx, f->first + k, 1 - part);
        set(ctx, f->first + k + 1, part);
    }
}

const thaw__feature *thaw__features_find(const thaw__features *f, const char *name)
{
    for (size_t c = 0; c < f->n; c++)
        if (strcmp(f->columns[c].name, name) == 0) return &f->columns[c];
    return NULL;
}

/* The values of a sequence are separated by spaces. */
thaw_status thaw__features_parse(const thaw__feature *column, const char *text, setter set, void *ctx)
{
    int sequence = column->type == THAW_TYPE_TOKEN_SEQ || column->type == THAW_TYPE_FLOAT_SEQ;
    while (*text) {
        size_t length = sequence ? strcspn(text, " ") : strlen(text);
        if (is_token(column->type)) {
            int64_t token = thaw__keymap_find(&column->tokens, text, length);
            if (token >= 0) set(ctx, column->first + (int32_t)token, 1);
        } else if (length) {
            double x;
            if (!thaw__number_parse(&x, text, length) || !isfinite((float)x))
                return thaw__fail(THAW_E_RANGE, "%s is \"%.40s\"; must be a finite number", column->name, text);
            set_number(column, (float)x, set, ctx);
        }
        text += length + (text[length] == ' ');
    }
    return THAW_OK;
}

/* A learned column, the column of a table with the same name, and the coordinates of that column's tokens. */
typedef struct match {
    const thaw__feature *feature;
    const thaw__column *column;
    int32_t *coordinate; /* [column->tokens.n] -1: none; NULL for numbers */
} match;

/* Counts entries, and with `write` writes them. */
typedef struct filler {
    thaw__sparse *rows;
    int64_t at; /* the next entry */
    int write;
} filler;

static void fill(void *ctx, int32_t coordinate, float value)
{
    filler *f = ctx;
    if (f->write) {
        f->rows->column[f->at] = coordinate;
        f->rows->value[f->at] = value;
    }
    f->at++;
}

static void encode_row(const match *matches, size_t n_matches, int64_t row, filler *out)
{
    for (size_t m = 0; m < n_matches; m++) {
        const thaw__column *column = matches[m].column;
        if (row < 0 || row >= column->n_rows) continue;
        for (int32_t k = 0; k < column->count[row]; k++) {
            int64_t at = column->first[row] + k;
            if (!matches[m].coordinate) set_number(matches[m].feature, column->numbers[at], fill, out);
            else if (matches[m].coordinate[column->ids[at]] >= 0) fill(out, matches[m].coordinate[column->ids[at]], 1);
        }
    }
}

static thaw_status match_columns(const thaw__features *f, match *matches, size_t *n, const thaw__table *table)
{
    for (size_t c = 0; c < f->n; c++) {
        const thaw__feature *feature = &f->columns[c];
        const thaw__column *column = thaw__table_column(table, feature->name);
        if (!column) continue;
        if (is_token(column->type) != is_token(feature->type))
            return thaw__fail(THAW_E_MISMATCH, "the feature %s had another type in training", feature->name);
        match *m = &matches[(*n)++];
        *m = (match){feature, column, NULL};
        if (!is_token(feature->type)) continue;
        m->coordinate = thaw__alloc(&f->allocator, (size_t)column->tokens.n, sizeof *m->coordinate);
        if (!m->coordinate) return THAW_E_NOMEM;
        for (int64_t t = 0; t < column->tokens.n; t++) {
            const char *token = thaw__keymap_key(&column->tokens, t);
            int64_t known = thaw__keymap_find(&feature->tokens, token, strlen(token));
            m->coordinate[t] = known < 0 ? -1 : feature->first + (int32_t)known;
        }
    }
    return THAW_OK;
}

thaw_status thaw__features_encode(const thaw__features *f, thaw__sparse *out, const thaw__table *table,
                                  const int64_t *rows, int64_t n)
{
    const thaw_allocator *a = &f->allocator;
    *out = (thaw__sparse){.n = n};
    size_t n_matches = 0;
    match *matches = thaw__alloc0(a, f->n, sizeof *matches);
    out->start = thaw__alloc0(a, (size_t)n + 1, sizeof *out->start);
    thaw_status st = matches && out->start ? match_columns(f, matches, &n_matches, table) : THAW_E_NOMEM;
    if (st != THAW_OK) goto done;

    filler counter = {out, 0, 0}, writer = {out, 0, 1};
    for (int64_t r = 0; r < n; r++) {
        encode_row(matches, n_matches, rows[r], &counter);
        out->start[r + 1] = counter.at;
    }
    out->column = thaw__alloc(a, (size_t)counter.at, sizeof *out->column);
    out->value = thaw__alloc(a, (size_t)counter.at, sizeof *out->value);
    if (!out->column || !out->value) {
        st = THAW_E_NOMEM;
        goto done;
    }
    for (int64_t r = 0; r < n; r++) encode_row(matches, n_matches, rows[r], &writer);
done:
    for (size_t m = 0; m < n_matches; m++) thaw__free(a, matches[m].coordinate);
    thaw__free(a, matches);
    if (st != THAW_OK) thaw__sparse_free(out, a);
    return st;
}

/* NULL if out of memory, never a list with missing values: that would load as another model. */
static json_t *column_to_json(const thaw__feature *f)
{
    json_t *values = json_array();
    int failed = !values;
    for (int32_t k = 0; !failed && k < f->width; k++) {
        json_t *value =
            is_token(f->type) ? json_string(thaw__keymap_key(&f->tokens, k)) : json_real((double)f->knots[k]);
        failed = json_array_append_new(values, value);
    }
    json_t *column = NULL;
    if (!failed) column = json_pack("{s:s, s:i, s:O}", "name", f->name, "type", (int)f->type, "values", values);
    json_decref(values);
    return column;
}

json_t *thaw__features_to_json(const thaw__features *f)
{
    json_t *list = json_array();
    for (size_t c = 0; list && c < f->n; c++) {
        if (json_array_append_new(list, column_to_json(&f->columns[c])) == 0) continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

/* Value k of a column, which must be new, or above the value before. */
static thaw_status value_from_json(thaw__feature *f, thaw__json value, int64_t k, const thaw_allocator *allocator)
{
    char *token;
    size_t n;
    int64_t row = -1;
    double number = (double)NAN;
    if (!is_token(f->type)) {
        thaw__json_number(&number, value);
        f->knots[k] = (float)number;
        return isfinite(f->knots[k]) && (k == 0 || f->knots[k] > f->knots[k - 1]) ? THAW_OK : THAW_E_FORMAT;
    }
    THAW__TRY(thaw__json_string(&token, &n, value, allocator));
    const thaw_status st = token ? thaw__keymap_add(&f->tokens, &row, token, n) : THAW_E_FORMAT;
    thaw__free(allocator, token);
    return st != THAW_OK || row == k ? st : THAW_E_FORMAT;
}

static thaw_status values_from_json(thaw__feature *f, thaw__json values, const thaw_allocator *allocator)
{
    const size_t n = thaw__json_size(values);
    if (n > INT32_MAX || (!is_token(f->type) && n > THAW__KNOTS))
        return thaw__fail(THAW_E_FORMAT, "the feature %s has %zu values", f->name, n);
    for (thaw__json_cursor c = thaw__json_begin(values); thaw__json_next(&c); f->width++) {
        const thaw_status st = value_from_json(f, c.value, f->width, allocator);
        if (st == THAW_E_FORMAT) return thaw__fail(st, "value %d of the feature %s cannot be read", f->width, f->name);
        if (st != THAW_OK) return st;
    }
    return THAW_OK;
}

static thaw_status column_from_json(thaw__feature *f, thaw__json json, const thaw_allocator *allocator)
{
    char *name;
    size_t n;
    int64_t type = -1;
    const thaw__json values = thaw__json_get(json, "values");
    thaw__keymap_init(&f->tokens, allocator);
    THAW__TRY(thaw__json_string(&name, &n, thaw__json_get(json, "name"), allocator));
    thaw__json_integer(&type, thaw__json_get(json, "type"));
    const int valid = name && n <= THAW__NAME_MAX && thaw__json_is_array(values) && type >= THAW_TYPE_TOKEN &&
                      type <= THAW_TYPE_FLOAT_SEQ;
    if (valid) memcpy(f->name, name, n + 1);
    thaw__free(allocator, name);
    if (!valid) return thaw__fail(THAW_E_FORMAT, "the schema has a feature that cannot be read");
    f->type = (int32_t)type;
    return values_from_json(f, values, allocator);
}

thaw_status thaw__features_from_json(thaw__features *out, thaw__json json, const thaw_allocator *allocator)
{
    *out = (thaw__features){.allocator = *allocator};
    out->columns = thaw__alloc0(allocator, thaw__json_size(json), sizeof *out->columns);
    if (!out->columns) return THAW_E_NOMEM;
    int64_t width = 0;
    for (thaw__json_cursor c = thaw__json_begin(json); thaw__json_next(&c);) {
        thaw__feature *f = &out->columns[out->n++];
        thaw_status st = column_from_json(f, c.value, allocator);
        width += f->width;
        if (st == THAW_OK && width > INT32_MAX)
            st = thaw__fail(THAW_E_FORMAT, "more than %d feature values", INT32_MAX);
        if (st != THAW_OK) {
            thaw__features_free(out);
            return st;
        }
        f->first = out->width;
        out->width = (int32_t)width;
    }
    return THAW_OK;
}
