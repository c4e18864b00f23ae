/* SPDX-License-Identifier: Apache-2.0
 * The driver of training: rounds, passes, validation users, early stopping, undo, report. It knows no method.
 */
#ifndef THAW_TRAIN_H
#define THAW_TRAIN_H

#include "model.h"

/** One step over users [n_users] of data, NULL: all. Their events before `since`, which the model already has, are
 *  subtracted first; -INFINITY: the model has none. The model is unchanged on error. */
thaw_status thaw__train_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users,
                             int64_t n_users, double since);

/** Passes as configured. On error the model is that of the best pass, or of the last complete round. */
thaw_status thaw__train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx);

#endif
