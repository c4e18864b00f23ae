/* SPDX-License-Identifier: Apache-2.0
 * Any CPU: four lanes, which SSE2 and NEON have. */
#define WIDTH 4
#define VARIANT portable
#include "kernels.inc.h"
