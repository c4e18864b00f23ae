/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "entropy.h"

#include <stdatomic.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Distinct, but not secret. */
static uint64_t distinct_bits(void)
{
    static atomic_uint_least64_t serial;
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 44) +
           atomic_fetch_add(&serial, UINT64_C(0x9e3779b97f4a7c15));
}

uint64_t thaw__entropy(void)
{
    uint64_t bits;
    return getentropy(&bits, sizeof bits) == 0 ? bits : distinct_bits();
}
