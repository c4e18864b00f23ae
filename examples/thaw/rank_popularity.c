/* SPDX-License-Identifier: Apache-2.0 */

/* popularity: how many users have the item.
 * recent: the user's own items, the latest first, then popularity; it matters where people come back to what they saw. */

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "rank_method.h"

typedef struct popularity {
    int64_t n_items, n_users;
    float *count; /* [n_items] */
} popularity;

static int fit(void **state, const cells *x, const rank_setting *setting, const thaw_parallel *parallel)
{
    (void)setting;
    (void)parallel;
    popularity *p = cli_alloc(1, sizeof *p);
    p->n_items = x->n_columns;
    p->n_users = x->n_rows;
    p->count = cli_alloc((size_t)p->n_items, sizeof *p->count);
    for (int64_t k = 0; k < x->start[x->n_rows]; k++) p->count[x->columns[k]]++;
    *state = p;
    return 0;
}

static void score_popularity(void *state, float *scores, const int64_t *items, int64_t n)
{
    (void)items;
    (void)n;
    const popularity *p = state;
    memcpy(scores, p->count, (size_t)p->n_items * sizeof *scores);
}

static void score_recent(void *state, float *scores, const int64_t *items, int64_t n)
{
    const popularity *p = state;
    score_popularity(state, scores, items, n);
    for (int64_t i = 0; i < n; i++) scores[items[i]] = (float)(p->n_users + 1 + i);
}

static void release(void *state)
{
    popularity *p = state;
    free(p->count);
    free(p);
}

const rank_method rank_popularity = {
    .name = "popularity", .n_settings = 1, .fit = fit, .score = score_popularity, .free = release};
const rank_method rank_recent = {
    .name = "recent", .n_settings = 1, .fit = fit, .score = score_recent, .free = release};
