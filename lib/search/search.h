/* SPDX-License-Identifier: Apache-2.0
 * Exact top-n of linear scores over a table (docs/topn.md):
 *
 *     score_j = c[0] offset[0][j] + c[1] offset[1][j] + rows_j . w  (+ sparse_j)
 *
 * Only thaw__score_of() computes scores that decide; scans over codes (scan.h) only select the rows that need one. So
 * the result is that of scoring every row, bit for bit. Allocates nothing; needs at most 75 KiB of stack.
 */
#ifndef THAW_SEARCH_H
#define THAW_SEARCH_H

#include "filter.h"
#include "kernels.h"
#include "scan.h"
#include "topn.h"

/** The table that is searched. Arrays are borrowed. */
typedef struct thaw__index {
    const thaw__kernels *kernels;
    const thaw__scans *scans;
    const thaw__codes *codes; /* of these rows; NULL or empty: score every row */
    const float *rows;        /* [n, stride] zero padded, 64-byte aligned; NULL: all zero, and there are no codes */
    int64_t n;                /* < 2^31 */
    int64_t stride;
    const float *offset[2]; /* each [n] or NULL */
} thaw__index;

/** A number that is added to the score of one row. */
typedef struct thaw__sparse_score {
    int32_t row;
    float value;
} thaw__sparse_score;

/** One query and its result. */
typedef struct thaw__search_query {
    const float *w; /* [stride] zero padded, 64-byte aligned; not read without rows */
    float c[2];
    float floor;                             /* least score of a hit; -INFINITY: any */
    const thaw__sparse_score *sparse_scores; /* [n_sparse_scores] rows ascending, none twice */
    int64_t n_sparse_scores;
    int (*admit)(const void *ctx, int64_t row,
                 float score); /* the last test of a row that would enter the list; NULL: all pass */
    const void *ctx;
    thaw__topn best; /* the caller sets hits, top and cap; sorted at the end */
} thaw__search_query;

/** The score of one row without its sparse score. The order of rounding is fixed: offsets first, then the dot
 *  product. */
float thaw__score_of(const thaw__index *index, const float c[2], const float *w, int64_t row);

/** Compute the results of all queries over the same rows: those of allow [n_allow] if given, in which adjacent equal
 *  rows count once; else all rows. The results do not depend on threads. THAW_E_IO: threads failed, and some results
 *  are missing. */
thaw_status thaw__search(const thaw__index *index, thaw__search_query *queries, int64_t n_queries,
                         const thaw__filter *filter, const int64_t *allow, int64_t n_allow,
                         const thaw_parallel *parallel);

#endif
