/* SPDX-License-Identifier: Apache-2.0
 * What a user's items and their neighbours add to the scores. */
#ifndef THAW_EXTRAS_H
#define THAW_EXTRAS_H

#include "search.h"
#include "user.h"

enum { THAW__EXTRAS = THAW__NEAR_SUPPORT * THAW__NEAR_MOST + THAW__HISTORY };

/** Fill out [THAW__EXTRAS], rows ascending, none twice; returns how many. scratch [THAW__EXTRAS]. */
int64_t thaw__extras_collect(thaw__extra *out, thaw__extra *scratch, const thaw_model *m, const thaw_user *u);

/** The addition to one item. */
float thaw__extras_of(const thaw_model *m, const thaw_user *u, int64_t item);

#endif
