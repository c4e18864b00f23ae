/* SPDX-License-Identifier: Apache-2.0
 * Rules are learned with each of a few floors of the loss, and the judges choose. */
#ifndef THAW_RANK_RULES_H
#define THAW_RANK_RULES_H

#include "training.h"

/** Learn the rules from users whom the moments have not seen, and keep those that the judges like best; THAW_E_CANCELLED with the
 *  best so far. */
thaw_status thaw__rank_rules(thaw__training *t);

#endif
