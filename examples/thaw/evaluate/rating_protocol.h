/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RATING_PROTOCOL_H
#define THAW_CLI_RATING_PROTOCOL_H

/* The rating protocol: predict ratings of each user from other ratings of the same user.
 *
 * Every user with min_events … max_events ratings is a task. A seed draws a random permutation of each user's ratings:
 * the last `query` ratings are predicted, the first K of the others are the support, so all K have the same query. MAE
 * and RMSE (predictions clipped to the range of the ratings) and nDCG@k (gain 2^r - 1, discount 1 / log2(1 + place),
 * query items ordered by the prediction before clipping) are means over users, then over seeds. */

#include "rating_tasks.h"
#include "support_size.h"

typedef struct rating_protocol {
    int64_t query, min_events, max_events;
    int64_t seeds;          /* 1 … seeds are run */
    double lowest, highest; /* the range of the ratings */
} rating_protocol;

/** Interface of models and baselines. begin() sets up the user with this key, is not timed and may be NULL; adapt() is
 *  timed. */
typedef struct rating_predictor {
    void *ctx;
    thaw_status (*begin)(void *ctx, const char *user);
    thaw_status (*adapt)(void *ctx, const thaw_event *support, int64_t n);
    thaw_status (*predict)(void *ctx, float *mean, float *variance, const int64_t *items, int64_t n);
    int has_variance; /* 0: predict() does not write variance */
} rating_predictor;

typedef struct rating_scores {
    int64_t tasks;
    double mae, rmse;
    double mae_sd; /* standard deviation of the MAE over seeds; NaN with one seed */
    double mae_se; /* standard error of the MAE over users, of each the mean over seeds; NaN with one user */
    double ndcg1, ndcg3, ndcg5;
    double coverage90; /* part of the query within mean ± 1.645 sd; NaN without variance */
    double adapt_us;   /* median time of adapt() */
} rating_scores;

/** Number of tasks with min_events … max_events ratings. */
int64_t rating_protocol_tasks(const rating_protocol *protocol, const rating_tasks *tasks);

/** Run the protocol: 0, or 1 with a message. */
int rating_protocol_run(rating_scores *out, const rating_predictor *predictor, const rating_tasks *tasks,
                        const rating_protocol *protocol, const support_size *support);

#endif
