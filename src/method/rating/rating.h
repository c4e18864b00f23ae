/* SPDX-License-Identifier: Apache-2.0
 * The parameters of a rating model (docs/rating-model.md, eq. 1 and 2):
 *
 *     score(y) = bias_i + p_i . w_u + noise,    w_u ~ N(M f_u, I),    v_i = [p_i; bias_i] ~ N(W g_i, Gamma)
 *
 * score() is the link of link.h. Training keeps the prior covariance of users at I (eq. 9), so a user's prior needs no
 * matrix. Items keep their posterior covariances S_i; rating_var folds the uncertainty of an item into one variance
 * (eq. 4). A new item has the mean and covariance of its prior.
 */
#ifndef THAW_RATING_H
#define THAW_RATING_H

#include "link.h"
#include "model.h"

typedef struct thaw__rating {
    int32_t dim;                   /* D = rank + 1: embedding and bias */
    int64_t packed;                /* dim (dim + 1) / 2: floats of a lower triangle by rows */
    float *item_embedding;         /* [items, stride] p_i, zero padded */
    float *bias;                   /* [items] */
    float *covariance;             /* [items, packed] S_i, posterior covariance of v_i */
    float *noise_var;              /* [items] s_i^2: noise variance of a rating; scale^2 of a Student t in training */
    float *selection_bias;         /* [items] q_i, eq. 13 */
    float *n_ratings;              /* [items] number of ratings behind the posterior */
    float *rating_var;             /* [items] noise_i = s_i^2 + E[w~' S_i w~]: variance of a rating given w */
    float *inv_noise_sd;           /* [items] 1 / sqrt(rating_var); derived */
    float *gamma;                  /* [dim, dim] covariance of items about their prior means */
    float *user_second_moment;     /* [rank, rank] E[w w'] over users */
    double mean_rating, rating_sd; /* of all ratings, for reports */
    float mean_selection_bias;     /* mean of q_i over ratings; that of a new item */
    double mean_noise_var;         /* s^2: noise variance over all items, in scores */
    thaw__link link;
    float rating_min, rating_max;
} thaw__rating;

/** The parameters of a rating model. */
static inline thaw__rating *thaw__rating_of(const thaw_model *m)
{
    return m->state;
}

/** The part of an item's selection bias that is added to the score of a user with n events (eq. 13). */
static inline float thaw__selection_bias_share(int64_t n)
{
    return 1 / (1 + (float)n / 20);
}

/** Recompute rating_var and inv_noise_sd of every item, after a change of noise_var, covariance or
 *  user_second_moment. */
void thaw__rating_update_var(thaw_model *m);

extern const thaw__model_type thaw__rating_type;

#endif
