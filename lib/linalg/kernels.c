/* SPDX-License-Identifier: Apache-2.0
 * The choice of the kernel variant for this CPU. The result is a pointer, the same in every thread, so a relaxed atomic
 * is enough.
 */
#include "kernels.h"

#include <stdatomic.h>
#include <string.h>

#include "kernels_variants.h"

/* Best first. */
static const thaw__kernels *const variants[] = {
#if defined(__x86_64__)
    &thaw__kernels_avx512,
    &thaw__kernels_avx2,
#endif
    &thaw__kernels_portable,
};

enum { N_VARIANTS = sizeof variants / sizeof *variants };

/* Whether CPU and operating system have every instruction that the variant is compiled for (lib/CMakeLists.txt). */
static int supported(const thaw__kernels *variant)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (variant == &thaw__kernels_avx2) return avx2;
    if (variant == &thaw__kernels_avx512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    return variant == &thaw__kernels_portable;
}

/* The scratch of the two implementations of ridge_dual16 in kernels_many.inc.h. */
int64_t thaw__many_scratch(int64_t n, int64_t stride)
{
    const int64_t ld = (n + 16) / 16 * 16;
    const int64_t lanes = THAW__LANES * ((n + 1) * (n + 4) + (n + 4) * THAW__LANES + 2 * n);
    const int64_t alone = n * stride + ld * ld + ld;
    return n <= THAW__LANES_MAX ? lanes : alone;
}

static _Atomic(const thaw__kernels *) chosen;

void thaw__kernels_use(const thaw__kernels *variant)
{
    atomic_store_explicit(&chosen, variant, memory_order_relaxed);
}

const thaw__kernels *thaw__kernels_best(void)
{
    const thaw__kernels *best = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (best) return best;
    int i = 0;
    while (!supported(variants[i])) i++;
    atomic_store_explicit(&chosen, variants[i], memory_order_relaxed);
    return variants[i];
}

const thaw__kernels *thaw__kernels_named(const char *name)
{
    for (int i = 0; i < N_VARIANTS; i++)
        if (strcmp(variants[i]->name, name) == 0) return supported(variants[i]) ? variants[i] : NULL;
    return NULL;
}
