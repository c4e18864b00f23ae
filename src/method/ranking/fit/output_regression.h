/* SPDX-License-Identifier: Apache-2.0
 * Output regression: a ridge regression that corrects the output embeddings by what came next, over episodes of all
 * users (docs/ranking-training.md, equation 7).
 *
 *     F <- F + R,   R' = (S + rho tr(S)/d I)^-1 sum_e x_e (y_e - z_e)',   x = gain w,  S = sum_e x_e x_e'
 *
 * y - z over the catalogue is never formed: z_j = basis_j . c + sparse_j, so the sum is one product with the basis,
 * plus sparse terms.
 */
#ifndef THAW_OUTPUT_REGRESSION_H
#define THAW_OUTPUT_REGRESSION_H

#include "episode.h"

typedef struct thaw__output_regression {
    const thaw_model *m;
    const thaw__basis *basis;
    const thaw__histories *histories;
    const int64_t *users; /* [n] indices into the histories */
    int64_t n;
    thaw__episode *episode;
    float *cross;  /* [width, stride] sum of c x' */
    float *target; /* [items, stride] sum over episodes of (y - z) x', after thaw__output_regression_end() */
    float *state;  /* [rank, stride] S */
    float *R;      /* [items, stride] the last solution */
} thaw__output_regression;

/** Begin the sums, which serve any number of ridges. Free it also on error. */
thaw_status thaw__output_regression_begin(thaw__output_regression *out, const thaw_model *m, const thaw__basis *basis,
                                          const thaw__histories *h, const int64_t *users, int64_t n);

/** Add the episodes of users first … first + n - 1. */
void thaw__output_regression_add(thaw__output_regression *r, int64_t first, int64_t n);

/** Finish the sums. */
void thaw__output_regression_end(thaw__output_regression *r);
void thaw__output_regression_free(thaw__output_regression *r);

/** Solve for R; ridge is rho. */
thaw_status thaw__output_regression_solve(thaw__output_regression *r, float ridge);

/** F += share R in the basis. */
void thaw__output_regression_apply(thaw__basis *basis, const float *R, float share);

#endif
