/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RATING_PROTOCOL_H
#define THAW_CLI_RATING_PROTOCOL_H

/* How well are the ratings of new users predicted from a few of their own?
 *
 * Every user with min_events … max_events ratings is a task. A seed draws a random permutation of each user's ratings:
 * the last `query` are to be predicted, the first K of the rest are the support, so all K share one query. MAE and RMSE
 * (predictions clipped to the range of the ratings) and nDCG@k (gain 2^r - 1, discount 1 / log2(1 + place), query items
 * ordered by the prediction before clipping) are means over users, then over seeds. */

#include "rating_tasks.h"
#include "support_size.h"

typedef struct rating_protocol {
    int64_t query, min_events, max_events;
    int64_t seeds;         /* 1 … seeds are run */
    double lowest, highest; /* the range of the ratings */
} rating_protocol;

/** What predicts. begin(), where not NULL, prepares for a user by key and is not timed; adapt() is. */
typedef struct rating_predictor {
    void *ctx;
    thaw_status (*begin)(void *ctx, const char *user);
    thaw_status (*adapt)(void *ctx, const thaw_event *support, int64_t n);
    thaw_status (*predict)(void *ctx, float *mean, float *variance, const int64_t *items, int64_t n);
    int has_variance; /* 0: predict leaves variance alone */
} rating_predictor;

typedef struct rating_scores {
    int64_t tasks;
    double mae, rmse;
    double mae_sd;         /* standard deviation of the MAE over seeds; NaN with one seed */
    double ndcg1, ndcg3, ndcg5;
    double coverage90;     /* part of the query inside mean ± 1.645 sd; NaN without variance */
    double adapt_us;       /* median time of adapt() */
} rating_scores;

/** Tasks that qualify. */
int64_t protocol_rating_tasks(const rating_protocol *protocol, const rating_tasks *tasks);

/** Run the protocol: 0, or 1 with a message. */
int protocol_rating_run(rating_scores *out, const rating_predictor *predictor, const rating_tasks *tasks,
                        const rating_protocol *protocol, const support_size *support);

#endif
