/* SPDX-License-Identifier: Apache-2.0
 * An online step of a model that ranks. With rho = n / (n + N), n the users of the step and N those that the model rests on,
 *
 *     moments <- (1 - rho) moments + rho (moments of the step's journeys)
 *
 * for popularity, the offsets at the knots, the order, the neighbours (of both lists the THAW__NEAR_MOST that are met most)
 * and the scored rows, whose new part is what is seen through V: u = F + backward B of moments.h. Rules, kinds of events,
 * half-life and V stay. */
#ifndef THAW_RANK_STEP_H
#define THAW_RANK_STEP_H

#include "model.h"

/** The model is as before on error. Works on a copy, which takes the model's place in the end. */
thaw_status thaw__rank_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users, int64_t n_users);

#endif
