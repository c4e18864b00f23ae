/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_API_USER_H
#define THAW_API_USER_H

#include "status.h"
#include "user.h"

/** Both given, and the user is of this model as it is now. */
static inline thaw_status thaw__check_user(const thaw_model *model, const thaw_user *user)
{
    if (!model || !user) return thaw__fail(THAW_E_ARG, "model and user are required");
    return thaw__user_check(model, user);
}

#endif
