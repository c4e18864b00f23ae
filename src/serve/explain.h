/* SPDX-License-Identifier: Apache-2.0
 * Which events a score comes from, in public units. */
#ifndef THAW_EXPLAIN_H
#define THAW_EXPLAIN_H

#include "user.h"

/** Adapt the user, and attribute the score of an item to the events [n]: the sum of *base and of contributions [n] is
 *  the mean of thaw__score(). Arguments are checked by the caller; nothing allocates.
 *  THAW_E_UNSUPPORTED if the method cannot; else errors as adapt() of method.h. */
thaw_status thaw__explain(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                          const thaw_event *events, int64_t n, int64_t item);

#endif
