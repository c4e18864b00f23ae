/* SPDX-License-Identifier: Apache-2.0
 * Public functions: version, build, errors, thread pool. */
#include <pthread.h>
#include <stdio.h>

#include "kernels.h"
#include "linalg.h"
#include "status.h"
#include "thaw/thaw.h"
#include "thread.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

int32_t thaw_version(void)
{
    return 10000 * THAW_VERSION_MAJOR + 100 * THAW_VERSION_MINOR + THAW_VERSION_PATCH;
}

static char build_info[256];

static void write_build_info(void)
{
    snprintf(build_info, sizeof build_info,
             "thaw " TEXT(THAW_VERSION_MAJOR) "." TEXT(THAW_VERSION_MINOR) "." TEXT(
                 THAW_VERSION_PATCH) ", backend %s, kernels %s",
             thaw__linalg_name(), thaw__kernels_best()->name);
}

const char *thaw_build_info(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, write_build_info);
    return build_info;
}

const char *thaw_status_text(thaw_status status)
{
    return thaw__status_text(status);
}

const char *thaw_last_error(void)
{
    return thaw__last_error();
}

thaw_status thaw_threads_create(thaw_threads **out, int32_t n)
{
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    return thaw__pool_create((thaw__pool **)(void *)out, n);
}

thaw_status thaw_threads_parallel(thaw_threads *threads, thaw_parallel *out)
{
    if (!threads || !out) return thaw__fail(THAW_E_ARG, "threads and out are required");
    *out = thaw__pool_parallel((thaw__pool *)(void *)threads);
    return THAW_OK;
}

void thaw_threads_free(thaw_threads *threads)
{
    thaw__pool_free((thaw__pool *)(void *)threads);
}
