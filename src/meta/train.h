/* SPDX-License-Identifier: Apache-2.0
 * Pretraining: steps, passes, validation, early stopping. Independent of the method. */
#ifndef THAW_TRAIN_H
#define THAW_TRAIN_H

#include "model.h"

/** One step over some users; the model is as before on error. */
thaw_status thaw__train_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users,
                             int64_t n_users);

/** Passes as configured. */
thaw_status thaw__train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx);

#endif
