/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_BLAS_THREADS_H
#define THAW_CLI_BLAS_THREADS_H

/* The threads of the BLAS library of this process. thaw calls BLAS for small products from threads of its own. */

/** Set the number of threads of each BLAS call, if the library has a function for it. */
void blas_set_threads(int n);

/** 1 if several threads may call BLAS at once, 0 otherwise: OpenBLAS built without threads shares its buffers. */
int blas_is_thread_safe(void);

#endif
