/* SPDX-License-Identifier: Apache-2.0
 * A prior mean that is linear in features (docs/rating-model.md, eq. 2):
 *
 *     E[v | f] = centre + sum over the columns c that are present of (f_c W_c - mean_c)
 *
 * mean_c is the average of f_c W_c over the rows that have column c, so a missing column changes nothing and a row
 * without features has the centre. The prior of items is over [p_i; bias_i], that of users over w_u with centre 0.
 */
#ifndef THAW_PRIOR_H
#define THAW_PRIOR_H

#include "encoder.h"
#include "params.h"

typedef struct thaw__prior {
    thaw__features features;
    int32_t dim;
    float *centre;       /* [dim] */
    float *weights;      /* [features.width, dim] W */
    float *column_mean;  /* [features.n, dim] mean_c */
    float *total_weight; /* [features.width] total weight of the rows that have the coordinate */
    float *ridge;        /* [features.n] lambda_c, eq. 11 */
} thaw__prior;

/** Zero weights; takes ownership of features. */
thaw_status thaw__prior_init(thaw__prior *out, thaw__features *features, int32_t dim);
void thaw__prior_free(thaw__prior *p);

/** Copy features and dim only; to be freed also on error. */
thaw_status thaw__prior_copy_features(thaw__prior *out, const thaw__prior *from, const thaw_allocator *a);

/** Append the rows of the parameter table, named for items or users. centre_roles are added to the roles of the
 *  centre. */
void thaw__prior_params(thaw__prior *p, int of_users, unsigned centre_roles, thaw__params *out);

/** mean [dim] of row r of encoded features. */
void thaw__prior_mean(const thaw__prior *p, float *mean, const thaw__sparse *rows, int64_t r);

/** kappa of row r (eq. 10), the factor on its prior covariance because W is uncertain: 1 + sum f_g^2 / (total_weight_g
 *  + ridge_c). */
float thaw__prior_widening(const thaw__prior *p, const thaw__sparse *rows, int64_t r);

/** The column of a coordinate. */
int32_t thaw__prior_column(const thaw__prior *p, int32_t coordinate);

#endif
