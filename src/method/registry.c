/* SPDX-License-Identifier: Apache-2.0
 * The table of methods and its lookups. */
#include "registry.h"

#include <string.h>

const thaw__model_type *thaw__registry_find(const char *name)
{
    for (int k = 0; thaw__methods[k]; k++) {
        const thaw__model_type *type = thaw__methods[k]->type;
        if (strcmp(name, type->name) == 0 || (type->old_name && strcmp(name, type->old_name) == 0)) return type;
    }
    return NULL;
}

const thaw__model_type *thaw__registry_of(int32_t objective)
{
    for (int k = 0; thaw__methods[k]; k++)
        if (thaw__methods[k]->type->objective == objective) return thaw__methods[k]->type;
    return NULL;
}

const char *thaw__registry_objective(int32_t objective)
{
    const thaw__model_type *type = thaw__registry_of(objective);
    return objective == THAW_OBJECTIVE_AUTO ? "auto" : type ? type->name : NULL;
}

const thaw__model_type *thaw__registry_choose(int32_t objective, const thaw_data *data)
{
    char reason[THAW__REASON_BYTES];
    return thaw__registry_of(objective == THAW_OBJECTIVE_AUTO ? thaw__data_objective(data, reason) : objective);
}
