/* SPDX-License-Identifier: Apache-2.0
 * Checks of users and item rows. */
#ifndef THAW_API_USER_H
#define THAW_API_USER_H

#include <inttypes.h>

#include "status.h"
#include "user.h"

/** THAW_E_ARG if one is NULL, THAW_E_MISMATCH if the user is not of this model as it is now. */
static inline thaw_status thaw__check_user(const thaw_model *model, const thaw_user *user)
{
    if (!model || !user) return thaw__fail(THAW_E_ARG, "model and user are required");
    return thaw__user_check(model, user);
}

/** Check that rows [n] are item rows of the model; `name` is their name in messages. */
static inline thaw_status thaw__check_rows(const thaw_model *model, const int64_t *rows, int64_t n, const char *name)
{
    const int64_t n_items = thaw__n_items(model);
    if (n < 0) return thaw__fail(THAW_E_RANGE, "the length of %s is %" PRId64 "; must not be negative", name, n);
    if (n && !rows) return thaw__fail(THAW_E_ARG, "%s is required", name);
    for (int64_t k = 0; k < n; k++)
        if (rows[k] < 0 || rows[k] >= n_items)
            return thaw__fail(THAW_E_RANGE, "%s[%" PRId64 "] is %" PRId64 "; must be 0 to %" PRId64, name, k, rows[k],
                              n_items - 1);
    return THAW_OK;
}

#endif
