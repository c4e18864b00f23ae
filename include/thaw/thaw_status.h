/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_STATUS_H
#define THAW_STATUS_H

/* Status codes and the two hooks a host may supply: memory and threads. Everything else of the API is in thaw.h. */

#include <stdint.h>

#if defined(__GNUC__)
#define THAW_API __attribute__((visibility("default")))
#else
#define THAW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Result of a call. Codes are for decisions, thaw_last_error() is for logs. Values are never reused; new ones may be
 *  added: treat unknown ones as failures. */
typedef int32_t thaw_status;

enum {
    THAW_OK = 0,
    THAW_E_ARG = 1,          /**< a required pointer is NULL, or an argument contradicts another */
    THAW_E_RANGE = 2,        /**< a number is NaN, infinite, or outside its documented bounds */
    THAW_E_NOMEM = 3,        /**< an allocation failed, or a size does not fit the address space */
    THAW_E_UNKNOWN = 4,      /**< a key, name or setting does not exist */
    THAW_E_MISMATCH = 5,     /**< two objects do not belong together, such as a user and another model */
    THAW_E_IO = 6,           /**< the operating system refused to open, read, write or rename; a parallel hook failed */
    THAW_E_FORMAT = 7,       /**< bytes are damaged, truncated or not what they claim to be */
    THAW_E_VERSION = 8,      /**< a file or struct is newer than this library */
    THAW_E_NUMERIC = 9,      /**< a result is not finite, or a matrix not positive definite */
    THAW_E_UNSUPPORTED = 10, /**< this model or build does not have it, such as a setting of the other objective */
    THAW_E_CANCELLED = 11,   /**< the progress callback returned non-zero; the model is usable */
    THAW_E_SPACE = 12        /**< the caller's buffer is too small; the size output or thaw_last_error() has the need */
};

/** The allocator of an object.
 *
 *  All zeros: malloc and free. Both functions get ctx. They are called only on threads that call the library and on
 *  workers of thaw_parallel, and must be safe for as many threads as the host uses. alloc returns memory aligned to 16
 *  bytes or more, or NULL; size is never 0.
 */
typedef struct thaw_allocator {
    void *(*alloc)(void *ctx, uint64_t size);
    void (*free)(void *ctx, void *ptr);
    void *ctx;
} thaw_allocator;

/** One piece of work.
 *  @param index   0 … n_tasks - 1.
 *  @param worker  0 … n_workers - 1; two calls at the same time have different ones. */
typedef void (*thaw_task)(void *arg, int64_t index, int32_t worker);

/** The threads of an object.
 *
 *  All zeros: the calling thread. run() must call task(arg, i, worker) exactly once for every i in 0 … n_tasks - 1, in
 *  any order, on any threads, and return when all are done: 0 on success; anything else makes the library's call fail
 *  with THAW_E_IO. Results do not depend on n_workers or on the order. thaw_threads_create() makes a ready pool.
 */
typedef struct thaw_parallel {
    int32_t (*run)(void *ctx, thaw_task task, void *arg, int64_t n_tasks);
    void *ctx;
    int32_t n_workers; /**< 1 … 1024 */
    int32_t reserved;  /**< 0 */
} thaw_parallel;

#ifdef __cplusplus
}
#endif
#endif
