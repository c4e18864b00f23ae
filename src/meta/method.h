/* SPDX-License-Identifier: Apache-2.0
 * The seam between the objects and a way of learning: what a method must be able to do.
 *
 * Whoever trains a model only sums contributions: contribute() for some users, on one thread, many threads or many machines; then
 * apply() once. Adapting needs the model and the events, never the data.
 */
#ifndef THAW_METHOD_H
#define THAW_METHOD_H

#include "contribution.h"
#include "tasks.h"
#include "user.h"

typedef struct thaw__method {
    const char *name;

    /** The E-step: add what the tasks' users contribute, given the model as it is. */
    thaw_status (*contribute)(const thaw_model *m, thaw__contribution *sum, const thaw__tasks *tasks);

    /** The M-step: the model from a sum that stands for `scale` times as many users; rho = 1 forgets what it knew,
     *  rho < 1 keeps (1 - rho) of it. An error leaves the model undefined: take a snapshot before. */
    thaw_status (*apply)(thaw_model *m, const thaw__contribution *sum, double scale, double rho);

    /** Condition the user's prior on events, which are checked. */
    thaw_status (*adapt)(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

    /** The same for the means of many users from the prior without features. */
    thaw_status (*adapt_many)(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                              const int64_t *offsets, int64_t n_users);

    /** One more event, which is checked. */
    thaw_status (*observe)(const thaw_model *m, thaw_user *u, const thaw_event *event);
} thaw__method;

extern const thaw__method thaw__method_bayes;

#endif
