/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RATING_BASELINE_H
#define THAW_CLI_RATING_BASELINE_H

/* Baseline predictors of ratings:
 *
 *     mu + b_i + b_u
 *     b_i = sum (r - mu - b_u) / (n_i + damping_item)      b_u = sum (r - mu - b_i) / (n_u + damping_user)
 *
 * "bias" has damped item and user biases, fitted alternately; b_u of a new user is computed from the support.
 * "popularity" is the damped item mean, without b_u. Items without training ratings have b_i = 0.
 * The damping is the best of a grid, by the same protocol on validation users. */

#include "rating_protocol.h"

enum { RATING_POPULARITY = 0, RATING_BIAS = 1, N_RATING_BASELINES = 2 };
extern const char *const rating_baseline_names[N_RATING_BASELINES];

typedef struct rating_baseline {
    double mu, damping_item, damping_user;
    double user_bias; /* of the adapted user */
    double *item;     /* [n_items] b_i */
    int64_t n_items;
    int kind;
} rating_baseline;

/** Fit on training tasks, with the best damping for this support. Returns 0, or 1 with a message. */
int rating_baseline_create(rating_baseline *out, int kind, const rating_tasks *train, int64_t n_items,
                           const rating_protocol *protocol, const support_size *support);
void rating_baseline_free(rating_baseline *baseline);

/** The baseline as a predictor that borrows it. */
rating_predictor rating_baseline_predictor(rating_baseline *baseline);

#endif
