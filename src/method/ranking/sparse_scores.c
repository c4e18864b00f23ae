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

/* The neighbour term of one edge of item i of the support. */
static float sparse_score_of(const thaw_model *m, const thaw__ranking_user_state *x, int32_t i, int64_t edge)
{
    return x->a[i] * thaw__edge_dot(&x->edge, &thaw__ranking_of(m)->graph.edge[edge]);
}

/* List the repeat terms, then the neighbours of each item of the support. */
static int64_t list_scores(thaw__sparse_score *out, const thaw_model *m, const thaw_user *u)
{
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    int64_t n = 0;
    for (int32_t i = 0; i < x->n_repeat; i++) out[n++] = (thaw__sparse_score){x->repeat_item[i], x->repeat[i]};
    for (int32_t i = 0; i < x->n_neighbours; i++) {
        const int64_t end = thaw__ranking_of(m)->graph.start[x->item[i] + 1];
        for (int64_t k = thaw__ranking_of(m)->graph.start[x->item[i]]; k < end; k++)
            out[n++] = (thaw__sparse_score){thaw__ranking_of(m)->graph.item[k], sparse_score_of(m, x, i, k)};
    }
    return n;
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
    const int64_t n = list_scores(out, m, u);
    for (int shift = 0; thaw__n_items(m) >> shift; shift += 2 * DIGIT) {
        sort_digit(scratch, out, n, shift);
        sort_digit(out, scratch, n, shift + DIGIT);
    }
    return merge(out, n);
}

float thaw__ranking_sparse_score(const thaw_model *m, const thaw_user *u, int64_t item)
{
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    const thaw__ranking *r = thaw__ranking_of(m);
    float sum = 0;
    for (int32_t i = 0; i < x->n_repeat; i++) sum += x->repeat_item[i] == item ? x->repeat[i] : 0;
    for (int32_t i = 0; i < x->n_neighbours; i++) {
        const int64_t edge = thaw__item_graph_find(&r->graph, x->item[i], (int32_t)item);
        if (edge >= 0) sum += sparse_score_of(m, x, i, edge);
    }
    return sum;
}
