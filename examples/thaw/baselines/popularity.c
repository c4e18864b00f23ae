/* SPDX-License-Identifier: Apache-2.0 */

/* popularity: the score of an item is its number of users. recent: items of the user's support first, then popularity;
 * for data in which users return to items they have seen. The score of a support item is the sum of decay^age over its
 * events, with the age in events: a decay of 1/2 ranks the latest item first, a decay of 1 the most frequent one. */

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "baseline.h"

typedef struct popularity {
    int64_t n_items, n_users;
    float *count; /* [n_items] */
    float decay;
} popularity;

static baseline_setting setting_of_recent(int k)
{
    static const double grid[] = {0.5, 0.9, 0.97, 1};
    return (baseline_setting){.n = 1, .names = {"decay"}, .values = {grid[k]}};
}

static int fit(void **state, const interactions *x, const baseline_setting *setting, const thaw_parallel *parallel)
{
    (void)parallel;
    popularity *p = cli_alloc(1, sizeof *p);
    p->n_items = x->n_columns;
    p->n_users = x->n_rows;
    p->decay = (float)setting->values[0];
    p->count = cli_alloc((size_t)p->n_items, sizeof *p->count);
    for (int64_t k = 0; k < x->start[x->n_rows]; k++) p->count[x->columns[k]]++;
    *state = p;
    return 0;
}

static void score_popularity(void *state, float *scores, const baseline_support *support)
{
    (void)support;
    const popularity *p = state;
    memcpy(scores, p->count, (size_t)p->n_items * sizeof *scores);
}

static void score_recent(void *state, float *scores, const baseline_support *support)
{
    const popularity *p = state;
    const float offset = (float)(p->n_users + 1); /* makes the scores of items outside the support negative */
    for (int64_t i = 0; i < p->n_items; i++) scores[i] = p->count[i] - offset;
    for (int64_t i = 0; i < support->n_items; i++) scores[support->items[i]] = 0;
    float weight = 1;
    for (int64_t i = support->n_events - 1; i >= 0; i--) {
        scores[support->events[i].item] += weight;
        weight *= p->decay;
    }
}

static void release(void *state)
{
    popularity *p = state;
    free(p->count);
    free(p);
}

const baseline_method baseline_popularity = {
    .name = "popularity", .n_settings = 1, .fit = fit, .score = score_popularity, .free = release};
const baseline_method baseline_recent = {.name = "recent",
                                         .n_settings = 4,
                                         .setting = setting_of_recent,
                                         .fit = fit,
                                         .score = score_recent,
                                         .free = release};
