/* SPDX-License-Identifier: Apache-2.0
 * Events from arrays of offsets and bytes (Arrow's variable-size binary layout,
 * https://arrow.apache.org/docs/format/Columnar.html) and from numbers with a stride. The api room has checked sizes,
 * types and strides; offsets and strings are checked here, one by one. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "events.h"
#include "status.h"

/* Arrays of other languages need not be aligned. */
static int64_t offset_at(const thaw_string_array *column, int64_t i)
{
    const char *at = (const char *)column->offsets + i * column->offset_size;
    int32_t i32;
    int64_t i64;
    if (column->offset_size == 4) return memcpy(&i32, at, sizeof i32), i32;
    return memcpy(&i64, at, sizeof i64), i64;
}

/* String i; `none` if there is no column. */
static thaw_status string_at(thaw__text *out, const char *name, const thaw_string_array *column, const char *none,
                             int64_t i)
{
    if (!column->offsets) return *out = thaw__text_of(none), THAW_OK;
    const int64_t from = offset_at(column, i), to = offset_at(column, i + 1);
    if (from < 0 || to < from || to > column->n_bytes)
        return thaw__fail(THAW_E_RANGE,
                          "offsets of %s are %" PRId64 " and %" PRId64 "; must ascend from 0 to n_bytes, %" PRId64,
                          name, from, to, column->n_bytes);
    *out = (thaw__text){to > from ? column->bytes + from : "", (size_t)(to - from)};
    if (memchr(out->at, 0, out->n)) return thaw__fail(THAW_E_RANGE, "a string of %s has a zero byte", name);
    return THAW_OK;
}

/* Number i; NaN if there is no column. */
static double number_at(const thaw_number_array *column, int64_t i)
{
    if (!column->values) return NAN;
    const int64_t stride = column->stride ? column->stride : thaw__number_bytes(column->type);
    const char *at = (const char *)column->values + i * stride;
    float f32;
    double f64;
    int32_t i32;
    int64_t i64;
    switch (column->type) {
    case THAW_NUMBER_FLOAT32: return memcpy(&f32, at, sizeof f32), (double)f32;
    case THAW_NUMBER_FLOAT64: return memcpy(&f64, at, sizeof f64), f64;
    case THAW_NUMBER_INT32: return memcpy(&i32, at, sizeof i32), (double)i32;
    default: return memcpy(&i64, at, sizeof i64), (double)i64;
    }
}

static thaw_status array_event(thaw__event_text *out, const void *source, int64_t i)
{
    const thaw_event_arrays *a = source;
    out->value = number_at(&a->values, i);
    out->time = number_at(&a->times, i);
    THAW__TRY(string_at(&out->user, "users", &a->users, NULL, i));
    THAW__TRY(string_at(&out->item, "items", &a->items, NULL, i));
    THAW__TRY(string_at(&out->event, "events", &a->events, "rating", i));
    return string_at(&out->basket, "baskets", &a->baskets, NULL, i);
}

thaw_status thaw__data_add_event_arrays(thaw_data *data, const thaw_event_arrays *arrays, int64_t n)
{
    return thaw__data_add_all(data, array_event, arrays, n);
}
