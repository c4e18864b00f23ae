/* SPDX-License-Identifier: Apache-2.0
 * Exact top-n of linear scores over a table:
 *
 *     score_j = c[0] offset[0][j] + c[1] offset[1][j] + rows_j . w  (+ addition_j)
 *
 * One function computes it, thaw__score_of(), and every score that decides comes from it: scanning codes first (scan.h) only
 * finds out which rows need none. So the answer is that of scoring every row, to the bit (docs/topn.md). Allocates nothing;
 * needs at most 75 KiB of stack.
 */
#ifndef THAW_SEARCH_H
#define THAW_SEARCH_H

#include "filter.h"
#include "kernels.h"
#include "scan.h"
#include "topn.h"

/** What is searched. Arrays are borrowed. */
typedef struct thaw__index {
    const thaw__kernels *kernels;
    const thaw__scans *scans;
    const thaw__codes *codes; /* of the rows as they are; NULL or empty: score every row */
    const float *rows;        /* [n, stride] zero padded, 64-byte aligned; NULL: all zero, and there are no codes */
    int64_t n;                /* < 2^31 */
    int64_t stride;
    const float *offset[2];   /* each [n] or NULL */
} thaw__index;

/** A row whose score gets an addition. */
typedef struct thaw__sparse_score {
    int32_t row;
    float addition;
} thaw__sparse_score;

/** One question and its answer. */
typedef struct thaw__search_query {
    const float *w; /* [stride] zero padded, 64-byte aligned; not read without rows */
    float c[2];
    float floor;    /* lower scores do not qualify; -INFINITY: all do */
    const thaw__sparse_score *extras; /* [n_extras] rows ascending, none twice */
    int64_t n_extras;
    int (*admit)(const void *ctx, int64_t row, float score); /* the last word on a row that would enter; NULL: yes */
    const void *ctx;
    thaw__topn best; /* hits, top and cap given; sorted in the end */
} thaw__search_query;

/** The score of one row without any addition. The sum is rounded as it is written here: offsets first, then the dot product. */
float thaw__score_of(const thaw__index *index, const float c[2], const float *w, int64_t row);

/** Answer all questions over the same rows: those of allow [n_allow] where given, in which a row that follows itself counts
 *  once; else all. With threads the answers are the same. THAW_E_IO if the threads fail; some answers are then missing. */
thaw_status thaw__search(const thaw__index *index, thaw__search_query *seeks, int64_t n_seeks, const thaw__filter *filter,
                         const int64_t *allow, int64_t n_allow, const thaw_parallel *parallel);

#endif
