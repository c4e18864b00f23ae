/* SPDX-License-Identifier: Apache-2.0
 * The driver of training: rounds, passes, validation, early stopping, undo, report. It knows no method. */
#ifndef THAW_TRAIN_H
#define THAW_TRAIN_H

#include "model.h"

/** One step over users [n_users] of data, NULL: all; what the model has of their events before `since` is taken out of it
 *  first, -INFINITY: nothing. The model is as before on error. */
thaw_status thaw__train_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users,
                             int64_t n_users, double since);

/** Passes as configured. On error the model is the best so far, or what the last whole round made of it. */
thaw_status thaw__train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx);

#endif
