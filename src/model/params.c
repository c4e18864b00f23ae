/* SPDX-License-Identifier: Apache-2.0
 * Walking the parameter table: memory, values, hash, checks. */
#include "params.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "status.h"

void thaw__params_add(thaw__params *t, const thaw__param *rows, int n)
{
    for (int k = 0; k < n && t->n < THAW__PARAMS; k++) t->row[t->n++] = rows[k];
}

size_t thaw__param_count(const thaw__param *p)
{
    return p->rows == THAW__NUMBER ? 1 : (size_t)p->rows * (size_t)(p->columns ? p->columns : 1);
}

size_t thaw__param_bytes(const thaw__param *p)
{
    return thaw__param_count(p) * thaw__dtype_size(p->type);
}

void *thaw__param_data(const thaw__param *p)
{
    void *array;
    if (p->rows == THAW__NUMBER) return p->at;
    memcpy(&array, p->at, sizeof array);
    return array;
}

void thaw__param_set(const thaw__param *p, void *array)
{
    memcpy(p->at, &array, sizeof array);
}

static int is_array(const thaw__param *p)
{
    return p->rows != THAW__NUMBER;
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

thaw_status thaw__params_allocate(const thaw__params *t, const thaw_allocator *a)
{
    for (int k = 0; k < t->n; k++) {
        const thaw__param *p = &t->row[k];
        if (!is_array(p) || thaw__param_data(p)) continue;
        size_t count = 0;
        THAW__TRY(thaw__add_size(&count, (size_t)p->rows, (size_t)(p->columns ? p->columns : 1)));
        void *array = thaw__alloc0(a, count, thaw__dtype_size(p->type));
        if (!array) return THAW_E_NOMEM;
        thaw__param_set(p, array);
    }
    return THAW_OK;
}

void thaw__param_release(const thaw__param *p, const thaw__file *map, const thaw_allocator *a)
{
    void *array = thaw__param_data(p);
    const char *at = array;
    const int mapped = map->bytes && at >= map->bytes && at < map->bytes + map->size;
    if (!mapped) thaw__free(a, array);
}

void thaw__params_free(const thaw__params *t, const thaw__file *map, const thaw_allocator *a)
{
    for (int k = 0; k < t->n; k++) {
        if (!is_array(&t->row[k])) continue;
        thaw__param_release(&t->row[k], map, a);
        thaw__param_set(&t->row[k], NULL);
    }
}

thaw_status thaw__params_copy(const thaw__params *to, const thaw__params *from, const thaw_allocator *a)
{
    for (int k = 0; k < from->n; k++) {
        const thaw__param *p = &from->row[k];
        const void *data = thaw__param_data(p);
        if (!is_array(p)) memcpy(to->row[k].at, data, thaw__param_bytes(p));
        if (!is_array(p) || !data) continue;
        void *array = thaw__dup(a, data, thaw__param_count(p), thaw__dtype_size(p->type));
        if (!array) return THAW_E_NOMEM;
        thaw__param_set(&to->row[k], array);
    }
    return THAW_OK;
}

/* A copy of the first n_old rows of an array, followed by zeros up to n rows; NULL: out of memory. */
static void *resized(const thaw__param *p, int64_t n_old, int64_t n, const thaw_allocator *a)
{
    const size_t size = thaw__dtype_size(p->type), columns = (size_t)(p->columns ? p->columns : 1);
    const size_t used = (size_t)n_old * columns;
    size_t count = 0;
    if (thaw__add_size(&count, (size_t)n, columns) != THAW_OK) return NULL;
    char *array = thaw__alloc(a, count, size);
    if (!array) return NULL;
    if (used) memcpy(array, thaw__param_data(p), used * size);
    memset(array + used * size, 0, (count - used) * size);
    return array;
}

thaw_status thaw__params_resize(const thaw__params *t, int64_t n_old, int64_t n, const thaw__file *map,
                                const thaw_allocator *a)
{
    void *next[THAW__PARAMS] = {NULL};
    thaw_status st = THAW_OK;
    for (int k = 0; k < t->n && st == THAW_OK; k++)
        if (t->row[k].role & THAW__PER_ITEM && !(next[k] = resized(&t->row[k], n_old, n, a))) st = THAW_E_NOMEM;
    for (int k = 0; k < t->n; k++) {
        if (!next[k]) continue;
        if (st == THAW_OK) thaw__param_release(&t->row[k], map, a);
        if (st == THAW_OK) thaw__param_set(&t->row[k], next[k]);
        else thaw__free(a, next[k]);
    }
    return st;
}

/* ---- content ----------------------------------------------------------------------------------------------------- */

static double element(thaw__dtype type, const char *at)
{
    uint8_t u8;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    switch (type) {
    case THAW__U8: return memcpy(&u8, at, sizeof u8), u8;
    case THAW__I32: return memcpy(&i32, at, sizeof i32), i32;
    case THAW__I64: return memcpy(&i64, at, sizeof i64), (double)i64;
    case THAW__F32: return memcpy(&f32, at, sizeof f32), (double)f32;
    default: return memcpy(&f64, at, sizeof f64), f64;
    }
}

double thaw__param_number(const thaw__param *p)
{
    return element(p->type, p->at);
}

void thaw__param_set_number(const thaw__param *p, double x)
{
    const int32_t i32 = p->type == THAW__I32 ? (int32_t)x : 0;
    const int64_t i64 = p->type == THAW__I64 ? (int64_t)x : 0;
    const float f32 = (float)x;
    switch (p->type) {
    case THAW__I32: memcpy(p->at, &i32, sizeof i32); break;
    case THAW__I64: memcpy(p->at, &i64, sizeof i64); break;
    case THAW__F32: memcpy(p->at, &f32, sizeof f32); break;
    default: memcpy(p->at, &x, sizeof x);
    }
}

uint64_t thaw__params_hash(const thaw__params *t, uint64_t seed)
{
    for (int k = 0; k < t->n; k++)
        if (t->row[k].role & THAW__IN_ID)
            seed = XXH3_64bits_withSeed(thaw__param_data(&t->row[k]), thaw__param_bytes(&t->row[k]), seed);
    return seed;
}

/* The compiler vectorises the loop. */
static int floats_are_within(float low, float high, const char *at, size_t n)
{
    int outside = 0;
    for (size_t k = 0; k < n; k++) {
        float x;
        memcpy(&x, at + k * sizeof x, sizeof x);
        outside |= !((x >= low) & (x <= high));
    }
    return !outside;
}

int thaw__param_is_sound(const thaw__param *p, const void *data)
{
    const size_t n = thaw__param_count(p), size = thaw__dtype_size(p->type);
    const char *at = data;
    const int bounded = p->low != 0 || p->high != 0;
    if (!bounded && p->type == THAW__F32) return floats_are_within(-THAW__PARAM_MOST, THAW__PARAM_MOST, at, n);
    if (p->type == THAW__F32) return floats_are_within((float)p->low, (float)p->high, at, n);
    if (!bounded && p->type != THAW__F64) return 1;
    for (size_t k = 0; k < n; k++) {
        const double x = element(p->type, at + k * size);
        if (!isfinite(x) || (bounded && !(x >= p->low && x <= p->high))) return 0;
    }
    return 1;
}

thaw_status thaw__params_check(const thaw__params *t)
{
    for (int k = 0; k < t->n; k++)
        if (!(t->row[k].role & THAW__COLD) && !thaw__param_is_sound(&t->row[k], thaw__param_data(&t->row[k])))
            return thaw__fail(THAW_E_NUMERIC, "%s of the model is not finite or out of bounds", t->row[k].name);
    return THAW_OK;
}
