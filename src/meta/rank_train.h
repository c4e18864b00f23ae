/* SPDX-License-Identifier: Apache-2.0
 * Pretraining for ranking: moments of most users, rules by episodes of the others, embeddings tuned, then everybody's moments under those rules. */
#ifndef THAW_RANK_TRAIN_H
#define THAW_RANK_TRAIN_H

#include "model.h"

/** Trains a copy and puts it into m's place: m is as before on error. On THAW_E_CANCELLED it is what the passes until then
 *  make of it. */
thaw_status thaw__rank_train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx);

#endif
