/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RATING_BASELINE_H
#define THAW_CLI_RATING_BASELINE_H

/* The simple predictors that a recommender must beat, in one form:
 *
 *     mu + b_i + b_u
 *     b_i = sum (r - mu - b_u) / (n_i + damping_item)      b_u = sum (r - mu - b_i) / (n_u + damping_user)
 *
 * "bias" is the whole of it: damped item and user biases, fitted by turns; a new user's b_u comes from the support.
 * "popularity" is the damped item mean, without b_u. Items that training never saw have b_i = 0.
 * The damping is the best of a grid, by the same protocol on training users left out of the fit. */

#include "rating_protocol.h"

enum { BASELINE_POPULARITY = 0, BASELINE_BIAS = 1, N_BASELINES = 2 };
extern const char *const baseline_names[N_BASELINES];

typedef struct baseline {
    double mu, damping_item, damping_user;
    double user_bias; /* of the user adapted to */
    double *item;     /* [n_items] b_i */
    int64_t n_items;
    int kind;
} baseline;

/** Fit on training tasks, with the damping that is best at this support. Returns 0, or 1 with a message. */
int baseline_create(baseline *out, int kind, const rating_tasks *train, int64_t n_items,
                    const rating_protocol *protocol, const support_size *support);
void baseline_free(baseline *baseline);

/** The baseline as a predictor, which lends it. */
rating_predictor baseline_predictor(baseline *baseline);

#endif
