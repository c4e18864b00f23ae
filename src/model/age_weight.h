/* SPDX-License-Identifier: Apache-2.0
 * The weight of an event by its age. */
#ifndef THAW_AGE_WEIGHT_H
#define THAW_AGE_WEIGHT_H

#include <math.h>

/** 2^(-age / half_life); 1 if half_life is 0. */
static inline float thaw__age_weight(float half_life, double age)
{
    return half_life > 0 ? (float)exp2(-age / (double)half_life) : 1;
}

#endif
