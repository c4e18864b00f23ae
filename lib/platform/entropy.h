/* SPDX-License-Identifier: Apache-2.0
 * Random bits of the operating system, for names and hashes that others must not predict. Results never depend on them:
 * these use rng.h. */
#ifndef THAW_PLATFORM_ENTROPY_H
#define THAW_PLATFORM_ENTROPY_H

#include <stdint.h>

/** 64 random bits. If the system gives none, bits of the clock, the process and a counter. */
uint64_t thaw__entropy(void);

#endif
