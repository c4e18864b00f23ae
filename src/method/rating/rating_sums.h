/* SPDX-License-Identifier: Apache-2.0
 * What users add to the sufficient statistics of a model: sums, so those of disjoint users add up, whoever made them. */
#ifndef THAW_RATING_SUMS_H
#define THAW_RATING_SUMS_H

#include "rating.h"
#include "prior_fit.h"

/* omega is an event's weight (its age, its Student-t weight); w~ = [w, 1]; E is over the user's posterior N(m, P). */
typedef struct thaw__rating_sums {
    int64_t n_items, packed;
    int32_t rank, dim;
    double users, events;
    double error;         /* sum of E[(z - p.w - base)^2] over events */
    float *square;        /* [n_items, packed] sum of omega E[w~ w~'], off-diagonals doubled */
    float *linear;        /* [n_items, dim]    sum of omega z E[w~] */
    float *chosen;        /* [n_items, rank]   sum of m - m0 of those who rated it */
    double *energy;       /* [n_items]         sum of omega z^2 */
    double *count;        /* [n_items]         events */
    double *scatter;      /* [rank, rank]      sum over users of (m - m0)(m - m0)' + P */
    double *moment;       /* [rank, rank]      sum over users of m0 m0' */
    thaw__prior_fit user; /* of m - m0 on user features */
} thaw__rating_sums;

thaw_status thaw__rating_sums_init(thaw__rating_sums *out, const thaw_model *m);
void thaw__rating_sums_free(thaw__rating_sums *c, const thaw_allocator *a);

#endif
