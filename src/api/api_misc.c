/* SPDX-License-Identifier: Apache-2.0
 * Public functions: version, build, errors, thread pool. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "iso_time.h"
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

thaw_status thaw_time_parse(double *out, const char *text)
{
    if (!out || !text) return thaw__fail(THAW_E_ARG, "out and text are required");
    if (thaw__iso_parse(out, text, strlen(text))) return THAW_OK;
    return thaw__fail(THAW_E_FORMAT, "\"%.40s\" is not a date such as 2015-07-24T13:05:59Z", text);
}

thaw_status thaw_time_print(char *out, int64_t capacity, double seconds)
{
    char text[THAW__ISO_BYTES];
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    if (!thaw__iso_print(text, seconds))
        return thaw__fail(THAW_E_RANGE, "seconds is %g; must be in the years 1 to 9999", seconds);
    const size_t n = strlen(text) + 1;
    if (capacity < (int64_t)n) return thaw__fail(THAW_E_SPACE, "capacity is %" PRId64 "; must be %zu", capacity, n);
    memcpy(out, text, n);
    return THAW_OK;
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
