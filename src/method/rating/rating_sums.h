/* SPDX-License-Identifier: Apache-2.0
 * The sufficient statistics of a rating model (docs/rating-model.md, eq. 7): unnormalised sums over users. Sums of
 * disjoint users add up, whichever thread or machine computed them. */
#ifndef THAW_RATING_SUMS_H
#define THAW_RATING_SUMS_H

#include "prior_fit.h"
#include "rating.h"

/* omega is the weight of an event (by age, and eq. 6); w~ = [w; 1]; E is over the posterior N(m, P) of the user. */
typedef struct thaw__rating_sums {
    int64_t n_items, packed;
    int32_t rank, dim;
    double users, events;
    double error;                /* sum over events of E[(z - bias - p.w)^2] */
    float *ww;                   /* [n_items, packed] sum of omega E[w~ w~'], off-diagonals doubled */
    float *zw;                   /* [n_items, dim]    sum of omega z E[w~] */
    double *zz;                  /* [n_items]         sum of omega z^2 */
    float *rater_residual;       /* [n_items, rank]   sum of m - m0 over the raters of the item */
    double *count;               /* [n_items]         events */
    double *scatter;             /* [rank, rank]      sum over users of (m - m0)(m - m0)' + P; lower triangle */
    double *prior_second_moment; /* [rank, rank]      sum over users of m0 m0'; lower triangle */
    thaw__prior_fit user;        /* of m - m0 on user features */
} thaw__rating_sums;

/** Zeros in the shapes of the model; freed on error. */
thaw_status thaw__rating_sums_init(thaw__rating_sums *out, const thaw_model *m);
void thaw__rating_sums_free(thaw__rating_sums *c, const thaw_allocator *a);

#endif
