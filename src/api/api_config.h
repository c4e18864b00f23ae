/* SPDX-License-Identifier: Apache-2.0
 * The configuration of a caller. */
#ifndef THAW_API_CONFIG_H
#define THAW_API_CONFIG_H

#include "model.h"

/** A checked copy of the caller's configuration, or the defaults for NULL. Fields that an older struct does not have
 *  are defaults. */
thaw_status thaw__config_take(thaw_config *out, const thaw_config *given);

/** THAW_E_UNSUPPORTED, naming the setting, if one that the type's method does not use differs from its default. */
thaw_status thaw__config_suits(const thaw_config *config, const thaw__model_type *type);

#endif
