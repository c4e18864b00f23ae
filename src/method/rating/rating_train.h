/* SPDX-License-Identifier: Apache-2.0
 * Training of a rating model, in the rounds of method.h: the hooks open … evaluate. */
#ifndef THAW_RATING_TRAIN_H
#define THAW_RATING_TRAIN_H

#include "method.h"

thaw_status thaw__rating_open(thaw__run *run);
void thaw__rating_close(thaw__run *run);
thaw_status thaw__rating_begin_round(thaw__run *run, thaw__round *out);
thaw_status thaw__rating_contribute(thaw__run *run, int64_t first, int64_t n);
thaw_status thaw__rating_end_round(thaw__run *run);
thaw_status thaw__rating_evaluate(thaw__run *run, double *quality);

#endif
