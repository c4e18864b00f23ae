/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_BASELINE_H
#define THAW_CLI_RANKING_BASELINE_H

/* A method of baseline.h, tuned and fitted, as a ranker.
 *
 * Tuned honestly: a tenth of the training users is left out of a fit on the others, and every setting of the grid is judged
 * on at most 600 of them by nDCG@10, mean over the supports. With a target event the grid is taken twice, on all events and
 * on the target's alone. By time, that fit ends as long before the time as the events go on after it, and the users left out
 * are asked what they do between. The best setting is fitted again on all training users. With each_support the best of each
 * support is taken, which no single model of the method reaches. */

#include "progress.h"
#include "baseline.h"

/** What baselines learn from and are tuned for. */
typedef struct rank_training {
    const histories *histories;
    const user_list *users;           /* to learn from */
    const ranking_protocol *protocol; /* as the test will ask */
    const support_size *supports;
    int n_supports;
    int each_support;                 /* a setting for each support instead of one for all */
    double horizon;                   /* by time: from the time to the last event of all */
    const thaw_parallel *parallel;
    progress *bar;                    /* shows the settings tried */
    double done;                      /* of the bar when the tuning begins */
} rank_training;

typedef struct rank_baseline {
    const rank_method *method;
    int choices[MOST_SUPPORTS]; /* place in the grid, by support */
    void *state;                /* of the setting fitted; NULL: none yet */
    int fitted;
    rank_setting setting;
    int target_only;        /* fitted on events of the target alone */
    float *popularity;      /* [n_items] breaks ties */
    float *scores;          /* [n_items] of the user adapted to */
    int64_t *items;         /* [n_room] distinct items of the support */
    unsigned char *marks;   /* [n_items] zero between calls */
    int64_t n_items, n_room;
} rank_baseline;

/** The methods there are, the last one NULL. */
extern const rank_method *const rank_methods[];

/** Tune: 0, or 1 with a message. */
int rank_baseline_create(rank_baseline *out, const rank_method *method, const rank_training *training);

/** Fit the setting chosen for a support, if it is not fitted already: 0, or 1 with a message. */
int rank_baseline_fit(rank_baseline *baseline, const rank_training *training, int support);
void rank_baseline_free(rank_baseline *baseline);

/** As a ranker, which lends it. */
ranker rank_baseline_ranker(rank_baseline *baseline);

#endif
