/* SPDX-License-Identifier: Apache-2.0
 * What a model of ratings knows, the numbers of
 *
 *     score(y) = base_i + p_i . w_u + noise,    w_u ~ N(M f_u, I),    v_i = [p_i, base_i] ~ N(W g_i, Gamma)
 *
 * with score() the link of link.h. The space is kept so that users' residuals have unit covariance (docs/rating-model.md, eq. 9): a user's prior needs no matrix, and an
 * item's row is what serving multiplies. Items keep their posterior covariances; `noise` folds them, seen by an
 * average user, into one variance per item. Rows of a new item are its content prior.
 */
#ifndef THAW_RATING_H
#define THAW_RATING_H

#include "link.h"
#include "model.h"

typedef struct thaw__rating {
    int32_t dim;           /* d + 1: loadings and base */
    int64_t packed;        /* dim (dim + 1) / 2: a lower triangle by rows */
    float *item_embedding;         /* [items, stride] p_i, zero padded */
    float *bias;           /* [items] */
    float *covariance;            /* [items, packed] posterior covariance of [p_i, base_i] */
    float *noise_var;         /* [items] s_i^2: squared scale of the noise of a rating of this item (Student's t, 6 degrees) */
    float *selection_bias;        /* [items] q_i: how much more than an average user those like it who choose it */
    float *n_ratings;           /* [items] ratings the posterior rests on */
    float *rating_var;          /* [items] s_i^2 + E[w~' cov_i w~]: variance of a rating for an average user, given w */
    float *inv_noise_sd;      /* [items] 1 / sqrt(noise): what adapting multiplies by; derived */
    float *gamma;          /* [dim, dim] covariance of items about their content prior */
    float *user_second_moment;         /* [rank, rank] E[w w'] over users */
    double mean_rating, rating_sd;    /* mean and standard deviation of all ratings, for people */
    float mean_selection_bias;    /* of the items, by ratings: what a new one gets */
    double mean_noise_var;         /* s^2: noise variance over all items, of a score */
    thaw__link link;
    float rating_min, rating_max, half_life;
} thaw__rating;

/** The numbers of a model of ratings. */
static inline thaw__rating *thaw__rating_of(const thaw_model *m)
{
    return m->state;
}

/** How much of the surplus is still unknown of a user with n events. Whoever comes to rate an item tends to like it; the
 *  less is known of a user, the more of that is news (docs/rating-model.md, eq. 13). */
static inline float thaw__selection_bias_share(int64_t n)
{
    return 1 / (1 + (float)n / 20);
}

/** Recompute `noise` of every item, after a change of spread, cov or moment. */
void thaw__rating_fold_items(thaw_model *m);

extern const thaw__model_type thaw__rating_type;

#endif
