/* SPDX-License-Identifier: Apache-2.0
 * AVX-512 F, BW, VL and VNNI: sixteen rows at a time. */
#define WIDTH 16
#define VARIANT avx512vnni
#include "scan.inc.h"
