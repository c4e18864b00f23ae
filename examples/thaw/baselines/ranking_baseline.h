/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKING_BASELINE_H
#define THAW_CLI_RANKING_BASELINE_H

/* A method of baseline.h, tuned and fitted, as a ranker.
 *
 * Tuning: a tenth of the training users, at most 600, are validation users. Every setting of the grid is fitted on the
 * other training users and evaluated on the validation users by nDCG@10, mean over the supports. With a target event
 * the grid is searched twice, fitted on all events and on target events only. With --from-time T the fit uses events
 * before T - horizon, where horizon is the time from T to the last event, and validation is on the events between. The
 * best setting is then fitted on all training users. With each_support every support has a best setting of its own,
 * which is an upper bound for a single setting. */

#include "progress.h"
#include "baseline.h"

/** Training data of a baseline, and the protocol that it is tuned for. */
typedef struct baseline_training {
    const histories *histories;
    const user_list *users;           /* training users */
    const ranking_protocol *protocol; /* the protocol of the test */
    const support_size *supports;
    int n_supports;
    int each_support; /* 1: tune for each support; 0: one setting for all */
    double horizon;   /* with from_time: from it to the last event */
    const thaw_parallel *parallel;
    progress *bar; /* shows the setting being tried */
    double done;   /* part of the bar before the tuning */
} baseline_training;

typedef struct ranking_baseline {
    const baseline_method *method;
    int choices[MAX_SUPPORTS]; /* [n_supports] best setting, an index of the grid */
    void *state;               /* of the fitted method; NULL: not fitted */
    int fitted;                /* index of the fitted setting */
    baseline_setting setting;
    int target_only;      /* fitted on target events only */
    float *popularity;    /* [n_items] breaks ties of scores */
    float *scores;        /* [n_items] of the adapted user */
    int64_t *items;       /* [capacity] distinct items of the support */
    unsigned char *marks; /* [n_items] zero between calls */
    int64_t n_items, capacity;
} ranking_baseline;

/** All methods of this build, ended by NULL. */
extern const baseline_method *const ranking_baselines[];

/** Create a baseline and tune it: 0, or 1 with a message. */
int ranking_baseline_create(ranking_baseline *out, const baseline_method *method, const baseline_training *training);

/** Fit the best setting of a support, if it is not fitted already: 0, or 1 with a message. */
int ranking_baseline_fit(ranking_baseline *baseline, const baseline_training *training, int support);
void ranking_baseline_free(ranking_baseline *baseline);

/** The baseline as a ranker that borrows it. */
ranker ranking_baseline_as_ranker(ranking_baseline *baseline);

#endif
