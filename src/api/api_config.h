/* SPDX-License-Identifier: Apache-2.0
 * The configuration of a caller. */
#ifndef THAW_API_CONFIG_H
#define THAW_API_CONFIG_H

#include "thaw/thaw.h"

/** A checked copy of the caller's configuration, or the defaults for NULL. Fields that an older struct does not have
 *  are defaults. */
thaw_status thaw__config_take(thaw_config *out, const thaw_config *given);

#endif
