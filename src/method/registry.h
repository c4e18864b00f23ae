/* SPDX-License-Identifier: Apache-2.0
 * The registry: the methods of this library, by name and by objective. */
#ifndef THAW_REGISTRY_H
#define THAW_REGISTRY_H

#include "method.h"

/** The method with this name, in files of any format; NULL: none. */
const thaw__model_type *thaw__registry_find(const char *name);

/** The method of an objective; NULL: none. */
const thaw__model_type *thaw__registry_of(int32_t objective);

/** The same; THAW_OBJECTIVE_AUTO: rating if any event of data carries a value, else ranking. */
const thaw__model_type *thaw__registry_choose(int32_t objective, const thaw_data *data);

#endif
