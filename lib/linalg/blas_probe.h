/* SPDX-License-Identifier: Apache-2.0
 * What stands behind libblas.so.3 and liblapack.so.3 in this process, and how it may be used. Found out once. */
#ifndef THAW_BLAS_PROBE_H
#define THAW_BLAS_PROBE_H

typedef enum thaw__blas_use {
    THAW__BLAS_FREE = 1,   /* call it from any thread */
    THAW__BLAS_SERIAL = 2, /* one call at a time, under thaw__serial_begin() */
    THAW__BLAS_REFUSED = 3 /* wrong integers or wrong numbers: do not call it */
} thaw__blas_use;

thaw__blas_use thaw__blas_probe(void);

/** The text of thaw__linalg_name(). */
const char *thaw__blas_name(void);

#endif
