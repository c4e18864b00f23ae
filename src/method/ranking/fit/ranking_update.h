/* SPDX-License-Identifier: Apache-2.0
 * An online step of a model that ranks. A user weighs n_u^-1/2; with N the weight of those that the model rests on, n that of the
 * step's journeys and g that of the part of them that is in the model already, the events before `since`,
 *
 *     moments <- (N moments - g (moments of that part) + n (moments of the journeys)) / (N - g + n)
 *
 * for popularity, the offsets at the knots, returns, the order, the neighbours (of all lists the THAW__NEIGHBOURS that are met most)
 * and the scored rows as far as moments make them: what tuning and regression added stays. Popularity and neighbours are sums over users, so there a step is what
 * pretraining on everybody's present journeys would take, but for what lists have dropped. New items get a row in V; rules,
 * kinds of events, half-life and the other rows of V stay. */
#ifndef THAW_RANKING_UPDATE_H
#define THAW_RANKING_UPDATE_H

#include "method.h"

/* As method.h, of a run that is online. */
thaw_status thaw__ranking_update_open(thaw__run *run);
void thaw__ranking_update_close(thaw__run *run);
thaw_status thaw__ranking_update_begin(thaw__run *run, thaw__round *out);
thaw_status thaw__ranking_update_end(thaw__run *run);

#endif
