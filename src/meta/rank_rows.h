/* SPDX-License-Identifier: Apache-2.0
 * The rows of V and the scoring rows beyond what moments make of them: tuned by gradient, then a regression of what came next. */
#ifndef THAW_RANK_ROWS_H
#define THAW_RANK_ROWS_H

#include "training.h"

/** For how many epochs rows are to be tuned, and the ridge of the regression that follows (0: none), by the judges; rows are spent then.
 *  THAW_E_CANCELLED with no epochs. */
thaw_status thaw__rank_rows_choose(thaw__training *t, int32_t *epochs, float *ridge);

/** Tune everybody's rows and add the regression. */
thaw_status thaw__rank_rows_make(thaw__training *t, int32_t epochs, float ridge);

#endif
