/* SPDX-License-Identifier: Apache-2.0
 * The tables that the variants define, for the dispatcher in kernels.c. Those the target lacks are not compiled. */
#ifndef THAW_KERNELS_VARIANTS_H
#define THAW_KERNELS_VARIANTS_H

#include "kernels.h"

/* How many events ridge_dual16 takes in SIMD lanes; longer users are solved one by one, where ridge_dual is as fast. */
enum { THAW__LANES_MAX = 32 };

extern const thaw__kernels thaw__kernels_portable;
extern const thaw__kernels thaw__kernels_avx2;
extern const thaw__kernels thaw__kernels_avx512;

#endif
