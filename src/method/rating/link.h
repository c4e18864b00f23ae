/* SPDX-License-Identifier: Apache-2.0
 * Ratings are steps of an opinion that has no steps: 5 is the best a shop lets one say, and 1 is often far from 2. The model
 * is Gaussian in normal scores instead: a level becomes the mean of a standard normal over the quantiles that the level
 * takes up among all ratings (van der Waerden), scaled so that the scores of all ratings have mean 0 and variance 1. Between
 * levels, and beyond the ends, the link is linear. What comes back from a mean score is a median rating.
 */
#ifndef THAW_LINK_H
#define THAW_LINK_H

#include <stdint.h>

#include "thaw/thaw_status.h"

enum { THAW__LEVELS = 32 };

typedef struct thaw__link {
    int32_t n;                   /* levels, >= 1 */
    float level[THAW__LEVELS];   /* [n] ratings, ascending; then infinity */
    float score[THAW__LEVELS];   /* [n] normal scores, ascending; then infinity */
} thaw__link;

/** Learn from values [n >= 1], which are sorted in place; more than THAW__LEVELS distinct ones are grouped evenly. */
void thaw__link_learn(thaw__link *out, float *values, int64_t n);

/** Put infinity behind the n levels and scores; for whoever fills a link by hand. */
void thaw__link_pad(thaw__link *link);

/** The score of a rating. */
float thaw__link_score(const thaw__link *link, float rating);

/** The rating of a score. */
float thaw__link_rating(const thaw__link *link, float score);

/** Turn mean and variance of a score into median and variance of a rating; the latter is the square of half the distance between
 *  the ratings one standard deviation above and below. */
void thaw__link_back(const thaw__link *link, float *mean, float *variance);

/** Whether levels and scores are finite and ascend. */
int thaw__link_valid(const thaw__link *link);

#endif
