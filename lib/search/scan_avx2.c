/* SPDX-License-Identifier: Apache-2.0
 * AVX2 and FMA: eight rows at a time. */
#define WIDTH 8
#define VARIANT avx2
#include "scan.inc.h"
