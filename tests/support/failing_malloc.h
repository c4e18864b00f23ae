/* SPDX-License-Identifier: Apache-2.0
 * malloc(), calloc(), realloc() and the aligned ones of the whole process, of which the n-th call fails. A shared
 * library: linked, or loaded by LD_PRELOAD, it comes before the C library. glibc only; not under a sanitizer. */
#ifndef FAILING_MALLOC_H
#define FAILING_MALLOC_H

/** Let request number n from now on fail; 0: none. */
void failing_malloc_arm(long n);

/** Whether a request has failed since. */
int failing_malloc_refused(void);

/** Blocks that are allocated. */
long failing_malloc_live(void);

#endif
