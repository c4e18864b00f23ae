/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_PROTOCOL_H
#define THAW_CLI_RANKING_PROTOCOL_H

/* The ranking protocol: rank the catalogue for each user from the user's support. The metrics of ranking_metrics.h are
 * means over the users who are tasks. */

#include "ranker.h"
#include "ranking_metrics.h"
#include "ranking_tasks.h"

typedef struct ranking_protocol {
    ranking_rules rules;
    int64_t n_items;    /* of the catalogue */
    int64_t candidates; /* random unseen items of the sampled metrics; 0: not measured */
    uint64_t seed;      /* of the candidates */
} ranking_protocol;

/** Users of histories, by row; a NULL list means all users. */
typedef struct user_list {
    int64_t *rows;
    int64_t n;
} user_list;

typedef struct ranking_scores {
    int64_t tasks;
    double mean[N_RANKING_METRICS]; /* NaN: not measured, or no tasks */
    double se[N_RANKING_METRICS];   /* standard errors over users */
    double adapt_us, recommend_us;  /* median times */
} ranking_scores;

/** Run the protocol: 0, or 1 with a message. */
int ranking_protocol_run(ranking_scores *out, const ranker *ranker, const histories *histories, const user_list *users,
                         const ranking_protocol *protocol, const support_size *support);

#endif
