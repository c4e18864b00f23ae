/* SPDX-License-Identifier: Apache-2.0
 * AVX-512 F, BW, DQ, VL: sixteen lanes. */
#define WIDTH 16
#define VARIANT avx512
#include "kernels.inc.h"
