/* SPDX-License-Identifier: Apache-2.0
 * The method attributes linear scores z = z_0 + sum c_k. A unit R(z) that is not linear keeps the sum by Aumann-Shapley
 * values (Aumann and Shapley, Values of Non-Atomic Games, 1974): the integral of the slope along the straight way from
 * the base to the score, which is the same factor for all events,
 *
 *     c_k  ->  c_k (R(z) - R(z_0)) / (z - z_0)
 */
#include "explain.h"

#include <math.h>

#include "method.h"
#include "status.h"

#define NEAR 1e-3f /* scores this close to each other: take the slope at the base */

/* The mean slope of the unit between two scores. */
static float slope_between(const thaw_model *m, float from, float to)
{
    const thaw__method *method = thaw__method_of(m);
    if (fabsf(to - from) > NEAR) return (method->unit(m, to) - method->unit(m, from)) / (to - from);
    return (method->unit(m, from + NEAR) - method->unit(m, from - NEAR)) / (2 * NEAR);
}

static void to_units(const thaw_model *m, float *contributions, float *base, int64_t n)
{
    double sum = (double)*base;
    for (int64_t k = 0; k < n; k++) sum += (double)contributions[k];
    const float slope = slope_between(m, *base, (float)sum);
    for (int64_t k = 0; k < n; k++) contributions[k] *= slope;
    *base = thaw__method_of(m)->unit(m, *base);
}

thaw_status thaw__explain(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                          const thaw_event *events, int64_t n, int64_t item)
{
    const thaw__method *method = thaw__method_of(m);
    if (!method->explain)
        return thaw__fail(THAW_E_UNSUPPORTED, "scores of objective %s are not attributed to events", m->type->name);
    THAW__TRY(method->explain(m, u, contributions, base, events, n, item));
    if (method->unit) to_units(m, contributions, base, n);
    return THAW_OK;
}
