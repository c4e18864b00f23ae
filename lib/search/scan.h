/* SPDX-License-Identifier: Apache-2.0
 * Scans over codes: find the rows whose score may reach a threshold (docs/topn.md, section 3). There is one variant for
 * each way of multiplying bytes: plain C, AVX2, AVX-512 VNNI; thaw__scans_best() chooses by CPU at run time. Every
 * variant finds all rows that qualify, and possibly a few others; which others differs between variants.
 */
#ifndef THAW_SCAN_H
#define THAW_SCAN_H

#include "codes.h"

enum {
    THAW__QUERY_LEVELS = 64,      /* |k| at most: two products with a byte fit into 16 bits */
    THAW__QUANTISED_QUERIES = 12, /* queries in one pass over a tile */
    THAW__CANDIDATES_SPARE = 16   /* room that a scan needs beyond the candidates it finds */
};

/** A quantised query: c[0] offset[0][j] + c[1] offset[1][j] + rows_j . w with w ~ step k, k bytes. */
typedef struct thaw__quantised_query {
    int8_t k[THAW__CODES_STRIDE] __attribute__((aligned(64)));
    float step;
    float sum;         /* sum of k */
    float shift;       /* S: centre . w plus a bound of its rounding error */
    float error_scale; /* R: times the error E of a row, it bounds the error of the product */
    float c[2];
} thaw__quantised_query;

/** The table that is scanned. */
typedef struct thaw__coded {
    const thaw__codes *codes;
    const float *offset[2]; /* each [rows] or NULL */
} thaw__coded;

/** Rows found by scans, each of which appends. Scans may write THAW__CANDIDATES_SPARE entries beyond n. */
typedef struct thaw__candidates {
    int64_t n;
    int32_t *rows;
    float *bounds; /* upper bound of the score of each row */
} thaw__candidates;

typedef struct thaw__scans {
    const char *name; /* "portable", "avx2", "avx512vnni" */

    /** Whole bytes are faster while more than one in so many rows is kept: the closer bound saves scores. */
    int64_t dense_one, dense_many;

    /** Find rows of tiles first … end - 1 whose bound is `least` or more, from upper nibbles or from whole bytes. */
    void (*one)(const thaw__coded *table, int whole, int64_t first, int64_t end, const thaw__quantised_query *query,
                float least, thaw__candidates *out);

    /** The same for queries, least and out [THAW__QUANTISED_QUERIES]. */
    void (*many)(const thaw__coded *table, int whole, int64_t first, int64_t end, const thaw__quantised_query *queries,
                 const float *least, thaw__candidates *out);
} thaw__scans;

/** Quantise w [stride]. @return 0 if products with the rows may overflow, so that there is no bound. */
int thaw__quantised_query_make(thaw__quantised_query *query, const thaw__codes *codes, const float *w,
                               const float c[2]);

/** The fastest variant for this CPU, or the one of thaw__scans_use(); the same for the life of the process. */
const thaw__scans *thaw__scans_best(void);

/** thaw__scans_best() is this variant from now on; for benchmarks, before any other call of the library. */
void thaw__scans_use(const thaw__scans *variant);

/** A variant by name, for tests; NULL if this CPU or build does not have it. */
const thaw__scans *thaw__scans_named(const char *name);

extern const thaw__scans thaw__scans_portable;
extern const thaw__scans thaw__scans_avx2;
extern const thaw__scans thaw__scans_avx512vnni;

#endif
