/* SPDX-License-Identifier: Apache-2.0
 * What pretraining for ranking takes from journeys: means, covariances and their order, each user weighted n_u^-1/2.
 *
 *     p_i = sum_u w_u [i in u]           popular: the mean of x
 *     C = sum_u w_u x x' - p p' = V V'   kept to its largest eigenvectors, V'V diagonal
 *     o_j(K) = P(j follows | K items)    late popularity at every knot
 *     T_ij = sum_u w_u [i before j]      the directed co-occurrence: sparse, and seen through V as
 *     F = (T' - order o p') V (V'V)^-1,  B = (T - (1 - order) o p') V (V'V)^-1
 *
 * The basis has a row per item [F | B | o over all | o at the knots]: while the rules are learned, every score is a row times
 * a short vector, plus the neighbours.
 */
#ifndef THAW_MOMENTS_H
#define THAW_MOMENTS_H

#include "journeys.h"

typedef struct thaw__basis {
    int64_t items, stride, width; /* width = 2 stride + 16 */
    float *rows;                  /* [items, width] */
} thaw__basis;

/** Where a row's popularity begins: o over all, then at the knots. */
static inline int64_t thaw__basis_popularity(const thaw__basis *b)
{
    return 2 * b->stride;
}

/** The offset of an item at a knot, of which `late` is that among later events; o: its popularity in the basis. */
static inline float thaw__basis_offset(const float *o, int knot, float late)
{
    return (1 - late) * o[0] + late * o[1 + knot];
}

/** Take the moments of n users, numbers of journeys, into m's popular, factor, silent, pull and neighbours, and the basis. */
thaw_status thaw__moments_take(thaw_model *m, thaw__basis *basis, const thaw__journeys *j, const int64_t *users, int64_t n);

/** The moments of further users, seen through the V that m has: popular, order and neighbours become those of these users
 *  alone, and so does the basis; factor, silent and the rules stay. */
thaw_status thaw__moments_more(thaw_model *m, thaw__basis *basis, const thaw__journeys *j, const int64_t *users, int64_t n);
void thaw__basis_free(thaw__basis *b, const thaw_allocator *a);

/** Serving's tables from the basis under the rules: u = F + backward B, o at the knots. */
void thaw__moments_collapse(thaw_model *m, const thaw__basis *basis);

/** pull = V'p, after a change of either. */
void thaw__moments_pull(thaw_model *m);

/* The parts of it. weight [n] of each user, adding up to 1. */
thaw_status thaw__moments_space(thaw_model *m, const thaw__journeys *j, const int64_t *users, const float *weight, int64_t n);
thaw_status thaw__moments_near(thaw_model *m, const thaw__journeys *j, const int64_t *users, const float *weight, int64_t n);

#endif
