/* SPDX-License-Identifier: Apache-2.0
 * The scoring rows, by regression: what users did next on the beliefs their supports gave, over episodes of all users.
 *
 *     F <- F + R,   R' = (S + rho tr(S)/d I)^-1 sum_e x_e (y_e - z_e)',   x = gain w,  S = sum_e x_e x_e'
 *
 * y - z over the catalogue is never formed: z is basis_j . c, so the sum is one product with the basis, plus sparse terms.
 */
#ifndef THAW_READOUT_H
#define THAW_READOUT_H

#include "episode.h"

typedef struct thaw__readout {
    const thaw_model *m;
    const thaw__basis *basis;
    const thaw__journeys *j;
    const int64_t *users; /* [n] numbers of journeys */
    int64_t n;
    thaw__episode *episode;
    float *cross;         /* [width, stride] sum of c x' */
    float *target;        /* [items, stride] sum over episodes of (y - z) x', once ended */
    float *state;         /* [rank, stride]  S */
    float *R;             /* [items, stride] the last solution */
} thaw__readout;

/** Take the sums over users: once, for any number of ridges. Free it also on error. */
thaw_status thaw__readout_begin(thaw__readout *out, const thaw_model *m, const thaw__basis *basis, const thaw__journeys *j,
                                const int64_t *users, int64_t n);
void thaw__readout_add_users(thaw__readout *r, int64_t first, int64_t n);
void thaw__readout_end(thaw__readout *r);
void thaw__readout_free(thaw__readout *r);

/** R from the sums; ridge is rho. */
thaw_status thaw__readout_solve(thaw__readout *r, float ridge);

/** F += share R in the basis. */
void thaw__readout_add(thaw__basis *basis, const float *R, float share);

#endif
