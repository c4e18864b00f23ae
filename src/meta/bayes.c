/* SPDX-License-Identifier: Apache-2.0 */
#include "bayes.h"

const thaw__method thaw__method_bayes = {
    .name = "bayes",
    .contribute = thaw__bayes_contribute,
    .apply = thaw__bayes_apply,
    .adapt = thaw__bayes_adapt,
    .adapt_many = thaw__bayes_adapt_many,
    .observe = thaw__bayes_observe,
};
