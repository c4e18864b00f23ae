/* SPDX-License-Identifier: Apache-2.0 */
#include "extras.h"

#include <string.h>

enum { DIGIT = 11, BUCKETS = 1 << DIGIT };

/* Stable counting sort by one digit of the row. */
static void sort_digit(thaw__extra *to, const thaw__extra *from, int64_t n, int shift)
{
    int32_t place[BUCKETS + 1] = {0};
    for (int64_t k = 0; k < n; k++) place[(from[k].row >> shift & (BUCKETS - 1)) + 1]++;
    for (int b = 0; b < BUCKETS; b++) place[b + 1] += place[b];
    for (int64_t k = 0; k < n; k++) to[place[from[k].row >> shift & (BUCKETS - 1)]++] = from[k];
}

static float addition(const thaw_model *m, const thaw_user *u, int32_t i, int64_t near)
{
    return u->interest.a[i] * thaw__tie_dot(&u->interest.tie, &m->ranking->near.tie[near]);
}

/* The items themselves, then the lists of all, one after the other. */
static int64_t gather(thaw__extra *out, const thaw_model *m, const thaw_user *u)
{
    int64_t n = 0;
    for (int32_t i = 0; i < u->interest.n_again; i++)
        out[n++] = (thaw__extra){u->interest.again_item[i], u->interest.again[i]};
    for (int32_t i = 0; i < u->interest.n_near; i++) {
        const int64_t end = m->ranking->near.start[u->interest.item[i] + 1];
        for (int64_t k = m->ranking->near.start[u->interest.item[i]]; k < end; k++)
            out[n++] = (thaw__extra){m->ranking->near.item[k], addition(m, u, i, k)};
    }
    return n;
}

/* Equal rows, which follow each other, become one. */
static int64_t merge(thaw__extra *x, int64_t n)
{
    int64_t kept = 0;
    for (int64_t k = 0; k < n; k++) {
        if (kept && x[kept - 1].row == x[k].row) x[kept - 1].addition += x[k].addition;
        else x[kept++] = x[k];
    }
    return kept;
}

int64_t thaw__extras_collect(thaw__extra *out, thaw__extra *scratch, const thaw_model *m, const thaw_user *u)
{
    const int64_t n = gather(out, m, u);
    for (int shift = 0; thaw__n_items(m) >> shift; shift += 2 * DIGIT) {
        sort_digit(scratch, out, n, shift);
        sort_digit(out, scratch, n, shift + DIGIT);
    }
    return merge(out, n);
}

float thaw__extras_of(const thaw_model *m, const thaw_user *u, int64_t item)
{
    const thaw__ranking *r = m->ranking;
    float sum = 0;
    for (int32_t i = 0; i < u->interest.n_again; i++) sum += u->interest.again_item[i] == item ? u->interest.again[i] : 0;
    for (int32_t i = 0; i < u->interest.n_near; i++) {
        const int64_t near = thaw__lists_find(&r->near, u->interest.item[i], (int32_t)item);
        if (near >= 0) sum += addition(m, u, i, near);
    }
    return sum;
}
