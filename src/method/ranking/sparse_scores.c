/* SPDX-License-Identifier: Apache-2.0 */
#include "sparse_scores.h"

#include <string.h>

enum { DIGIT = 11, BUCKETS = 1 << DIGIT };

/* Stable counting sort by one digit of the row. */
static void sort_digit(thaw__sparse_score *to, const thaw__sparse_score *from, int64_t n, int shift)
{
    int32_t place[BUCKETS + 1] = {0};
    for (int64_t k = 0; k < n; k++) place[(from[k].row >> shift & (BUCKETS - 1)) + 1]++;
    for (int b = 0; b < BUCKETS; b++) place[b + 1] += place[b];
    for (int64_t k = 0; k < n; k++) to[place[from[k].row >> shift & (BUCKETS - 1)]++] = from[k];
}

static float addition(const thaw_model *m, const thaw__ranking_user_state *x, int32_t i, int64_t near)
{
    return x->a[i] * thaw__edge_dot(&x->edge, &thaw__ranking_of(m)->graph.edge[near]);
}

/* The items themselves, then the lists of all, one after the other. */
static int64_t gather(thaw__sparse_score *out, const thaw_model *m, const thaw_user *u)
{
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    int64_t n = 0;
    for (int32_t i = 0; i < x->n_repeat; i++)
        out[n++] = (thaw__sparse_score){x->repeat_item[i], x->repeat[i]};
    for (int32_t i = 0; i < x->n_neighbours; i++) {
        const int64_t end = thaw__ranking_of(m)->graph.start[x->item[i] + 1];
        for (int64_t k = thaw__ranking_of(m)->graph.start[x->item[i]]; k < end; k++)
            out[n++] = (thaw__sparse_score){thaw__ranking_of(m)->graph.item[k], addition(m, x, i, k)};
    }
    return n;
}

/* Equal rows, which follow each other, become one. */
static int64_t merge(thaw__sparse_score *x, int64_t n)
{
    int64_t kept = 0;
    for (int64_t k = 0; k < n; k++) {
        if (kept && x[kept - 1].row == x[k].row) x[kept - 1].addition += x[k].addition;
        else x[kept++] = x[k];
    }
    return kept;
}

int64_t thaw__ranking_sparse_scores(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out, thaw__sparse_score *scratch)
{
    const int64_t n = gather(out, m, u);
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
        const int64_t near = thaw__item_graph_find(&r->graph, x->item[i], (int32_t)item);
        if (near >= 0) sum += addition(m, x, i, near);
    }
    return sum;
}
