/* SPDX-License-Identifier: Apache-2.0
 * Quantised queries (docs/topn.md, section 2), and the choice of a variant for this CPU. */
#include "scan.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define LEAST_ERROR_SCALE 0x1p-50
#define LEAST_LARGEST 0x1p-100f
#define MOST_PRODUCT 0x1p100 /* of norms; float32 ends at 2^128 */

/* k = w / step, rounded; *norm = |w|. @return |w - step k|, in double. */
static double round_query(thaw__quantised_query *p, const thaw__codes *codes, const float *w, double *norm)
{
    float largest = 0;
    double norm2 = 0, lost2 = 0;
    int32_t sum = 0;
    for (int32_t j = 0; j < codes->d; j++)
        if (fabsf(w[j]) > largest) largest = fabsf(w[j]);
    p->step = largest < LEAST_LARGEST ? 0 : largest / THAW__QUERY_LEVELS;
    for (int32_t j = 0; j < codes->d; j++) {
        const double most = THAW__QUERY_LEVELS, is = (double)w[j];
        const double k = p->step > 0 ? fmin(fmax(rint(is / (double)p->step), -most), most) : 0;
        const double lost = is - k * (double)p->step;
        p->k[j] = (int8_t)k;
        sum += p->k[j];
        norm2 += is * is;
        lost2 += lost * lost;
    }
    memset(p->k + codes->d, 0, (size_t)(codes->stride - codes->d));
    p->sum = (float)sum;
    *norm = sqrt(norm2);
    return sqrt(lost2);
}

/* S = centre . w + rounding |centre| |w|, rounded up */
static float shift_of(const thaw__codes *codes, const float *w, double rounding, double norm)
{
    double dot = 0, centre2 = 0;
    for (int32_t j = 0; j < codes->d; j++) {
        const double c = (double)codes->centre[j];
        dot += c * (double)w[j];
        centre2 += c * c;
    }
    return nextafterf((float)(dot + rounding * sqrt(centre2) * norm), INFINITY);
}

int thaw__quantised_query_make(thaw__quantised_query *p, const thaw__codes *codes, const float *w, const float c[2])
{
    double norm;
    const double lost = round_query(p, codes, w, &norm), rounding = (codes->d + 16) * 0x1p-23;
    const double error_scale = fmax(norm, (lost + rounding * norm) / THAW__QUERY_ROUNDING) * (1 + 0x1p-20);
    p->error_scale = (float)fmax(error_scale, LEAST_ERROR_SCALE);
    p->shift = shift_of(codes, w, rounding, norm);
    memcpy(p->c, c, sizeof p->c);
    return norm * codes->longest < MOST_PRODUCT && norm < MOST_PRODUCT;
}

/* Fastest first. */
static const thaw__scans *const variants[] = {
#if defined(__x86_64__)
    &thaw__scans_avx512vnni,
    &thaw__scans_avx2,
#endif
    &thaw__scans_portable,
};

enum { N_VARIANTS = sizeof variants / sizeof *variants };

/* Whether CPU and operating system have every instruction that the variant is compiled for (lib/CMakeLists.txt). */
static int supported(const thaw__scans *variant)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (variant == &thaw__scans_avx2) return avx2;
    if (variant == &thaw__scans_avx512vnni)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#endif
    return variant == &thaw__scans_portable;
}

static _Atomic(const thaw__scans *) chosen;

void thaw__scans_use(const thaw__scans *variant)
{
    atomic_store_explicit(&chosen, variant, memory_order_relaxed);
}

const thaw__scans *thaw__scans_best(void)
{
    const thaw__scans *best = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (best) return best;
    int i = 0;
    while (!supported(variants[i])) i++;
    atomic_store_explicit(&chosen, variants[i], memory_order_relaxed);
    return variants[i];
}

const thaw__scans *thaw__scans_named(const char *name)
{
    for (int i = 0; i < N_VARIANTS; i++)
        if (strcmp(variants[i]->name, name) == 0) return supported(variants[i]) ? variants[i] : NULL;
    return NULL;
}
