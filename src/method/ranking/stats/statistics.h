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
#ifndef THAW_STATISTICS_H
#define THAW_STATISTICS_H

#include "histories.h"

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

/** Moments of users while they are summed, pass by pass: each is begun, users are added to it, and it ends. The passes of one
 *  thaw__statistics come in the order in which they stand here. */
typedef struct thaw__statistics {
    thaw_model *m;
    thaw__basis *basis;
    const thaw__histories *j;
    const int64_t *users;      /* [n] numbers of journeys */
    int64_t n;
    float *weight;             /* [n] of each user, adding up to 1 */
    int64_t width;             /* of the block of vectors */
    int iteration;             /* products with C so far */
    float *now, *next, *small; /* the block [items, width] and C times it; [width, width] */
    float *sums;               /* [longest journey + 1, stride] */
    double after, before;      /* pairs of items by their order */
} thaw__statistics;

/** Begin popularity: m's popular and again, and the basis, which is opened. */
thaw_status thaw__popularity_begin(thaw__statistics *stats, thaw_model *m, thaw__basis *basis, const thaw__histories *j,
                                   const int64_t *users, int64_t n);
void thaw__popularity_add(thaw__statistics *stats, int64_t first, int64_t n);
void thaw__popularity_end(thaw__statistics *stats);

/** The space, V and V'V, by orthogonal iteration: begin and end once for every product with C, until *again is 0. */
thaw_status thaw__space_begin(thaw__statistics *stats);
void thaw__space_add(thaw__statistics *stats, int64_t first, int64_t n);
thaw_status thaw__space_end(thaw__statistics *stats, int *again);

/** What comes before what, seen through V: F and B of the basis. */
thaw_status thaw__order_begin(thaw__statistics *stats);
void thaw__order_add(thaw__statistics *stats, int64_t first, int64_t n);
void thaw__order_end(thaw__statistics *stats);

/** The neighbours of all items, in one pass. */
thaw_status thaw__statistics_neighbours(thaw__statistics *stats);

void thaw__statistics_close(thaw__statistics *stats);

/** All passes over users who are here: with the space, and what content says of neighbours; or seen through the V that m has, so
 *  that popular, order, neighbours and the basis become those of these users alone, and factor, silent and the rules stay. */
thaw_status thaw__statistics_take(thaw_model *m, thaw__basis *basis, const thaw__histories *j, const int64_t *users, int64_t n,
                               int space);
void thaw__basis_free(thaw__basis *b, const thaw_allocator *a);

/** Serving's tables from the basis under the rules: u = F + backward B, o at the knots. */
void thaw__basis_collapse(thaw_model *m, const thaw__basis *basis);

/** pull = V'p, after a change of either. */
void thaw__statistics_gram_popularity(thaw_model *m);

#endif
