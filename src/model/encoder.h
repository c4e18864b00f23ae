/* SPDX-License-Identifier: Apache-2.0
 * From named feature columns to sparse rows f: the coordinates in which priors are conditioned.
 *
 * Token columns give one coordinate of value 1 per value seen often enough; a sequence sets several. Float columns
 * give piecewise linear "hat" functions at quantiles of the column: x between knots k and k + 1 sets those two, summing
 * to 1, so that a linear prior bends where the data do. Missing values set nothing. Text is kept by the data set only.
 */
#ifndef THAW_ENCODER_H
#define THAW_ENCODER_H

#include <jansson.h>

#include "data.h"
#include "sparse.h"

enum { THAW__KNOTS = 8 };

typedef struct thaw__feature {
    char name[THAW__NAME_MAX + 1];
    int32_t type;
    int32_t first;            /* its coordinates are first … first + width - 1 */
    int32_t width;
    thaw__keymap tokens;      /* [width] token types */
    float knots[THAW__KNOTS]; /* [width] ascending; float types */
} thaw__feature;

typedef struct thaw__features {
    thaw_allocator allocator;
    thaw__feature *columns;
    size_t n;
    int32_t width;            /* coordinates in all */
} thaw__features;

void thaw__features_free(thaw__features *f);

/** A deep copy into a zeroed one; free it also on error. */
thaw_status thaw__features_copy(thaw__features *out, const thaw__features *from, const thaw_allocator *a);

/** Learn the coordinates from a table; values on fewer than min_count rows get none. */
thaw_status thaw__features_learn(thaw__features *out, const thaw__table *table, int32_t min_count,
                                 const thaw_allocator *allocator);

/** Encode the given rows of a table (-1: an empty row) as sparse rows [n, width]. */
thaw_status thaw__features_encode(const thaw__features *f, thaw__sparse *out, const thaw__table *table,
                                  const int64_t *rows, int64_t n);

/** Encode one value of a column given as text, calling set(ctx, coordinate, value) for each coordinate. */
thaw_status thaw__features_parse(const thaw__feature *column, const char *text,
                                 void (*set)(void *ctx, int32_t coordinate, float value), void *ctx);

/** The column of a name, or NULL. */
const thaw__feature *thaw__features_find(const thaw__features *f, const char *name);

/** To and from the JSON of the file's schema; NULL: out of memory. */
json_t *thaw__features_to_json(const thaw__features *f);
thaw_status thaw__features_from_json(thaw__features *out, const json_t *json, const thaw_allocator *allocator);

#endif
