/* SPDX-License-Identifier: Apache-2.0
 * The list of methods: the only file outside a method's folder that names one. */
#include "registry.h"

extern const thaw__method thaw__rating_method, thaw__ranking_method;

const thaw__method *const thaw__methods[] = {&thaw__rating_method, &thaw__ranking_method, NULL};
