/* SPDX-License-Identifier: Apache-2.0
 * Scans over codes: which rows may score at least so much (docs/topn.md, section 3). One source per way of multiplying bytes
 * (plain C, AVX2, AVX-512 VNNI); thaw__scans_best() picks by CPU at run time. All find every row that qualifies, and may find a
 * few that do not; which few differs.
 */
#ifndef THAW_SCAN_H
#define THAW_SCAN_H

#include "codes.h"

enum {
    THAW__QUANTISED_QUERIES = 12, /* queries that one pass over a tile serves */
    THAW__FINDS_SPARE = 16
};

/** A linear score made ready for scans:  c[0] offset[0][j] + c[1] offset[1][j] + rows_j . w,  w ~ step k. */
typedef struct thaw__quantised_query {
    int8_t k[THAW__CODES_STRIDE] __attribute__((aligned(64)));
    float step;
    float sum;   /* of k */
    float shift; /* centre . w, and what rounding takes that goes with the centre */
    float reach; /* times a row's `error`: a bound of what codes and rounding change in the product */
    float c[2];
} thaw__quantised_query;

/** What scans read. */
typedef struct thaw__coded {
    const thaw__codes *codes;
    const float *offset[2]; /* each [rows] or NULL */
} thaw__coded;

/** Rows that a scan found, to which the next scan adds. Scans may write THAW__FINDS_SPARE places beyond n. */
typedef struct thaw__finds {
    int64_t n;
    int32_t *rows;
    float *bounds; /* no score of the row is above */
} thaw__finds;

typedef struct thaw__scans {
    const char *name; /* "portable", "avx2", "avx512vnni" */

    /** Rows of tiles first … end - 1 whose score may be `least` or more, by upper nibbles or by whole bytes. */
    void (*one)(const thaw__coded *table, int whole, int64_t first, int64_t end, const thaw__quantised_query *probe, float least,
                thaw__finds *out);

    /** The same for probes, least and out [THAW__QUANTISED_QUERIES], by what is faster here. */
    void (*many)(const thaw__coded *table, int64_t first, int64_t end, const thaw__quantised_query *probes, const float *least,
                 thaw__finds *out);
} thaw__scans;

/** Make a probe of w [stride].
 *  @return 0 if products with the rows may overflow, so that there is no bound. */
int thaw__quantised_query_make(thaw__quantised_query *probe, const thaw__codes *codes, const float *w, const float c[2]);

/** The best for this CPU; the same for the life of the process. */
const thaw__scans *thaw__scans_best(void);

/** By name, for tests; NULL if this CPU or build does not have it. */
const thaw__scans *thaw__scans_named(const char *name);

extern const thaw__scans thaw__scans_portable;
extern const thaw__scans thaw__scans_avx2;
extern const thaw__scans thaw__scans_avx512vnni;

#endif
