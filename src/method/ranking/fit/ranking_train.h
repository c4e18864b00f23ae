/* SPDX-License-Identifier: Apache-2.0
 * Training of a ranking: the training hooks of method.h, for pretraining (ranking_fit.h) and for online steps
 * (ranking_update.h). */
#ifndef THAW_RANKING_TRAIN_H
#define THAW_RANKING_TRAIN_H

#include "method.h"

thaw_status thaw__ranking_open(thaw__run *run);
void thaw__ranking_close(thaw__run *run);
thaw_status thaw__ranking_begin_round(thaw__run *run, thaw__round *out);
thaw_status thaw__ranking_contribute(thaw__run *run, int64_t first, int64_t n);
thaw_status thaw__ranking_end_round(thaw__run *run);

#endif
