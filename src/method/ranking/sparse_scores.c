/* SPDX-License-Identifier: Apache-2.0 */
#include "sparse_scores.h"

#include <string.h>

enum { DIGIT = 11, BUCKETS = 1 << DIGIT };

/* Stable counting sort by one digit of the row: one pass of a radix sort. */
static void sort_digit(thaw__sparse_score *to, const thaw__sparse_score *from, int64_t n, int shift)
{
    int32_t position[BUCKETS + 1] = {0};
    for (int64_t k = 0; k < n; k++) position[(from[k].row >> shift & (BUCKETS - 1)) + 1]++;
    for (int b = 0; b < BUCKETS; b++) position[b + 1] += position[b];
    for (int64_t k = 0; k < n; k++) to[position[from[k].row >> shift & (BUCKETS - 1)]++] = from[k];
}

/* Sum entries of the same row, which are adjacent; returns how many are left. */
static int64_t merge(thaw__sparse_score *x, int64_t n)
{
    int64_t kept = 0;
    for (int64_t k = 0; k < n; k++) {
        if (kept && x[kept - 1].row == x[k].row) x[kept - 1].value += x[k].value;
        else x[kept++] = x[k];
    }
    return kept;
}

int64_t thaw__ranking_sparse_scores(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out,
                                    thaw__sparse_score *scratch)
{
    const int64_t n = thaw__terms_list(&thaw__ranking_user_state_of(u)->terms, thaw__ranking_of(m), out);
    for (int shift = 0; thaw__n_items(m) >> shift; shift += 2 * DIGIT) {
        sort_digit(scratch, out, n, shift);
        sort_digit(out, scratch, n, shift + DIGIT);
    }
    return merge(out, n);
}

float thaw__ranking_sparse_score(const thaw_model *m, const thaw_user *u, int64_t item)
{
    return thaw__terms_score(&thaw__ranking_user_state_of(u)->terms, thaw__ranking_of(m), item);
}
