/* SPDX-License-Identifier: Apache-2.0
 * The link: a monotone map between ratings and normal scores (docs/rating-model.md, eq. 1).
 *
 * Ratings are ordinal and censored at both ends; the model is Gaussian in scores. A level that covers the quantiles
 * F_{k-1} … F_k of all ratings has the score E[z | F_{k-1} < Phi(z) < F_k], z standard normal (normal scores; van der
 * Waerden 1952), scaled so that the scores of all ratings have mean 0 and variance 1. Between levels and beyond the
 * ends the link is linear. The rating of a mean score is a median rating.
 */
#ifndef THAW_LINK_H
#define THAW_LINK_H

#include <stdint.h>

#include "thaw/thaw_status.h"

enum { THAW__LEVELS = 32 };

#define THAW__LEVEL_MOST 1e9f   /* bound of |level| and |score| of a valid link */
#define THAW__RATING_MOST 1e15f /* bound of |rating| of a score, so that its square is finite */

typedef struct thaw__link {
    int32_t n;                 /* number of levels, >= 1 */
    float level[THAW__LEVELS]; /* [n] ratings, ascending; padded with infinity */
    float score[THAW__LEVELS]; /* [n] normal scores, ascending; padded with infinity */
} thaw__link;

/** Learn the link from values [n >= 1], which are sorted in place. If more than THAW__LEVELS are distinct, neighbouring
 *  ones share a level, evenly by count. */
void thaw__link_learn(thaw__link *out, float *values, int64_t n);

/** Pad levels and scores with infinity, after n, level and score were set. */
void thaw__link_pad(thaw__link *link);

/** The score of a rating. */
float thaw__link_score(const thaw__link *link, float rating);

/** The rating of a score, at most THAW__RATING_MOST. */
float thaw__link_rating(const thaw__link *link, float score);

/** Convert mean and variance of a score to median and variance of a rating, in place. The variance is the square of
 *  half the distance between the ratings of mean - sd and mean + sd. */
void thaw__link_back(const thaw__link *link, float *mean, float *variance);

/** Whether levels and scores are bounded and ascend. */
int thaw__link_valid(const thaw__link *link);

#endif
