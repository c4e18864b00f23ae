/* SPDX-License-Identifier: Apache-2.0
 * Any CPU: four lanes, the width of SSE2 and NEON. */
#define WIDTH 4
#define VARIANT portable
#include "kernels.inc.h"
