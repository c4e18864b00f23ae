/* SPDX-License-Identifier: Apache-2.0 */
#include "score.h"

#include <math.h>

#include "search.h"
#include "status.h"

/* (t / 1.645)^2 - 1, with t = 1.943 the 95 % point of Student's t with the 6 degrees of freedom of training. */
#define TAIL 0.395f

enum { BATCH = 192 }; /* users whose questions stand on the stack at once */

/* The catalogue as the search sees it: base, and how much more those like an item who choose it. */
static thaw__index index_of(const thaw_model *m)
{
    return (thaw__index){.kernels = m->kernels,
                         .scans = thaw__scans_best(),
                         .codes = &m->codes,
                         .rows = m->factor,
                         .n = thaw__n_items(m),
                         .stride = m->stride,
                         .offset = {m->base, m->surplus}};
}

/* The belief about items [n <= THAW__LANES] of scores means [n], turned into rating units in place. The noise has heavier tails
 * than a normal; its variance is stretched so that 1.645 standard deviations still hold 90 %. */
static void predict(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means, float *variances)
{
    const float *rows[THAW__LANES];
    for (int64_t k = 0; k < n; k++) rows[k] = m->factor + items[k] * m->stride;
    thaw__user_variances(u, variances, rows, n);
    for (int64_t k = 0; k < n; k++) {
        variances[k] = m->noise[items[k]] + TAIL * m->spread[items[k]] + variances[k];
        thaw__link_back(&m->link, &means[k], &variances[k]);
    }
}

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

void thaw__score(const thaw_model *m, const thaw_user *u, float *mean, float *variance, const int64_t *items, int64_t n)
{
    const thaw__index index = index_of(m);
    const float c[2] = {1, thaw__surplus_share(u->n_events)};
    for (int64_t first = 0, here; first < n; first += here) {
        float means[THAW__LANES];
        here = at_most(n - first, THAW__LANES);
        for (int64_t k = 0; k < here; k++) means[k] = thaw__score_of(&index, c, u->mean, items[first + k]);
        if (variance) predict(m, u, items + first, here, means, variance + first);
        for (int64_t k = 0; k < here && mean; k++)
            mean[first + k] = variance ? means[k] : thaw__link_rating(&m->link, means[k]);
    }
}

/* Scores of hits become means in ratings, and variances join them. */
static void finish(const thaw_model *m, const thaw_user *u, thaw_hit *hits, int64_t n)
{
    for (int64_t first = 0, here; first < n; first += here, hits += here) {
        int64_t items[THAW__LANES];
        float means[THAW__LANES], variances[THAW__LANES];
        here = at_most(n - first, THAW__LANES);
        for (int64_t k = 0; k < here; k++) items[k] = hits[k].item, means[k] = hits[k].mean;
        predict(m, u, items, here, means, variances);
        for (int64_t k = 0; k < here; k++) hits[k].mean = means[k], hits[k].variance = variances[k];
    }
}

/* Who asks, for the last word on an item. */
typedef struct asker {
    const thaw_model *m;
    const thaw_user *u;
    float least, caution;
} asker;

static int admit(const void *ctx, int64_t item, float z)
{
    const asker *a = ctx;
    float mean = z, variance;
    if (!(thaw__link_rating(&a->m->link, z) >= a->least)) return 0;
    predict(a->m, a->u, &item, 1, &mean, &variance);
    return mean - a->caution * sqrtf(variance) >= a->least;
}

/* A score below which no rating reaches `least`, so that searches need not ask. The link rises but for its rounding, of which
 * the margins leave plenty. */
static float floor_of(const thaw__link *link, float least)
{
    const float z = thaw__link_score(link, least), below = z - 1e-3f * (1 + fabsf(z));
    const float margin = 1e-5f * (fabsf(least) + fabsf(link->level[0]) + fabsf(link->level[link->n - 1]));
    return thaw__link_rating(link, below) + margin < least ? below : -INFINITY;
}

static thaw__seek seek_of(const asker *a, thaw_hit *hits, const thaw_query *query)
{
    const int limited = query->min_score > -INFINITY;
    return (thaw__seek){.w = a->u->mean,
                        .c = {1, thaw__surplus_share(a->u->n_events)},
                        .floor = limited ? floor_of(&a->m->link, query->min_score) : -INFINITY,
                        .admit = limited ? admit : NULL,
                        .ctx = a,
                        .best = {.hits = hits, .top = query->top, .groups = query->groups, .cap = query->group_cap}};
}

static thaw__filter filter_of(const thaw_query *query)
{
    return (thaw__filter){.exclude = query->exclude,
                          .n_exclude = query->n_exclude,
                          .ascending = thaw__ascends(query->exclude, query->n_exclude),
                          .groups = query->groups,
                          .allow_groups = query->allow_groups,
                          .n_allow_groups = query->n_allow_groups};
}

/* At most BATCH users. */
static thaw_status recommend(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users, int64_t n,
                             const thaw_query *query, const thaw__filter *filter)
{
    asker askers[BATCH];
    thaw__seek seeks[BATCH];
    const thaw__index index = index_of(m);
    for (int64_t i = 0; i < n; i++) {
        askers[i] = (asker){m, users[i], query->min_score, query->caution};
        seeks[i] = seek_of(&askers[i], hits + i * query->top, query);
    }
    THAW__TRY(thaw__search(&index, seeks, n, filter, query->allow, query->n_allow, &query->parallel));
    for (int64_t i = 0; i < n; i++) {
        n_hits[i] = seeks[i].best.n;
        finish(m, users[i], seeks[i].best.hits, n_hits[i]);
    }
    return THAW_OK;
}

thaw_status thaw__recommend(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users,
                            int64_t n_users, const thaw_query *query)
{
    const thaw__filter filter = filter_of(query);
    for (int64_t first = 0; first < n_users; first += BATCH) {
        const int64_t n = at_most(n_users - first, BATCH);
        THAW__TRY(recommend(m, hits + first * query->top, n_hits + first, users + first, n, query, &filter));
    }
    return THAW_OK;
}
