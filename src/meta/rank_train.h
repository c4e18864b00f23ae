/* SPDX-License-Identifier: Apache-2.0
 * Pretraining for ranking: moments of most users, rules by episodes of the others, then everybody's moments under those rules. */
#ifndef THAW_RANK_TRAIN_H
#define THAW_RANK_TRAIN_H

#include "model.h"

/** The model is as before on error, and on THAW_E_CANCELLED what the passes until then make of it. */
thaw_status thaw__rank_train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx);

#endif
