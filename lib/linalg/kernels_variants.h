/* SPDX-License-Identifier: Apache-2.0
 * The variants, for kernels.c. Only those of the target architecture are compiled. */
#ifndef THAW_KERNELS_VARIANTS_H
#define THAW_KERNELS_VARIANTS_H

#include "kernels.h"

/* Most events per user for which ridge_dual16 has one user per SIMD lane; beyond, it calls ridge_dual, which is as
 * fast. */
enum { THAW__LANES_MAX = 40 };

extern const thaw__kernels thaw__kernels_portable;
extern const thaw__kernels thaw__kernels_avx2;
extern const thaw__kernels thaw__kernels_avx512;

#endif
