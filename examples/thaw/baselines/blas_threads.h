/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_BLAS_THREADS_H
#define THAW_CLI_BLAS_THREADS_H

/* How the BLAS of this process works in threads. Thaw's products are small and come from threads of its own. */

/** How many threads one call works on, from now on, where the vendor can be told. */
void blas_set_threads(int n);

/** 1 if several threads may call at once: OpenBLAS built without threads mixes up their buffers. */
int blas_takes_threads(void);

#endif
