/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_API_CONFIG_H
#define THAW_API_CONFIG_H

#include "thaw/thaw.h"

/** A checked copy of the caller's configuration, or the defaults for NULL; fields it is too old to have are defaults. */
thaw_status thaw__config_take(thaw_config *out, const thaw_config *given);

#endif
