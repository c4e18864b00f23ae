/* SPDX-License-Identifier: Apache-2.0
 * The methods of this library, and how to find one. */
#ifndef THAW_REGISTRY_H
#define THAW_REGISTRY_H

#include "method.h"

/** All methods, then NULL. Names, old names and objectives are distinct. Defined in methods.c. */
extern const thaw__method *const thaw__methods[];

/** The method with this name, in files of any format; NULL: none. */
const thaw__model_type *thaw__registry_find(const char *name);

/** The method of an objective; NULL: none. */
const thaw__model_type *thaw__registry_of(int32_t objective);

/** The name of an objective, THAW_OBJECTIVE_AUTO included; NULL: none has this number. */
const char *thaw__registry_objective(int32_t objective);

/** The method of an objective; THAW_OBJECTIVE_AUTO: the one that the data suggest. */
const thaw__model_type *thaw__registry_choose(int32_t objective, const thaw_data *data);

#endif
