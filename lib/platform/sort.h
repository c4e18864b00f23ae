/* SPDX-License-Identifier: Apache-2.0
 * Sorting without allocation: qsort() may call malloc, which is not the host's allocator. */
#ifndef THAW_PLATFORM_SORT_H
#define THAW_PLATFORM_SORT_H

#include <stddef.h>

enum { THAW__SORT_MAX = 64 }; /* bytes of an element */

/** Sort n elements of `size` bytes ascending, like qsort(). Not stable; the result is the same on every machine. */
void thaw__sort(void *elements, size_t n, size_t size, int (*compare)(const void *, const void *));

/** Compare two int64_t, or two double that are not NaN. */
int thaw__by_int64(const void *a, const void *b);
int thaw__by_double(const void *a, const void *b);

#endif
