/* SPDX-License-Identifier: Apache-2.0
 * The encoder: named feature columns to sparse rows f, the input of the priors (docs/rating-model.md, eq. 2).
 *
 * A token has one coordinate, of value 1, if enough rows have it; a sequence sets one for each token. A number sets two
 * neighbouring piecewise linear "hat" functions, which sum to 1, at quantiles of its column (knots), so that a linear
 * prior can follow a curve. Missing values set nothing. Text columns have no coordinates.
 */
#ifndef THAW_ENCODER_H
#define THAW_ENCODER_H

#include <jansson.h>

#include "data.h"
#include "json.h"
#include "sparse.h"

enum { THAW__KNOTS = 8 };

typedef struct thaw__feature {
    char name[THAW__NAME_MAX + 1];
    int32_t type;
    int32_t first; /* the coordinates are first … first + width - 1 */
    int32_t width;
    thaw__keymap tokens;      /* [width] token types */
    float knots[THAW__KNOTS]; /* [width] ascending; float types */
} thaw__feature;

typedef struct thaw__features {
    thaw_allocator allocator;
    thaw__feature *columns;
    size_t n;
    int32_t width; /* number of coordinates */
} thaw__features;

void thaw__features_free(thaw__features *f);

/** A deep copy into a zeroed struct; to be freed also on error. */
thaw_status thaw__features_copy(thaw__features *out, const thaw__features *from, const thaw_allocator *a);

/** Learn coordinates from a table; tokens on fewer than min_count rows have none. */
thaw_status thaw__features_learn(thaw__features *out, const thaw__table *table, int32_t min_count,
                                 const thaw_allocator *allocator);

/** Encode the given rows of a table (-1: an empty row) as sparse rows [n, width]. */
thaw_status thaw__features_encode(const thaw__features *f, thaw__sparse *out, const thaw__table *table,
                                  const int64_t *rows, int64_t n);

/** Encode one value of a column, given as text: calls set(ctx, coordinate, value) for each coordinate. */
thaw_status thaw__features_parse(const thaw__feature *column, const char *text,
                                 void (*set)(void *ctx, int32_t coordinate, float value), void *ctx);

/** The column of a name, or NULL. */
const thaw__feature *thaw__features_find(const thaw__features *f, const char *name);

/** To JSON, for the schema of a file (NULL: out of memory), and from it. */
json_t *thaw__features_to_json(const thaw__features *f);
thaw_status thaw__features_from_json(thaw__features *out, thaw__json json, const thaw_allocator *allocator);

#endif
