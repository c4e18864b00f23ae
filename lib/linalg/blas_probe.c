/* SPDX-License-Identifier: Apache-2.0
 * The library is linked by a vendor-neutral name and may be anything by the time the process runs. Before the first call:
 *
 * - 64-bit integers. A library built with them (ILP64) reads the four bytes after ours. So ours are followed by -1: as one
 *   64-bit number that is negative, and the two routines asked do nothing for a negative size, without a message.
 * - Sense. One product and one Cholesky with known answers.
 * - Threads. OpenBLAS built without threads and without locks mixes up the buffers of concurrent callers (its issues
 *   #2126 and #2711; Debian's libopenblas0-serial is one): openblas_get_parallel() is 0, and calls must be serialised.
 *
 * OpenBLAS and BLIS are asked by name through dlsym, so neither is needed to link. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "blas_probe.h"

#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "blas_abi.h"
#include "linalg_ref.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static thaw__blas_use use;
static char name[160];

/* A function of whatever libraries the process has, or NULL. ISO C has no cast from void * to it: copy the bits. */
static int find(void *function, const char *symbol)
{
    void *address = dlsym(RTLD_DEFAULT, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static int integers_are_32_bits(void)
{
    static const union {
        unsigned char bytes[2];
        uint16_t number;
    } order = {.number = 1};
    if (!order.bytes[0]) return 1; /* big-endian: the two readings cannot be told apart safely */

    static const int two[] = {2, -1}, step[] = {1, 0};
    static const float x[] = {1.0f, -3.0f}, zero = 0.0f, seven = 7.0f;
    float A[4] = {0};
    slaset_("A", two, two, &zero, &seven, A, two, 1);
    return isamax_(two, x, step) == 2 && A[0] == 7.0f && A[3] == 7.0f;
}

/* C = A B' of 3 x 5 and its Cholesky, against plain C. */
static int numbers_are_right(void)
{
    float A[15], C[9], D[9];
    for (int i = 0; i < 15; i++) A[i] = (float)((i * 7) % 11) - 4.0f;
    thaw__ref_gemm_nt(3, 3, 5, 1.0f, A, 5, A, 5, 0.0f, C, 3);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 3, 3, 5, 1.0f, A, 5, A, 5, 0.0f, D, 3);

    const int n = 3;
    int info = -1;
    thaw__ref_potrf(3, C, 3);
    spotrf_("U", &n, D, &n, &info, 1);
    int right = info == 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++) right = right && fabsf(C[3 * i + j] - D[3 * i + j]) < 1e-3f;
    return right;
}

/* "OpenBLAS 0.3.21, pthreads" into vendor; whether calls must be serialised. */
static int look_at_openblas(char *vendor, size_t size)
{
    static const char *const threading[] = {"serial: calls are serialised", "pthreads", "OpenMP"};
    int (*parallel)(void);
    char *(*config)(void);
    if (!find(&parallel, "openblas_get_parallel") || !find(&config, "openblas_get_config")) return 0;
    const int kind = parallel();
    const char *text = config(); /* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …" */
    const char *space = strchr(text, ' ');
    const size_t length = space ? (size_t)(space - text) + 1 + strcspn(space + 1, " ") : strlen(text);
    snprintf(vendor, size, "%.*s, %s", (int)length, text, threading[kind == 1 || kind == 2 ? kind : 0]);
    return kind != 1 && kind != 2;
}

static void look_at_blis(char *vendor, size_t size)
{
    char *(*version)(void);
    if (!find(&version, "bli_info_get_version_str")) return;
    const size_t used = strlen(vendor);
    snprintf(vendor + used, size - used, "%sBLIS %s", used ? "; " : "", version());
}

static void probe(void)
{
    char vendor[120] = "";
    const int serial = look_at_openblas(vendor, sizeof vendor);
    look_at_blis(vendor, sizeof vendor);
    const char *fault = !integers_are_32_bits() ? "64-bit integers" : !numbers_are_right() ? "wrong numbers" : NULL;
    use = fault ? THAW__BLAS_REFUSED : serial ? THAW__BLAS_SERIAL : THAW__BLAS_FREE;
    if (fault)
        snprintf(name, sizeof name, "ref (blas refused: %s; %s)", fault, *vendor ? vendor : "vendor unknown");
    else
        snprintf(name, sizeof name, "blas (%s)", *vendor ? vendor : "vendor unknown");
}

thaw__blas_use thaw__blas_probe(void)
{
    pthread_once(&once, probe);
    return use;
}

const char *thaw__blas_name(void)
{
    pthread_once(&once, probe);
    return name;
}
