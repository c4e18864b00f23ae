/* SPDX-License-Identifier: Apache-2.0
 * BLAS is linked by a vendor-neutral name, so the library is known at run time only. Before its first use:
 *
 * - 64-bit integers. A library built with them (ILP64) reads the four bytes after a 32-bit size. Here these are -1, so
 * the
 *   64-bit number is negative, and the two routines of the probe do nothing for a negative size, without a message.
 * - Results. One product and one Cholesky factor are compared with plain C.
 * - Threads. OpenBLAS built without threads and without locks mixes up the buffers of concurrent callers (its issues
 *   #2126 and #2711; Debian's libopenblas0-serial is such a build): openblas_get_parallel() is 0; calls are serialised.
 *
 * Functions of OpenBLAS are looked up with dlsym, so that linking does not need it. Other vendors are named by their
 * file.
 */
#define _GNU_SOURCE /* RTLD_DEFAULT, dladdr */
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
static char name[320];

/* *function = the address of a symbol of any loaded library, or NULL. Copied, because ISO C has no cast from void * to
 * a function pointer. */
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
    if (!order.bytes[0]) return 1; /* big-endian: the probe cannot distinguish the two */

    static const int two[] = {2, -1}, step[] = {1, 0};
    static const float x[] = {1.0f, -3.0f}, zero = 0.0f, seven = 7.0f;
    float A[4] = {0};
    slaset_("A", two, two, &zero, &seven, A, two, 1);
    return isamax_(two, x, step) == 2 && A[0] == 7.0f && A[3] == 7.0f;
}

/* A A' for A [3, 5], and its Cholesky factor, compared with plain C. */
static int results_are_correct(void)
{
    float A[15], C[9], D[9];
    for (int i = 0; i < 15; i++) A[i] = (float)((i * 7) % 11) - 4.0f;
    thaw__ref_gemm_nt(3, 3, 5, 1.0f, A, 5, A, 5, 0.0f, C, 3);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 3, 3, 5, 1.0f, A, 5, A, 5, 0.0f, D, 3);

    const int n = 3;
    int info = -1;
    thaw__ref_potrf(3, C, 3);
    spotrf_("U", &n, D, &n, &info, 1);
    int correct = info == 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++) correct = correct && fabsf(C[3 * i + j] - D[3 * i + j]) < 1e-3f;
    return correct;
}

/* vendor = such as "OpenBLAS 0.3.21, pthreads", if it is OpenBLAS; returns whether calls must be serialised. */
static int identify_openblas(char *vendor, size_t size)
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

/* vendor = the file name of the library: other vendors have no function for their name. */
static void identify_file(char *vendor, size_t size)
{
    Dl_info info;
    const int found = dladdr(dlsym(RTLD_DEFAULT, "cblas_sgemm"), &info);
    snprintf(vendor, size, "vendor unknown, %s", found && info.dli_fname ? info.dli_fname : "linked statically");
}

static void probe(void)
{
    char vendor[256] = "";
    const int serial = identify_openblas(vendor, sizeof vendor);
    if (!*vendor) identify_file(vendor, sizeof vendor);
    const char *fault = !integers_are_32_bits() ? "64-bit integers" : !results_are_correct() ? "wrong numbers" : NULL;
    use = fault ? THAW__BLAS_REFUSED : serial ? THAW__BLAS_SERIAL : THAW__BLAS_FREE;
    if (fault) snprintf(name, sizeof name, "ref (blas refused: %s; %s)", fault, vendor);
    else snprintf(name, sizeof name, "blas (%s)", vendor);
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
