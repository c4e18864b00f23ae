/* SPDX-License-Identifier: Apache-2.0
 * A prior mean that depends on features:   E[v | f] = centre + sum over the columns c that are present (f_c W_c - mean_c)
 *
 * mean_c is what column c adds on average, so a missing column says nothing and a row without features gets the centre.
 * The items' prior gives loadings and base, the users' prior the belief's mean (its centre is zero, docs/rating-model.md eq. 2).
 */
#ifndef THAW_PRIOR_H
#define THAW_PRIOR_H

#include "encoder.h"
#include "params.h"

typedef struct thaw__prior {
    thaw__features features;
    int32_t dim;
    float *centre;      /* [dim] */
    float *weights;     /* [features.width, dim] W */
    float *column_mean; /* [features.n, dim] */
    float *mass;        /* [features.width] how many rows taught each weight */
    float *ridge;       /* [features.n] how many rows the prior of a weight is worth; learned */
} thaw__prior;

/** Zero weights over given features, which move into the prior. */
thaw_status thaw__prior_init(thaw__prior *out, thaw__features *features, int32_t dim);
void thaw__prior_free(thaw__prior *p);

/** Features and dim alone of another one; free it also on error. */
thaw_status thaw__prior_copy_features(thaw__prior *out, const thaw__prior *from, const thaw_allocator *a);

/** Its rows of the parameter table: of items, whose centre is learned and has more roles, or of users, whose centre is zero. */
void thaw__prior_params(thaw__prior *p, int of_users, unsigned centre_roles, thaw__params *out);

/** mean [dim] of row r of encoded features. */
void thaw__prior_mean(const thaw__prior *p, float *mean, const thaw__sparse *rows, int64_t r);

/** How much wider the prior of row r is because its weights are uncertain: 1 + sum f^2 / (mass + ridge). */
float thaw__prior_widening(const thaw__prior *p, const thaw__sparse *rows, int64_t r);

/** The column that holds a coordinate. */
int32_t thaw__prior_column(const thaw__prior *p, int32_t coordinate);

#endif
