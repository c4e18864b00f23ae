/* SPDX-License-Identifier: Apache-2.0
 * The table of methods and its lookups. */
#include "registry.h"

#include <math.h>
#include <string.h>

extern const thaw__method thaw__rating_method, thaw__ranking_method;

static const thaw__method *const methods[] = {&thaw__rating_method, &thaw__ranking_method};

enum { N_METHODS = sizeof methods / sizeof *methods };

const thaw__model_type *thaw__registry_find(const char *name)
{
    for (int k = 0; k < N_METHODS; k++) {
        const thaw__model_type *type = methods[k]->type;
        if (strcmp(name, type->name) == 0 || strcmp(name, type->old_name) == 0) return type;
    }
    return NULL;
}

const thaw__model_type *thaw__registry_of(int32_t objective)
{
    for (int k = 0; k < N_METHODS; k++)
        if (methods[k]->type->objective == objective) return methods[k]->type;
    return NULL;
}

static int32_t objective_of(const thaw_data *data)
{
    for (int64_t e = 0; e < data->n; e++)
        if (!isnan(data->value[e])) return THAW_OBJECTIVE_RATING;
    return THAW_OBJECTIVE_RANKING;
}

const thaw__model_type *thaw__registry_choose(int32_t objective, const thaw_data *data)
{
    return thaw__registry_of(objective == THAW_OBJECTIVE_AUTO ? objective_of(data) : objective);
}
