/* SPDX-License-Identifier: Apache-2.0
 * The methods that this library has. */
#ifndef THAW_REGISTRY_H
#define THAW_REGISTRY_H

#include "method.h"

/** The method of a file, by its name now or in files of format 1; NULL: none. */
const thaw__model_type *thaw__registry_find(const char *name);

/** The method of an objective; NULL: none. */
const thaw__model_type *thaw__registry_of(int32_t objective);

/** The same for data; THAW_OBJECTIVE_AUTO: ratings where any event carries a value. */
const thaw__model_type *thaw__registry_choose(int32_t objective, const thaw_data *data);

#endif
