/* SPDX-License-Identifier: Apache-2.0
 * The list of methods with the toy, in place of src/method/methods.c. */
#include "registry.h"

extern const thaw__method thaw__rating_method, thaw__ranking_method, thaw__toy_method;

const thaw__method *const thaw__methods[] = {&thaw__rating_method, &thaw__ranking_method, &thaw__toy_method, NULL};
