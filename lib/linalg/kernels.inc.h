/* SPDX-License-Identifier: Apache-2.0
 * The kernels of one instruction set. A variant defines WIDTH and VARIANT and includes this file. */
#include "kernels_variants.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels_simd.inc.h"
#include "kernels_vector.inc.h"
#include "kernels_solve.inc.h"
#include "kernels_many.inc.h"

#define THAW__PASTE(a, b) a##b
#define THAW__TABLE(variant) THAW__PASTE(thaw__kernels_, variant)
#define THAW__TEXT(variant) #variant
#define THAW__NAME(variant) THAW__TEXT(variant)

const thaw__kernels THAW__TABLE(VARIANT) = {
    .name = THAW__NAME(VARIANT),
    .dot = dot,
    .axpy = axpy,
    .scale = scale,
    .ridge_dual = ridge_dual,
    .ridge_dual16 = ridge_dual16,
    .explained16 = explained16,
    .rank_one = rank_one,
    .crossprod = crossprod,
    .quadratic = quadratic,
    .potrf = small_potrf,
    .potri = small_potri,
};
