/* SPDX-License-Identifier: Apache-2.0
 * Statistics of users for a ranking: popularity, the covariance of items, its order in time and the sparse
 * co-occurrence, as unnormalised sums over users with their total weight. A user u of n_u items has the weight
 * n_u^-1/2, or minus that: then the user is taken out. With W the total weight that the model has, W' = W + sum of the
 * weights, and x any of
 *
 *     p_i   = sum_u w_u [i in u]             popularity
 *     T_ij  = sum_u w_u [i before j]         directed co-occurrence: sparse (edges), and seen through the item
 * embeddings V o_ik  = sum_u w_u [i follows K items]  next popularity, over all and at the knots of K
 *
 * a pass ends with  x <- (W x + sums) / W'.  Pretraining has W = 0. The item embeddings themselves are eigenvectors:
 *
 *     C = sum_u w_u x x' / W' - p p' = V V'  kept to its largest eigenvectors, V'V diagonal              item_space.c
 *     F = (T' - order o p') V (V'V)^-1,  B = (T - (1 - order) o p') V (V'V)^-1
 *
 * The basis has a row [F | B | o over all | o at the knots] for every item that occurs in the histories: while
 * schedules are learned, every score is a row times a short vector, plus the sparse terms. The row of any other item
 * would be zero, so training takes neither time nor memory for it.
 */
#ifndef THAW_STATISTICS_H
#define THAW_STATISTICS_H

#include "histories.h"

typedef struct thaw__basis {
    int64_t all;                  /* items of the catalogue */
    int64_t items, stride, width; /* items that have a row; width = 2 stride + 16 */
    int32_t *row;                 /* [all] the row of an item; -1: it has none */
    int32_t *item;                /* [items] the item of a row, ascending */
    float *rows;                  /* [items, width] */
} thaw__basis;

/** Where a row's next popularity begins: o over all, then at the knots. */
static inline int64_t thaw__basis_popularity(const thaw__basis *b)
{
    return 2 * b->stride;
}

/** The offset of an item at a knot: the mixture of o over all and, by the share `late`, o at the knot. */
static inline float thaw__basis_offset(const float *o, int knot, float late)
{
    return (1 - late) * o[0] + late * o[1 + knot];
}

/** The rows of a table [all, stride] of the items that have a row in the basis: to out [items, stride], and back. */
void thaw__basis_gather(const thaw__basis *b, float *out, const float *table);
void thaw__basis_scatter(const thaw__basis *b, float *table, const float *rows, int64_t ld);

/** A user whose history is added with a weight, or taken out with a negative one. */
typedef struct thaw__weighted_user {
    const thaw__histories *histories;
    int64_t user;
    float weight;
} thaw__weighted_user;

/** Sums while users are added, pass by pass. The passes of one thaw__statistics come in the order in which they are
 *  declared. */
typedef struct thaw__statistics {
    thaw_model *m;
    thaw__basis *basis;
    thaw__weighted_user *users; /* [n] */
    int64_t n;
    size_t room;
    double kept;                /* W that stays of the model's total weight; 0: pretraining */
    double total;               /* W' */
    float *popularity, *repeat; /* [items] sums */
    int64_t width;              /* of the block of vectors */
    int iteration;              /* products with C so far */
    float *now, *next, *small;  /* the block [items, width] and C times it; [width, width] */
    float *prefix;              /* [longest history + 1, stride] sums of V over the first items of a history */
    double after, before;       /* weighted pairs of items, by their order */
} thaw__statistics;

/** A normalised number of the model is updated to  part x + scale sum:  part = W / W', scale = 1 / W'; 0 if W' is 0. */
static inline double thaw__kept_part(const thaw__statistics *s)
{
    return s->total > 0 ? s->kept / s->total : 0;
}

static inline double thaw__sum_scale(const thaw__statistics *s)
{
    return s->total > 0 ? 1 / s->total : 0;
}

/** No users yet; the basis is opened for the items of the histories, of which `before` may be NULL. With `update` the
 *  model's total weight is kept. Close it also on error. */
thaw_status thaw__statistics_begin(thaw__statistics *s, thaw_model *m, thaw__basis *basis, const thaw__histories *h,
                                   const thaw__histories *before, int update);

/** Append users [n] of histories with sign 1, or -1: they are taken out of what is kept. */
thaw_status thaw__statistics_add_users(thaw__statistics *s, const thaw__histories *h, const int64_t *users, int64_t n,
                                       int sign);

/** Popularity and repeats of the model, next popularity of the basis. */
thaw_status thaw__popularity_begin(thaw__statistics *s);
void thaw__popularity_add(thaw__statistics *s, int64_t first, int64_t n);
void thaw__popularity_end(thaw__statistics *s);

enum { THAW__SPACE_ROUNDS = 13 };

/** V and V'V by orthogonal iteration, without what is kept: begin and end once for every product with C, until *again
 *  is 0, which are THAW__SPACE_ROUNDS. */
thaw_status thaw__space_begin(thaw__statistics *s);
void thaw__space_add(thaw__statistics *s, int64_t first, int64_t n);
thaw_status thaw__space_end(thaw__statistics *s, int *again);

/** F and B of the basis, and the share of pairs that are in order. */
thaw_status thaw__order_begin(thaw__statistics *s);
void thaw__order_add(thaw__statistics *s, int64_t first, int64_t n);
void thaw__order_end(thaw__statistics *s);

/** The edges of the item graph, in one pass over all users. */
thaw_status thaw__cooccurrence_update(thaw__statistics *s);

void thaw__statistics_close(thaw__statistics *s);
void thaw__basis_free(thaw__basis *b, const thaw_allocator *a);

/** Serving's tables from the basis under the schedules, added to the part `kept` of what they are:
 *
 *     u <- kept u + F + backward B,   offset_k <- kept offset_k + (1 - late) o + late o_k */
void thaw__basis_collapse(thaw_model *m, const thaw__basis *basis, float kept);

/** V'p, after a change of either. */
void thaw__gram_popularity_update(thaw_model *m);

#endif
