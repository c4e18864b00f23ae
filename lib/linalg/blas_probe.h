/* SPDX-License-Identifier: Apache-2.0
 * The BLAS and LAPACK libraries that the process has loaded, and how they may be used. Probed once. */
#ifndef THAW_BLAS_PROBE_H
#define THAW_BLAS_PROBE_H

typedef enum thaw__blas_use {
    THAW__BLAS_FREE = 1,   /* call it from any thread */
    THAW__BLAS_SERIAL = 2, /* one call at a time, under thaw__serial_begin() */
    THAW__BLAS_REFUSED = 3 /* 64-bit integers or wrong results: do not call it */
} thaw__blas_use;

/** The result of the probe, which runs at the first call. */
thaw__blas_use thaw__blas_probe(void);

/** The text of thaw__linalg_name(). */
const char *thaw__blas_name(void);

#endif
