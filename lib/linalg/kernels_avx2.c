/* SPDX-License-Identifier: Apache-2.0
 * AVX2 and FMA: eight lanes. */
#define WIDTH 8
#define VARIANT avx2
#include "kernels.inc.h"
