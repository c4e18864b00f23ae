/* SPDX-License-Identifier: Apache-2.0
 * One episode of the ring shop's last user, and its slopes against central differences. The tests of the terms of a
 * ranking's score share it; each checks the slopes of its own schedules. */
#ifndef RING_EPISODE_H
#define RING_EPISODE_H

#include "episode.h"
#include "ring_shop.h"

/** All statistics of users who are here, into the model and a basis; without `space` seen through the V that the model
 *  has. */
void ring_statistics(thaw_model *m, thaw__basis *basis, const thaw__histories *j, const int64_t *users, int64_t n,
                     int space);

typedef struct ring_episode {
    thaw_data *data;
    thaw_model *m;
    thaw__histories histories;
    thaw__basis basis;
    thaw__episode *e;
    int64_t users[USERS];
    int64_t k;        /* items of the support */
    float slope[256]; /* of thaw__episode_loss(), after ring_episode_differentiate() */
} ring_episode;

/** The cases of a loop test: target "" or "purchase", supports of 2 to 5 items, all items or a sample of at most 7. */
enum { RING_CASES = 16 };

/** Open case `which` with the statistics and the prior of all users but the last. */
void ring_episode_open(ring_episode *r, int which);

/** Open a shop of another size with a support of k items. */
void ring_episode_open_of(ring_episode *r, const char *target, int items, int steps, int64_t k);
void ring_episode_close(ring_episode *r);

/** Adapt, and differentiate the loss into r->slope. */
void ring_episode_differentiate(ring_episode *r);

/** Slopes first … first + n - 1 are those of central differences of the loss. */
void ring_episode_check(ring_episode *r, int first, int n);

/** The slopes of a schedule at all knots; and, if `matters`, that the two around K are not both 0. */
void ring_episode_check_schedule(ring_episode *r, int schedule, int matters);

#endif
